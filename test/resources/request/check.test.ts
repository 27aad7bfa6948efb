import assert from "node:assert/strict";
import type { Properties } from "../../../provider/resources/state/record";
import { check } from "../../../provider/resources/request";
import { contextOf, name, unknownValue } from "./stage";

const failures = (inputs: Properties, config: Record<string, string> = {}) => check(inputs, contextOf(config)).failures;
const properties = (inputs: Properties, config?: Record<string, string>) =>
  failures(inputs, config).map(({ property }) => property);
const elsewhere = { endpoint: "https://aiplatform.googleapis.com" };

describe("check of a request", () => {
  it("accepts an operation's name alone and returns the arguments unchanged", () => {
    const inputs = { operation: name };
    const checked = check(inputs, contextOf());
    assert.deepEqual(checked, { inputs, failures: [] });
  });

  it("accepts all arguments of a request together", () => {
    const inputs = {
      operation: "projects/p/locations/l/operations/x",
      service: { ...elsewhere, version: "v1beta1", scopes: ["https://www.googleapis.com/auth/cloud-platform"] },
      cancelOn: "create",
      waitFor: "accepted",
      expect: ["cancelled", "succeeded", "failed", "unsupported", "notFound"],
      triggers: [1, { a: [null] }],
      impersonateServiceAccount: "a@p.iam.gserviceaccount.com",
      subject: "admin@reseller.example.com",
      customTimeouts: { create: "1h", update: "90s", delete: "1h30m" },
    };
    assert.deepEqual(failures(inputs), []);
  });

  it("requires `operation`", () => {
    assert.deepEqual(failures({}), [{ property: "operation", reason: "is required" }]);
  });

  it("reports all issues at once, each with its property", () => {
    const inputs = {
      operation: "operations//x?y",
      service: { endpoint: "ftp://host", version: "v/1", scopes: [], port: 1, path: 2 },
      cancelOn: "delete",
      waitFor: "done",
      expect: ["cancelled", "running", 3],
      triggers: [1],
      impersonateServiceAccount: "nobody",
      subject: "{}",
      customTimeouts: { create: "10", update: "0s", delete: 5 },
      operaton: "x",
      outcome: "x",
    };
    assert.deepEqual(properties(inputs, { "cancellation:endpoint": "http://10.0.0.1" }).sort(), [
      "",
      "customTimeouts.create",
      "customTimeouts.delete",
      "customTimeouts.update",
      "expect[1]",
      "expect[2]",
      "impersonateServiceAccount",
      "operation",
      "operation",
      "operaton",
      "outcome",
      "service.endpoint",
      "service.path",
      "service.port",
      "service.scopes",
      "service.version",
      "subject",
      "triggers",
      "waitFor",
    ]);
  });

  for (const [argument, value] of [
    ["operation", 5],
    ["operation", ["operations/x"]],
    ["service", "cloudchannel"],
    ["service", ["cloudchannel"]],
    ["cancelOn", "destroy"],
    ["waitFor", true],
    ["expect", "cancelled"],
    ["expect", []],
    ["triggers", "x"],
    ["triggers", { a: 1 }],
    ["impersonateServiceAccount", ""],
    ["subject", "a b@c"],
    ["subject", '{"private_key": "@"}'],
    ["customTimeouts", "10m"],
  ] as const) {
    it(`refuses ${JSON.stringify(value)} for ${argument}`, () => {
      assert.deepEqual(properties({ operation: name, [argument]: value }), [argument]);
    });
  }

  it("doesn't repeat a secret that is given as another argument", () => {
    const secret = "-----BEGIN PRIVATE KEY-----";
    const told = JSON.stringify(failures({ operation: name, subject: secret, impersonateServiceAccount: secret }));
    assert.ok(!told.includes("BEGIN"), told);
  });

  describe("check of a request with unknown arguments", () => {
    for (const argument of [
      "operation",
      "service",
      "cancelOn",
      "waitFor",
      "expect",
      "triggers",
      "impersonateServiceAccount",
      "subject",
      "customTimeouts",
    ]) {
      it(`accepts an unknown ${argument}`, () => {
        assert.deepEqual(failures({ operation: name, [argument]: unknownValue }), []);
      });
    }

    it("accepts an unknown value within an argument", () => {
      for (const inputs of [
        { service: { endpoint: unknownValue } },
        { service: { version: unknownValue, scopes: unknownValue } },
        { service: { scopes: [unknownValue] } },
        { expect: ["cancelled", unknownValue] },
        { triggers: [{ a: unknownValue }] },
        { customTimeouts: { create: unknownValue } },
      ]) {
        assert.deepEqual(failures({ operation: name, ...inputs }), [], JSON.stringify(inputs));
      }
    });

    it("reports the issues of known values beside unknown ones", () => {
      const inputs = {
        operation: unknownValue,
        service: { endpoint: unknownValue, version: "/" },
        expect: [unknownValue, "x"],
      };
      assert.deepEqual(properties(inputs), ["service.version", "expect[1]"]);
    });
  });

  describe("check of a request's triggers", () => {
    it('refuses triggers with cancelOn "delete"', () => {
      const inputs = { operation: name, cancelOn: "delete" };
      assert.deepEqual(properties({ ...inputs, triggers: [1] }), ["triggers"]);
      assert.deepEqual(properties({ ...inputs, triggers: [unknownValue] }), ["triggers"]);
      assert.deepEqual(properties({ ...inputs, triggers: [] }), []);
      assert.deepEqual(properties({ ...inputs, cancelOn: "create", triggers: [1] }), []);
    });
  });

  describe("check of a request's operation name", () => {
    it("requires the form operations/… for Cloud Channel and no form for other services", () => {
      const operation = "projects/p/operations/x";
      const [failure, ...others] = failures({ operation });
      assert.equal(failure?.property, "operation");
      assert.match(failure.reason, /projects\/p\/operations\/x.*operation names begin with operations\/.*`service`/);
      assert.deepEqual(others, []);
      assert.deepEqual(properties({ operation, service: { endpoint: "https://CloudChannel.googleapis.com:443/" } }), [
        "operation",
      ]);
      assert.deepEqual(properties({ operation, service: {} }), ["operation"]);
      assert.deepEqual(properties({ operation, service: elsewhere }), []);
    });

    it("checks a Cloud Channel name even if another part of `service` is unknown or invalid", () => {
      const operation = "projects/p/operations/x";
      assert.deepEqual(properties({ operation, service: { scopes: [unknownValue] } }), ["operation"]);
      assert.deepEqual(properties({ operation, service: { version: "/" } }), ["service.version", "operation"]);
      assert.deepEqual(properties({ operation }, { "cancellation:endpoint": "x" }), ["operation", ""]);
    });
  });

  describe("check of a request's endpoint", () => {
    for (const endpoint of [
      "https://cloudchannel.googleapis.com",
      "https://europe-west1-aiplatform.googleapis.com/",
      "https://private.example.com:8443",
      "HTTPS://Host.Example",
      "http://127.0.0.1:8080",
      "http://127.1.2.3",
      "http://localhost:8080",
      "http://[::1]:8080",
    ]) {
      it(`accepts ${endpoint} as service.endpoint and in the config`, () => {
        assert.deepEqual(failures({ operation: name, service: { endpoint } }), []);
        assert.deepEqual(failures({ operation: name }, { "cancellation:endpoint": endpoint }), []);
      });
    }

    for (const [endpoint, reason] of [
      ["", /isn't a URL/],
      ["cloudchannel.googleapis.com", /isn't a URL/],
      ["//cloudchannel.googleapis.com", /isn't a URL/],
      ["ftp://host", /isn't a URL/],
      ["https://", /isn't a URL/],
      ["http://cloudchannel.googleapis.com", /plain http/],
      ["http://10.0.0.1", /plain http/],
      ["http://127.0.0.1.example.com", /plain http/],
      ["http://localhost.example.com", /plain http/],
      ["http://[::2]", /plain http/],
      ["http://0.0.0.0", /plain http/],
      ["https://user:secret@host", /user or a password/],
      ["https://user@host", /user or a password/],
      ["https://host/v1", /more than a scheme/],
      ["https://host?x", /more than a scheme/],
      ["https://host#x", /more than a scheme/],
    ] as const) {
      it(`refuses ${JSON.stringify(endpoint)} as an endpoint`, () => {
        const [failure, ...others] = failures({ operation: name, service: { endpoint } });
        assert.equal(failure?.property, "service.endpoint");
        assert.match(failure.reason, reason);
        assert.ok(!failure.reason.includes("secret"));
        assert.deepEqual(others, []);
        if (endpoint === "") return; // an empty setting counts as absent
        const [configured] = failures({ operation: name }, { "cancellation:endpoint": endpoint });
        assert.match(configured?.reason ?? "", /^the config cancellation:endpoint /);
        assert.match(configured?.reason ?? "", reason);
      });
    }
  });
});
