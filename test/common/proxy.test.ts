import assert from "node:assert/strict";
import { proxyOf, ProxyError, proxySecrets } from "../../provider/common/proxy";

const names = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((name) => [name, name.toLowerCase()]);

describe("the proxy of a URL", () => {
  const saved = Object.fromEntries(names.map((name) => [name, process.env[name]]));
  const clear = () => {
    for (const name of names) Reflect.deleteProperty(process.env, name);
  };
  beforeEach(clear);
  afterEach(() => {
    clear();
    for (const [name, value] of Object.entries(saved)) if (value !== undefined) process.env[name] = value;
  });

  function proxyUnder(environment: Record<string, string>, url: string): string | undefined {
    clear();
    Object.assign(process.env, environment);
    return proxyOf(new URL(url))?.href;
  }
  const proxy = "http://proxy.example:3128/";
  const host = "https://cloudchannel.googleapis.com/v1";

  it("is absent when no variable is set or the variable is empty", () => {
    assert.equal(proxyUnder({}, host), undefined);
    assert.equal(proxyUnder({ HTTPS_PROXY: "" }, host), undefined);
  });

  it("comes from HTTPS_PROXY or ALL_PROXY, in upper or lower case", () => {
    for (const name of ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]) {
      assert.equal(proxyUnder({ [name]: proxy }, host), proxy, name);
    }
    assert.equal(proxyUnder({ HTTP_PROXY: proxy }, host), undefined);
    assert.equal(proxyUnder({ HTTPS_PROXY: proxy, ALL_PROXY: "http://other.example" }, host), proxy);
  });

  it("is plain http when the variable has no scheme, and can be https", () => {
    assert.equal(proxyUnder({ HTTPS_PROXY: "proxy.example:3128" }, host), proxy);
    assert.equal(proxyUnder({ HTTPS_PROXY: "https://proxy.example" }, host), "https://proxy.example/");
  });

  it("is absent for a plain http URL", () => {
    const all = { HTTPS_PROXY: proxy, HTTP_PROXY: proxy, ALL_PROXY: proxy };
    for (const url of ["http://127.0.0.1:8080/", "http://localhost/", "http://[::1]/"]) {
      assert.equal(proxyUnder(all, url), undefined);
    }
  });

  for (const [noProxy, url, isExempt] of [
    ["*", host, true],
    ["a.example, *", host, true],
    ["cloudchannel.googleapis.com", host, true],
    ["CloudChannel.googleapis.com", host, true],
    ["other.example cloudchannel.googleapis.com", host, true],
    ["cloudchannel.googleapis.com:443", host, true],
    ["cloudchannel.googleapis.com:8443", host, false],
    ["cloudchannel.googleapis.com:8443", "https://cloudchannel.googleapis.com:8443", true],
    [".googleapis.com", host, true],
    ["*.googleapis.com", host, true],
    [".googleapis.com:443", host, true],
    [".googleapis.com", "https://googleapis.com", false],
    ["googleapis.com", host, false],
    ["channel.googleapis.com", host, false],
    ["10.0.0.0/8", "https://10.1.2.3", true],
    ["10.0.0.0/8", "https://11.1.2.3", false],
    ["10.0.0.0/8", host, false],
    ["10.0.0.0/99", "https://10.1.2.3", false],
    ["10.1.2.3:8443", "https://10.1.2.3", false],
    ["10.1.2.3", "https://10.1.2.3", true],
    ["fd00::/8", "https://[fd00::1]", true],
    ["fd00::1", "https://[fd00::1]:8443", true],
    ["[fd00::1]:8443", "https://[fd00::1]:8443", true],
    ["[fd00::1]:8443", "https://[fd00::1]", false],
    ["fd00::2", "https://[fd00::1]", false],
    ["localhost", "https://127.0.0.1:8443", true],
    ["127.0.0.1", "https://localhost", true],
    ["localhost", "https://[::1]", true],
    ["localhost", host, false],
    ["", host, false],
    [" ,, ", host, false],
  ] as const) {
    it(`is ${isExempt ? "absent" : "used"} for ${url} with NO_PROXY=${noProxy}`, () => {
      for (const name of ["NO_PROXY", "no_proxy"]) {
        assert.equal(proxyUnder({ HTTPS_PROXY: proxy, [name]: noProxy }, url), isExempt ? undefined : proxy);
      }
    });
  }

  it("is an error, which doesn't quote the variable, when the variable's URL can't be used", () => {
    for (const value of ["socks5://us3r:p4ssw0rd@h", "http://us3r:p4ssw0rd@[x", "http://", "us3r:p4ssw0rd@h:x"]) {
      assert.throws(
        () => proxyUnder({ HTTPS_PROXY: value }, host),
        (error) =>
          error instanceof ProxyError && error.code === "ERR_PROXY_URL" && !/us3r|p4ssw0rd/.test(error.stack ?? ""),
      );
    }
  });

  it("has its password among the secrets to redact, both as written and as sent", () => {
    process.env["HTTPS_PROXY"] = "http://us%40er:p%3Aw@proxy.example";
    assert.deepEqual(proxySecrets(), ["p%3Aw", "p:w", "us@er:p:w"]);
  });
});
