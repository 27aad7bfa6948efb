import assert from "node:assert/strict";
import { canonicalService, endpointIssue, isCloudChannel } from "../../provider/resources/inputs/service";

describe("Cloud Channel", () => {
  it("is recognized by its host in any letter case and on any port", () => {
    const scopes = ["https://www.googleapis.com/auth/apps.order"];
    for (const endpoint of ["https://CLOUDCHANNEL.googleapis.com", "https://cloudchannel.googleapis.com:8443/"]) {
      assert.ok(isCloudChannel(canonicalService({ endpoint })), endpoint);
      assert.deepEqual(canonicalService({ endpoint }).scopes, scopes);
    }
    for (const endpoint of ["https://cloudchannel.googleapis.com.invalid", "https://x.cloudchannel.googleapis.com"]) {
      assert.equal(isCloudChannel(canonicalService({ endpoint })), false, endpoint);
    }
  });
});

describe("an endpoint", () => {
  it("is refused with the same message in 20,000 checks", () => {
    // Node.js 20 optimizes URL.canParse after some thousand calls, and it then refuses valid URLs.
    const issues = new Set(Array.from({ length: 20_000 }, () => endpointIssue("https://exam\u00adple.com")));
    assert.equal(issues.size, 1);
  });

  for (const [endpoint, origin] of [
    ["https://cloudchannel.googleapis.com", "https://cloudchannel.googleapis.com"],
    ["https://CloudChannel.googleapis.com:443/", "https://cloudchannel.googleapis.com"],
    ["https://us-central1-aiplatform.googleapis.com", "https://us-central1-aiplatform.googleapis.com"],
    ["https://xn--80ak6aa92e.com", "https://xn--80ak6aa92e.com"],
    ["https://my_service:8443", "https://my_service:8443"],
    ["https://10.0.0.1", "https://10.0.0.1"],
    ["https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["HTTP://LocalHost", "http://localhost"],
    ["http://[::1]:1", "http://[::1]:1"],
  ] as const) {
    it(`can be ${endpoint}, which becomes ${origin}`, () => {
      assert.equal(endpointIssue(endpoint), undefined);
      assert.equal(canonicalService({ endpoint }).endpoint, origin);
    });
  }

  for (const [what, reason, endpoints] of [
    [
      "has a host that isn't a plain name or address",
      /^has a host that isn't a plain name or address/,
      [
        ...["http://2130706433", "http://0x7f.1", "http://0177.0.0.1", "http://127.1", "https://0", "http://①②⑦.0.0.1"],
        ...["https://аррӏе.com", "https://ｅxample.com", "https://exam\u00adple.com", "https://ex%61mple.com"],
        ...["http://loc\talhost", "https://a\nb", "https://host\u0000", "https://a..b", "https://.", "https://host:"],
        ...["https://example.com.", "http://localhost.", "http://127.0.0.1."],
      ],
    ],
    [
      "has a user or a password",
      /^has a user or a password/,
      [
        ...[
          "https://user@host",
          "https://user:password@host",
          "https://@host",
          "https://:@host",
          "http://127.0.0.1:80@evil.com",
        ],
        ...["http://127.0.0.1@evil.com"],
      ],
    ],
    [
      "has more than a scheme, a host and a port",
      /^has more than a scheme, a host and a port/,
      [
        ...[
          "https://host/v1",
          "https://host/.",
          "https://host/a/..",
          "https://host/%2e",
          "https://host?",
          "https://host#",
        ],
        ...[
          "https://host\\",
          "https://\\host",
          "http://127.0.0.1\\@evil.com",
          "http://evil.com\\@127.0.0.1",
          "https://host//",
        ],
      ],
    ],
    [
      "is plain http to another machine",
      /^is plain http to another machine/,
      [
        ...[
          "http://127.0.0.1.evil.com",
          "http://localhost.evil.com",
          "http://[::ffff:8.8.8.8]",
          "http://[::]",
          "http://10.0.0.1",
        ],
        ...["http://[::ffff:127.0.0.1]", "http://0.0.0.0", "http://localhosts"],
      ],
    ],
    [
      "isn't a URL of the form https://HOST:PORT",
      /^isn't a URL of the form/,
      [
        ...[
          "https:\\\\host",
          "https:/host",
          "https:///host",
          "https:host",
          " https://host",
          "\u0000https://host",
          "//host",
        ],
        ...["ftp://host", "javascript://host", "https://host%00.evil.com", "https://[::1", "https://host:99999"],
      ],
    ],
  ] as const) {
    for (const endpoint of endpoints) {
      it(`can't be ${JSON.stringify(endpoint)}, which ${what}`, () => {
        assert.match(endpointIssue(endpoint) ?? "", reason);
      });
    }
  }
});
