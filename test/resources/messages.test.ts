import assert from "node:assert/strict";
import { request, sweep } from "../../provider/hosts/dynamicProvider";

const __provider = "exports.handler=…";
const name = "operations/AbC";

/** Returns what the engine prints after "has a problem: ". */
async function messages(inputs: object, provider: typeof request = request): Promise<string[]> {
  const { failures } = await provider.check({}, { ...inputs, __provider });
  for (const { property } of failures) assert.equal(property, "", "the engine shows the value of a property");
  return failures.map(({ reason }) => reason);
}

const ofRequest = (inputs: object) => messages({ operation: name, ...inputs });
const ofSweep = (inputs: object) => messages(inputs, sweep);

describe("the message about an invalid argument", () => {
  const outcomes = '"cancelled", "succeeded", "failed", "unsupported", "notFound"';

  for (const [inputs, message] of [
    [{ expect: ["canceled"] }, `expect[0] is "canceled", but must be one of ${outcomes}. Did you mean "cancelled"?`],
    [{ expect: ["cancelled", "x"] }, `expect[1] is "x", but must be one of ${outcomes}`],
    [
      { expect: "cancelled" },
      'expect is "cancelled", but must be a list of outcomes: cancelled, succeeded, failed, unsupported, notFound. Write ["cancelled"]',
    ],
    [
      { expect: "canceled" },
      'expect is "canceled", but must be a list of outcomes: cancelled, succeeded, failed, unsupported, notFound. Write ["cancelled"]',
    ],
    [
      { expect: "x" },
      'expect is "x", but must be a list of outcomes: cancelled, succeeded, failed, unsupported, notFound',
    ],
    [{ expect: [] }, "expect is empty, but must name an outcome, or be left out"],
    [{ cancelOn: "deleted" }, 'cancelOn is "deleted", but must be one of "create", "delete". Did you mean "delete"?'],
    [{ waitFor: 5 }, 'waitFor is 5, but must be one of "settled", "accepted"'],
    [{ triggers: { a: 1 } }, "triggers is an object, but must be a list"],
    [{ service: { version: "1" } }, 'service.version is "1", but must be an API version, for example v1. Write "v1"'],
    [{ service: { version: "V1" } }, 'service.version is "V1", but must be an API version, for example v1. Write "v1"'],
    [
      { service: { version: "v1/" } },
      'service.version is "v1/", but must be an API version, for example v1. Write "v1"',
    ],
    [
      { service: { scopes: ["cloud-platform"] } },
      'service.scopes[0] is "cloud-platform", but must be an OAuth scope\'s URL. Write "https://www.googleapis.com/auth/cloud-platform"',
    ],
    [
      { service: { scopes: "https://www.googleapis.com/auth/apps.order" } },
      'service.scopes is "https://www.googleapis.com/auth/apps.order", but must be a list of OAuth scopes. Write ["https://www.googleapis.com/auth/apps.order"]',
    ],
    [{ service: { scopes: "a b" } }, 'service.scopes is "a b", but must be a list of OAuth scopes'],
    [
      { service: { scopes: "cloud-platform" } },
      'service.scopes is "cloud-platform", but must be a list of OAuth scopes. Write ["https://www.googleapis.com/auth/cloud-platform"]',
    ],
    [
      { service: { endpont: "https://x.example" } },
      'service.endpont isn\'t a property of `service`. Did you mean "endpoint"? Valid are endpoint, version, scopes',
    ],
    [
      { service: "https://x.example" },
      'service is a string, but must be an object with endpoint, version and scopes. Write { endpoint: "https://x.example" }',
    ],
    [{ service: ["x"] }, "service is a list, but must be an object with endpoint, version and scopes"],
    [
      { service: { endpoint: "cloudchannel.googleapis.com" } },
      'service.endpoint isn\'t a URL of the form https://HOST. Write "https://cloudchannel.googleapis.com"',
    ],
    [
      { service: { endpoint: "localhost:8085" } },
      'service.endpoint isn\'t a URL of the form https://HOST. Write "http://localhost:8085"',
    ],
    [{ service: { endpoint: "example.com:8085" } }, "service.endpoint isn't a URL of the form https://HOST"],
    [
      { service: { endpoint: "https://x.example/v1beta1/" } },
      'service.endpoint has more than a scheme, a host and a port. Remove the rest, and set the API\'s version in `service.version`. Write "https://x.example", with service.version "v1beta1"',
    ],
    [
      { customTimeouts: { creat: "5m" } },
      'customTimeouts.creat isn\'t a property of `customTimeouts`. Did you mean "create"? Valid are create, update, delete, read',
    ],
    [{ customTimeouts: "5m" }, 'customTimeouts is "5m", but must be an object with create, update and delete'],
    [
      { customTimeouts: { create: 5 } },
      "customTimeouts.create is 5, but must be a duration above zero in the units h, m, s and ms, for example 10m or 1h30m",
    ],
    [
      { impersonateServiceAccount: "serviceAccount:a@p.iam.gserviceaccount.com" },
      'impersonateServiceAccount must be an email address alone. Write "a@p.iam.gserviceaccount.com"',
    ],
    [
      { waitfor: "accepted" },
      'waitfor isn\'t an argument of this resource. Did you mean "waitFor"? Valid are operation, service, cancelOn, waitFor, expect, report, triggers, impersonateServiceAccount, subject',
    ],
  ] as const) {
    it(`explains ${JSON.stringify(inputs)} of a request`, async () => {
      assert.deepEqual(await ofRequest(inputs), [message]);
    });
  }

  for (const [inputs, message] of [
    [{ match: {} }, "match is empty. Set its name or operationTypes. To select everything, set `all: true`"],
    [
      { match: { operationType: "T" } },
      'match.operationType isn\'t a property of `match`. Did you mean "operationTypes"? Valid are name, operationTypes',
    ],
    [{ match: { operationTypes: "T" } }, 'match.operationTypes is "T", but must be a list. Write ["T"]'],
    [
      { names: "operations/a" },
      'names is "operations/a", but must be a list of operations\' names. Write ["operations/a"]',
    ],
    [{ names: "operations//a" }, 'names is "operations//a", but must be a list of operations\' names'],
    [
      { names: `operations/${"a".repeat(60)}` },
      `names is "operations/${"a".repeat(48)}…", but must be a list of operations' names`,
    ],
    [{ filter: "" }, "filter is empty. Leave it out"],
    [{ all: "yes" }, 'all is "yes", but must be true or false'],
    [{ all: true, limit: "10" }, 'limit is "10", but must be a number'],
    [{ all: true, limit: 0 }, "limit is 0, but must be at least 1"],
    [{ all: true, operations: ["x"] }, "operations is an output, and can't be set. To name operations, use `names`"],
    [
      { all: true, service: { endpoint: "https://x.example" }, collection: "projects/p" },
      'collection is "projects/p", but must end in operations. Did you mean "projects/p/operations"?',
    ],
    [
      { all: true, service: { endpoint: "https://x.example" }, collection: "projects/p/operations/x" },
      'collection is "projects/p/operations/x", but must end in operations. Did you mean "projects/p/operations"?',
    ],
    [
      {
        all: true,
        service: { endpoint: "https://x.example" },
        collection: "https://x.example/v1/projects/p/operations",
      },
      'collection has a scheme or a host. Give only the part after host and version, for example operations/AbC. Write "projects/p/operations", with service.endpoint "https://x.example"',
    ],
    [
      { all: true, collection: "projects/p/operations" },
      'collection is "projects/p/operations", but must be operations, which is Cloud Channel\'s only collection',
    ],
    [
      { names: ["operations/a", "v1/operations/b"] },
      'names[1] begins with the API\'s version, v1, which belongs in `service.version`. Write "operations/b"',
    ],
  ] as const) {
    it(`explains ${JSON.stringify(inputs)} of a sweep`, async () => {
      assert.ok((await ofSweep(inputs)).includes(message), (await ofSweep(inputs)).join("\n"));
    });
  }

  for (const [given, ending] of [
    ["https://cloudchannel.googleapis.com/v1/operations/AbC", '. Write "operations/AbC"'],
    ["https://cloudchannel.googleapis.com/v1/operations/AbC:cancel", '. Write "operations/AbC"'],
    ["https://cloudchannel.googleapis.com/v1/operations/AbC?alt=json", '. Write "operations/AbC"'],
    ["cloudchannel.googleapis.com/v1/operations/AbC", '. Write "operations/AbC"'],
    ["//cloudchannel.googleapis.com/operations/AbC", '. Write "operations/AbC"'],
    [
      "https://aiplatform.googleapis.com/v1beta1/projects/p/operations/1",
      '. Write "projects/p/operations/1", with service.endpoint "https://aiplatform.googleapis.com" and service.version "v1beta1"',
    ],
    [
      "//aiplatform.googleapis.com/projects/p/operations/1",
      '. Write "projects/p/operations/1", with service.endpoint "https://aiplatform.googleapis.com"',
    ],
    [
      "http://127.0.0.1:8085/v1/operations/AbC",
      '. Write "operations/AbC", with service.endpoint "http://127.0.0.1:8085"',
    ],
    ["https://x.example/v1/operations/a%20b", '. Write "operations/a b", with service.endpoint "https://x.example"'],
    ["v1/projects/p/operations/1", '. Write "projects/p/operations/1"'],
    ["/v1/operations/AbC", '. Write "operations/AbC"'],
    ["operations/AbC:cancel", '. Write "operations/AbC"'],
    ["/operations/AbC", '. Write "operations/AbC"'],
    ["operations/AbC/", '. Write "operations/AbC"'],
    [" operations/AbC", '. Write "operations/AbC"'],
    ["https://console.cloud.google.com/vertex", "for example operations/AbC"],
    ["AbC", 'Did you mean "operations/AbC"? For an operation of another service, set `service`'],
    ["operation/AbC", 'Did you mean "operations/AbC"? For an operation of another service, set `service`'],
    ["projects/p/operations/1", "For an operation of another service, set `service`"],
  ] as const) {
    it(`says what to write instead of the operation ${given}`, async () => {
      const [message = "", ...others] = await ofRequest({ operation: given });
      assert.deepEqual(others, []);
      assert.ok(message.startsWith("operation ") && message.endsWith(ending), message);
    });
  }

  it("shows no value that may be a credential", async () => {
    const secret = "s3cr3t-t0k3n";
    const told = [
      ...(await ofRequest({
        subject: secret,
        impersonateServiceAccount: `user:${secret}@host`,
        service: { endpoint: `https://user:${secret}@x.example`, token: secret },
        triggers: secret,
        password: secret,
      })),
      ...(await ofRequest({ subject: 5, service: secret })),
      ...(await ofRequest({ service: { endpoint: secret } })),
      ...(await ofRequest({ service: { endpoint: `${secret}.example` } })),
      ...(await ofRequest({ service: { endpoint: `https://x.example/?key=${secret}` } })),
      ...(await ofRequest({ operation: `https://user:${secret}@x.example/v1/operations/a?access_token=${secret}` })),
    ];
    assert.equal(told.length, 12);
    assert.doesNotMatch(told.join("\n"), new RegExp(secret));
  });

  it("has one line and a limited length, whatever the value is", async () => {
    const text = "\n\u001b[31m\u2028\u202e\ud800".repeat(10_000);
    const told = [
      ...(await ofRequest({ operation: text, waitFor: text, expect: [text], [text]: 1, service: { version: text } })),
      ...(await ofSweep({ names: [text], match: { name: 5, [text]: 1 }, limit: text, collection: text })),
    ];
    for (const message of told) {
      assert.doesNotMatch(message, /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
      assert.ok(message.isWellFormed() && message.length < 1_000, message);
    }
  });

  it("names a setting, and no argument, for an issue of a setting", async () => {
    const provider = new (request.constructor as new (steps: unknown) => typeof request)(
      (request as unknown as { steps: unknown }).steps,
    );
    const settings: Record<string, string> = { "cancellation:endpoint": "http://10.0.0.1" };
    provider.configure({ config: { get: (key) => settings[key] } });
    const [message = "", ...others] = await messages({ operation: name }, provider);
    assert.deepEqual(others, []);
    assert.match(message, /^the config cancellation:endpoint is plain http/);
  });

  it("reports an unknown argument even if its value isn't known yet", async () => {
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    assert.match((await ofRequest({ expcet: unknown })).join(), /^expcet isn't an argument.*Did you mean "expect"\?/);
  });
});
