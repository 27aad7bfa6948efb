import assert from "node:assert/strict";
import { Socket, type NetConnectOpts } from "node:net";
import { TLSSocket } from "node:tls";
import fc from "fast-check";
import { endpointIssue } from "../../../provider/resources/inputs/service";
import { name, providerFor, Resource } from "../resource";

const hosts = fc.oneof(
  fc.constantFrom(
    ...[
      "localhost",
      "LOCALHOST",
      "localhost.",
      "127.0.0.1",
      "127.0.0.1.",
      "127.1",
      "127.255.0.9",
      "2130706433",
      "0x7f.1",
    ],
    ...["0177.0.0.1", "0x7f000001", "0", "0.0.0.0", "10.0.0.1", "169.254.169.254", "1.2.3.4", "127.0.0.1.evil.com"],
    ...["localhost.evil.com", "evil.com", "evil.com.", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::]"],
    ...[
      "[::ffff:8.8.8.8]",
      "[fe80::1%25eth0]",
      "[::1",
      "::1",
      "xn--80ak6aa92e.com",
      "аррӏе.com",
      "ｅxample.com",
      "①②⑦.0.0.1",
    ],
    ...[
      "ex%61mple.com",
      "127.0.0.1%00.evil.com",
      "exam\u00adple.com",
      "a..b",
      ".",
      "..",
      "-",
      "_x",
      "cloudchannel.googleapis.com",
    ],
    ...[
      "CloudChannel.GoogleAPIs.com",
      "cloudchannel.googleapis.com.evil.com",
      "127.0.0.1\\@evil.com",
      "evil.com\\@127.0.0.1",
    ],
  ),
  fc.domain(),
  fc.ipV4(),
  fc.ipV4Extended(),
  fc.ipV6().map((address) => `[${address}]`),
  fc.nat(2 ** 32 - 1).map(String),
  fc.string({ unit: "grapheme", maxLength: 8 }),
);
const assembled = fc
  .tuple(
    fc.constantFrom(
      ...["https", "https", "http", "http", "HTTPS", "HtTp", "ftp", "file", "data", "javascript", "wss", "", "httpss"],
    ),
    fc.constantFrom(...["://", "://", "://", "://", ":\\\\", ":/", ":///", ":", ":/\\", "//"]),
    fc.constantFrom("", "", "", "", "user@", "user:password@", "@", ":@", "127.0.0.1@", "user%40@"),
    hosts,
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom("", "", "", "/", ":443", ":80", ":8080", ":") },
      fc.nat(70_000).map((port) => `:${port}`),
    ),
    fc.constantFrom(
      ...[
        "",
        "",
        "",
        "",
        "/",
        "\\",
        "/.",
        "/..",
        "?",
        "#",
        "/v1",
        "/%2e",
        ";",
        "\\@evil.com",
        "@evil.com",
        "/@evil.com",
      ],
    ),
  )
  .map((parts) => parts.join(""));
/** The same endpoints with an additional character that a URL parser may drop or replace. */
const disturbed = fc
  .tuple(
    assembled,
    fc.nat(30),
    fc.constantFrom("\t", "\n", "\r", " ", "\0", "\u00a0", "\u200b", "\ufeff", "\\", "%09", "\ud800"),
  )
  .map(([endpoint, place, character]) => endpoint.slice(0, place) + character + endpoint.slice(place));
/** Endpoints that a user is likely to write. */
const plausible = fc
  .tuple(
    fc.oneof(
      fc.tuple(
        fc.constantFrom("https://", "HTTPS://"),
        fc.oneof(
          fc.domain(),
          fc.ipV4(),
          fc.ipV6().map((ip) => `[${ip}]`),
        ),
      ),
      fc.tuple(
        fc.constantFrom("http://", "Http://"),
        fc.constantFrom("localhost", "LocalHost", "127.0.0.1", "127.3.2.1", "[::1]"),
      ),
    ),
    fc.oneof(
      fc.constant(""),
      fc.nat(65_535).map((port) => `:${port}`),
    ),
    fc.constantFrom("", "/"),
  )
  .map((parts) => parts.flat().join(""));
const endpoints = fc
  .oneof(
    { weight: 6, arbitrary: assembled },
    { weight: 2, arbitrary: disturbed },
    { weight: 3, arbitrary: plausible },
    fc.webUrl(),
    fc.string(),
  )
  .filter((endpoint) => endpoint !== ""); // an empty endpoint counts as not set

/** Matches every valid endpoint: a host exactly as the client calls it, with https, or with http on this machine. */
const sound =
  /^(https:\/\/([a-z\d_-]+(\.[a-z\d_-]+)*|\[[\da-f:.]+\])|http:\/\/(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[[0:]+1\]))(:\d{1,5})?\/?$/i;
const loopback = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;

/**
 * Checks that a valid endpoint is https or this machine, and that a call connects only to the host that the endpoint
 * names. The check of the inputs refuses an invalid endpoint. A step that runs without that check still calls only
 * https or this machine.
 *
 * @returns the number of endpoints, and how many of them were valid
 */
export async function endpointsAreCalledAsWritten(numRuns: number): Promise<{ cases: number; passed: number }> {
  const watch = watchConnections();
  let cases = 0;
  let passed = 0;
  try {
    await fc.assert(
      fc.asyncProperty(endpoints, fc.boolean(), async (endpoint, configured) => {
        cases++;
        watch.connections.length = 0;
        const config = { "gcp:accessToken": "t0k3n", "cancellation:endpoint": configured ? endpoint : "" };
        const inputs = { operation: name, ...(configured ? {} : { service: { endpoint } }) };
        const provider = providerFor("", config);
        const resource = new Resource(provider, inputs);
        const { failures } = await provider.check({}, inputs);
        const refused = failures.some(({ reason }) =>
          /^(service\.endpoint|the config cancellation:endpoint) /.test(reason),
        );
        assert.equal(refused, endpointIssue(endpoint) !== undefined);
        const { message } = await resource.up();
        assert.doesNotMatch(message, /t0k3n|\p{Cc}/u);
        if (refused) {
          // The engine stops after a failed check. A step that runs without a check must be as safe.
          if (configured) assert.deepEqual(watch.connections, [], "nothing is connected to");
          for (const { host, secure } of watch.connections) assert.ok(secure || loopback.test(host), host);
          return;
        }
        passed++;
        assert.match(endpoint, sound);
        const [connection = assert.fail(`no connection: ${message}`), ...others] = watch.connections;
        assert.deepEqual(others, []);
        assert.equal(connection.secure, /^https/i.test(endpoint));
        const written = /^https?:\/\/(?:\[([^\]]+)\]|([^:/]+))/i.exec(endpoint) ?? [];
        if (written[2] !== undefined) assert.equal(connection.host, written[2].toLowerCase());
        else assert.equal(new URL(endpoint).hostname.replace(/[[\]]/g, ""), connection.host);
      }),
      { numRuns },
    );
  } finally {
    watch.stop();
  }
  return { cases, passed };
}

/** Records every attempt to connect, and prevents the connection. */
function watchConnections() {
  const connections: { host: string; secure: boolean }[] = [];
  const own = Object.getOwnPropertyDescriptor(Socket.prototype, "connect") ?? assert.fail();
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
    const [given] = args;
    const options = (Array.isArray(given) ? (given as unknown[])[0] : given) as NetConnectOpts & { host?: string };
    connections.push({ host: String(options.host), secure: this instanceof TLSSocket });
    process.nextTick(() => this.destroy(Object.assign(new Error("not connected"), { code: "ENOTFOUND" })));
    return this;
  };
  // With a proxy, the client would connect to the proxy instead of the host.
  const proxies = Object.entries(process.env).filter(([key]) => /^(https?|all|no)_proxy$/i.test(key));
  for (const [key] of proxies) Reflect.deleteProperty(process.env, key);
  return {
    connections,
    stop: () => {
      Object.defineProperty(Socket.prototype, "connect", own);
      Object.assign(process.env, Object.fromEntries(proxies));
    },
  };
}
