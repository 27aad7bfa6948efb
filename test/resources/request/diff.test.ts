import assert from "node:assert/strict";
import type { Properties } from "../../../provider/resources/state/record";
import { diff } from "../../../provider/resources/request";
import { contextOf, name, unknownValue } from "./stage";
import { decisionOf } from "../../support/decision";

const cancelled = { outcome: "cancelled", done: true, error: { code: 1 }, requestTime: "t", settleTime: "t" };
const same = { changes: false, replaces: [] };
const updated = { changes: true, replaces: [] };
const replaced = (...replaces: string[]) => ({ changes: true, replaces });
const between = (before: Properties, after: Properties, record: Properties = cancelled) =>
  decisionOf(diff({ operation: name, ...before, ...record }, { operation: name, ...after }, contextOf()));
const cloudChannel = {
  endpoint: "https://cloudchannel.googleapis.com",
  version: "v1",
  scopes: ["https://www.googleapis.com/auth/apps.order"],
};

describe("diff of a request", () => {
  describe("diff of a request that stays the same", () => {
    it("finds no change between equal arguments", () => {
      assert.deepEqual(between({}, {}), same);
      const all = { service: { endpoint: "https://h" }, triggers: [{ a: 1 }], subject: "a@b", expect: ["cancelled"] };
      assert.deepEqual(between(all, structuredClone(all)), same);
    });

    for (const [argument, spelledOut] of [
      ["service", {}],
      ["service", cloudChannel],
      ["service", { endpoint: "https://CLOUDCHANNEL.googleapis.com:443/" }],
      ["service", { scopes: [...cloudChannel.scopes, ...cloudChannel.scopes] }],
      ["cancelOn", "create"],
      ["waitFor", "settled"],
      ["expect", ["failed", "cancelled", "succeeded", "failed"]],
      ["triggers", []],
      ["customTimeouts", {}],
      ["customTimeouts", { create: "10m", update: "600s", delete: "0.5m570s" }],
    ] as const) {
      it(`treats an omitted ${argument} as ${JSON.stringify(spelledOut)}`, () => {
        assert.deepEqual(between({}, { [argument]: spelledOut }), same);
        assert.deepEqual(between({ [argument]: spelledOut }, {}), same);
      });
    }

    it("treats omitted scopes of another service as its default scopes", () => {
      const endpoint = "https://aiplatform.googleapis.com";
      const scopes = ["https://www.googleapis.com/auth/cloud-platform"];
      assert.deepEqual(between({ service: { endpoint } }, { service: { endpoint, scopes } }), same);
    });

    it('treats an omitted `expect` with cancelOn "delete" as a list that includes notFound', () => {
      const cancelOn = "delete";
      const expect = ["notFound", "cancelled", "succeeded", "failed"];
      assert.deepEqual(between({ cancelOn }, { cancelOn, expect }, { outcome: "running" }), same);
    });

    it("ignores the order of `expect` and of scopes", () => {
      assert.deepEqual(between({ expect: ["cancelled", "failed"] }, { expect: ["failed", "cancelled"] }), same);
      assert.deepEqual(between({ service: { scopes: ["a", "b"] } }, { service: { scopes: ["b", "a"] } }), same);
    });

    it("ignores what an older version of the package wrote beside the arguments", () => {
      const older = { __provider: "older", removedOutput: { a: 1 }, etag: "x" };
      assert.deepEqual(between(older, { __provider: "newer" }), same);
    });
  });

  describe("diff of a request that needs an update", () => {
    for (const [argument, before, after] of [
      ["cancelOn", "create", "delete"],
      ["waitFor", undefined, "accepted"],
      ["expect", undefined, ["cancelled"]],
      ["service", { scopes: ["a"] }, { scopes: ["b"] }],
      ["impersonateServiceAccount", undefined, "a@b"],
      ["subject", "a@b", undefined],
      ["customTimeouts", { create: "1h" }, { create: "2h" }],
      ["customTimeouts", { delete: "1.4s" }, { delete: "1s" }],
    ] as const) {
      it(`updates when ${argument} changes from ${JSON.stringify(before)} to ${JSON.stringify(after)}`, () => {
        assert.deepEqual(between({ [argument]: before }, { [argument]: after }), updated);
      });
    }

    it("updates when the timeout of one step changes", () => {
      for (const step of ["create", "update", "delete"]) {
        assert.deepEqual(between({}, { customTimeouts: { [step]: "11m" } }), updated);
      }
    });
  });

  describe("diff of a request that needs a replacement", () => {
    for (const [argument, before, after] of [
      ["operation", "operations/a", "operations/b"],
      ["service", undefined, { endpoint: "https://h" }],
      ["service", { endpoint: "https://h" }, { endpoint: "https://h:8443" }],
      ["service", undefined, { version: "v2" }],
      ["triggers", [], [1]],
      ["triggers", [1, 2], [2, 1]],
      ["triggers", [{ a: 1 }], [{ a: "1" }]],
    ] as const) {
      it(`replaces when ${argument} changes from ${JSON.stringify(before)} to ${JSON.stringify(after)}`, () => {
        assert.deepEqual(between({ [argument]: before }, { [argument]: after }), replaced(argument));
      });
    }

    it("names every argument that needs the replacement", () => {
      const after = { operation: "operations/b", service: { version: "v2" }, triggers: [1], waitFor: "accepted" };
      assert.deepEqual(between({}, after), replaced("operation", "service", "triggers"));
    });
  });

  describe("diff of a request's recorded outcome", () => {
    for (const [outcome, settings, satisfied] of [
      ["running", {}, false],
      ["cancelling", {}, false],
      ["cancelled", {}, true],
      ["succeeded", {}, true],
      ["failed", {}, true],
      ["unsupported", {}, false],
      ["notFound", {}, false],
      ["running", { waitFor: "accepted" }, false],
      ["cancelling", { waitFor: "accepted" }, true],
      ["cancelling", { waitFor: "accepted", expect: ["cancelled"] }, true],
      ["succeeded", { waitFor: "accepted", expect: ["cancelled"] }, false],
      ["succeeded", { expect: ["cancelled"] }, false],
      ["failed", { expect: ["cancelled", "succeeded"] }, false],
      ["unsupported", { expect: ["unsupported"] }, true],
      ["notFound", { expect: ["notFound"] }, true],
      ["cancelling", { expect: ["cancelled", "unsupported", "notFound"] }, false],
      ["running", { cancelOn: "delete" }, true],
      ["failed", { cancelOn: "delete", expect: ["cancelled"] }, true],
      ["notFound", { cancelOn: "delete" }, true],
    ] as const) {
      it(`${satisfied ? "finds no change" : "updates"} for the outcome ${outcome} with the arguments ${JSON.stringify(settings)}`, () => {
        assert.deepEqual(between(settings, settings, { outcome }), satisfied ? same : updated);
      });
    }

    it("judges the recorded outcome by the new arguments", () => {
      assert.deepEqual(between({ cancelOn: "delete" }, { cancelOn: "create" }, { outcome: "running" }), updated);
    });

    it("updates when the state records no outcome", () => {
      assert.deepEqual(between({}, {}, {}), updated);
    });
  });

  describe("diff of a request with unknown arguments", () => {
    for (const argument of [
      "cancelOn",
      "waitFor",
      "expect",
      "impersonateServiceAccount",
      "subject",
      "customTimeouts",
    ]) {
      it(`updates when ${argument} isn't known yet`, () => {
        assert.deepEqual(between({}, { [argument]: unknownValue }), updated);
      });
    }

    for (const argument of ["operation", "service", "triggers"]) {
      it(`replaces when ${argument} isn't known yet`, () => {
        assert.deepEqual(between({}, { [argument]: unknownValue }), replaced(argument));
      });
    }

    it("updates or replaces according to the part of an argument that isn't known yet", () => {
      assert.deepEqual(between({}, { service: { endpoint: unknownValue } }), replaced("service"));
      assert.deepEqual(between({}, { service: { version: unknownValue } }), replaced("service"));
      assert.deepEqual(between({}, { service: { scopes: [unknownValue] } }), updated);
      assert.deepEqual(between({}, { expect: ["cancelled", unknownValue] }), updated);
      assert.deepEqual(between({}, { triggers: [{ a: unknownValue }] }), replaced("triggers"));
    });

    it("replaces for a known change when another value isn't known yet", () => {
      const service = { endpoint: "https://h", scopes: [unknownValue] };
      assert.deepEqual(between({}, { service }), replaced("service"));
      assert.deepEqual(between({ triggers: [1] }, { triggers: [2], waitFor: unknownValue }), replaced("triggers"));
    });
  });
});
