import assert from "node:assert/strict";
import type { Properties } from "../../../provider/resources/state/record";
import { diff } from "../../../provider/resources/request";
import { contextOf, name, unknownValue } from "./stage";

const cancelled = { outcome: "cancelled", done: true, error: { code: 1 }, requestTime: "t", settleTime: "t" };
const same = { changes: false, replaces: [] };
const updated = { changes: true, replaces: [] };
const replaced = (...replaces: string[]) => ({ changes: true, replaces });
const between = (before: Properties, after: Properties, record: Properties = cancelled) =>
  diff({ operation: name, ...before, ...record }, { operation: name, ...after }, contextOf());
const cloudChannel = {
  endpoint: "https://cloudchannel.googleapis.com",
  version: "v1",
  scopes: ["https://www.googleapis.com/auth/apps.order"],
};

describe("a difference", () => {
  describe("is none", () => {
    it("between the same", () => {
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
      it(`when the default of ${argument} is spelled out as ${JSON.stringify(spelledOut)}, or left out again`, () => {
        assert.deepEqual(between({}, { [argument]: spelledOut }), same);
        assert.deepEqual(between({ [argument]: spelledOut }, {}), same);
      });
    }

    it("when the default scopes of another service are spelled out", () => {
      const endpoint = "https://aiplatform.googleapis.com";
      const scopes = ["https://www.googleapis.com/auth/cloud-platform"];
      assert.deepEqual(between({ service: { endpoint } }, { service: { endpoint, scopes } }), same);
    });

    it('when the default of expect is spelled out with cancelOn "delete"', () => {
      const cancelOn = "delete";
      const expect = ["notFound", "cancelled", "succeeded", "failed"];
      assert.deepEqual(between({ cancelOn }, { cancelOn, expect }, { outcome: "running" }), same);
    });

    it("when a list without an order comes in another order", () => {
      assert.deepEqual(between({ expect: ["cancelled", "failed"] }, { expect: ["failed", "cancelled"] }), same);
      assert.deepEqual(between({ service: { scopes: ["a", "b"] } }, { service: { scopes: ["b", "a"] } }), same);
    });

    it("after an upgrade, whatever the older version wrote beside it", () => {
      const older = { __provider: "older", removedOutput: { a: 1 }, etag: "x" };
      assert.deepEqual(between(older, { __provider: "newer" }), same);
    });
  });

  describe("is an update", () => {
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
      it(`when ${argument} changes from ${JSON.stringify(before)} to ${JSON.stringify(after)}`, () => {
        assert.deepEqual(between({ [argument]: before }, { [argument]: after }), updated);
      });
    }

    it("of only the time-out that changed", () => {
      for (const step of ["create", "update", "delete"]) {
        assert.deepEqual(between({}, { customTimeouts: { [step]: "11m" } }), updated);
      }
    });
  });

  describe("replaces", () => {
    for (const [argument, before, after] of [
      ["operation", "operations/a", "operations/b"],
      ["service", undefined, { endpoint: "https://h" }],
      ["service", { endpoint: "https://h" }, { endpoint: "https://h:8443" }],
      ["service", undefined, { version: "v2" }],
      ["triggers", [], [1]],
      ["triggers", [1, 2], [2, 1]],
      ["triggers", [{ a: 1 }], [{ a: "1" }]],
    ] as const) {
      it(`when ${argument} changes from ${JSON.stringify(before)} to ${JSON.stringify(after)}`, () => {
        assert.deepEqual(between({ [argument]: before }, { [argument]: after }), replaced(argument));
      });
    }

    it("for all the reasons there are", () => {
      const after = { operation: "operations/b", service: { version: "v2" }, triggers: [1], waitFor: "accepted" };
      assert.deepEqual(between({}, after), replaced("operation", "service", "triggers"));
    });
  });

  describe("is there when the recorded outcome does not satisfy", () => {
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
      it(`${outcome} with ${JSON.stringify(settings)}: ${satisfied ? "it does" : "it does not"}`, () => {
        assert.deepEqual(between(settings, settings, { outcome }), satisfied ? same : updated);
      });
    }

    it("and is judged by the new settings", () => {
      assert.deepEqual(between({ cancelOn: "delete" }, { cancelOn: "create" }, { outcome: "running" }), updated);
    });

    it("nothing at all, where no outcome was recorded", () => {
      assert.deepEqual(between({}, {}, {}), updated);
    });
  });

  describe("is there for what is not known yet", () => {
    for (const argument of [
      "cancelOn",
      "waitFor",
      "expect",
      "impersonateServiceAccount",
      "subject",
      "customTimeouts",
    ]) {
      it(`of ${argument}: an update`, () => {
        assert.deepEqual(between({}, { [argument]: unknownValue }), updated);
      });
    }

    for (const argument of ["operation", "service", "triggers"]) {
      it(`of ${argument}: it may replace`, () => {
        assert.deepEqual(between({}, { [argument]: unknownValue }), replaced(argument));
      });
    }

    it("within an argument, by the part that is not known", () => {
      assert.deepEqual(between({}, { service: { endpoint: unknownValue } }), replaced("service"));
      assert.deepEqual(between({}, { service: { version: unknownValue } }), replaced("service"));
      assert.deepEqual(between({}, { service: { scopes: [unknownValue] } }), updated);
      assert.deepEqual(between({}, { expect: ["cancelled", unknownValue] }), updated);
      assert.deepEqual(between({}, { triggers: [{ a: unknownValue }] }), replaced("triggers"));
    });

    it("beside what is known to differ", () => {
      const service = { endpoint: "https://h", scopes: [unknownValue] };
      assert.deepEqual(between({}, { service }), replaced("service"));
      assert.deepEqual(between({ triggers: [1] }, { triggers: [2], waitFor: unknownValue }), replaced("triggers"));
    });
  });
});
