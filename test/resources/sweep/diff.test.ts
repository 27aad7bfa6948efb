import assert from "node:assert/strict";
import type { Properties } from "../../../provider/resources/state/record";
import * as steps from "../../../provider/resources/sweep/steps";
import { contextOf, then, unknownValue } from "./stage";

const all = { all: true };
const counted = { matched: 1, outcomes: { running: 1 }, operations: [{ name: "operations/a", outcome: "running" }] };
/** What a diff says of a sweep that cancels when it is deleted. */
const diff = (outputs: Properties, inputs: Properties) => steps.diff(outputs, inputs, contextOf());
const change = (before: Properties, after: Properties) => diff({ ...all, ...counted, ...before }, { ...all, ...after });

const none = { changes: false, replaces: [] };
const updates = { changes: true, replaces: [] };

describe("the diff of a sweep", () => {
  it("sees no change in the same arguments, whatever is counted", () => {
    assert.deepEqual(change({}, {}), none);
  });

  it("takes an omitted argument for its default, and other ways to write the same for the same", () => {
    const spelledOut = {
      collection: "operations",
      limit: 1000,
      concurrency: 16,
      cancelOn: "delete",
      waitFor: "settled",
      expect: ["notFound", "succeeded", "failed", "cancelled"],
      triggers: [],
      service: { endpoint: "https://cloudchannel.googleapis.com/", version: "v1" },
      customTimeouts: { delete: "600s" },
    };
    assert.deepEqual(change({}, spelledOut), none);
    assert.deepEqual(change(spelledOut, {}), none);
    const listed = { names: ["operations/a", "operations/b"] };
    assert.deepEqual(diff(listed, { names: ["operations/b", "operations/a", "operations/b"] }), none);
    const types = (...operationTypes: string[]) => ({ match: { operationTypes } });
    assert.deepEqual(diff(types("A", "B"), types("B", "A")), none);
    assert.deepEqual(diff(types("A"), { ...types("A"), all: false }), none);
  });

  for (const [argument, before, after] of [
    ["filter", { filter: "a" }, { filter: "b" }],
    ["match", { match: { name: "a" } }, { match: { name: "b" } }],
    ["a type", { match: { operationTypes: ["A", "B"] } }, { match: { operationTypes: ["A"] } }],
    ["names", { names: ["operations/a", "operations/b"] }, { names: ["operations/a"] }],
    ["all", { all: true }, { match: { name: "operations/*" } }],
    ["names for all", { names: ["operations/a"] }, { all: true }],
  ] as const) {
    it(`updates for another selection (${argument}), and never replaces`, () => {
      assert.deepEqual(diff({ ...before, ...counted }, after), updates);
      assert.deepEqual(diff({ ...after, ...counted }, before), updates);
    });
  }

  for (const argument of [
    { limit: 5 },
    { concurrency: 5 },
    { report: "a.jsonl" },
    { cancelOn: "create" },
    { waitFor: "accepted" },
    { expect: ["cancelled"] },
    { subject: "a@b" },
    { impersonateServiceAccount: "a@b" },
    { customTimeouts: { delete: "1h" } },
    { service: { scopes: ["x"] } },
  ]) {
    it(`updates for ${JSON.stringify(argument)}`, () => {
      assert.deepEqual(change({}, argument), updates);
      assert.deepEqual(change(argument, { cancelOn: "delete" }), updates);
    });
  }

  it("replaces for another collection, another service, and other triggers", () => {
    const service = { endpoint: "https://aiplatform.googleapis.com" };
    assert.deepEqual(change({ service }, { service, collection: "projects/p/operations" }).replaces, ["collection"]);
    assert.deepEqual(change({}, { service }).replaces, ["service"]);
    assert.deepEqual(change({}, { service: { version: "v2" } }).replaces, ["service"]);
    const create = { cancelOn: "create", outcomes: {} };
    assert.deepEqual(change({ ...create, triggers: [1] }, { ...create, triggers: [2] }).replaces, ["triggers"]);
  });

  it("takes what is not known yet for a change", () => {
    for (const argument of ["filter", "match", "names", "limit", "report"]) {
      assert.deepEqual(change({}, { [argument]: unknownValue }), updates, argument);
    }
    assert.deepEqual(change({}, { match: { name: unknownValue } }), updates);
    assert.deepEqual(change({}, { names: ["operations/a", unknownValue] }), updates);
    assert.deepEqual(change({}, { collection: unknownValue }).replaces, ["collection"]);
  });

  describe("of one that cancels at once", () => {
    const create = { ...all, cancelOn: "create", requestTime: then };
    const says = (outcomes: Properties, args: Properties = {}) =>
      diff({ ...create, outcomes, ...args }, { ...create, ...args });

    for (const [what, outcomes, args] of [
      ["nothing matched", {}, {}],
      ["all have ended", { cancelled: 2, succeeded: 1, failed: 1 }, {}],
      ["all are accepted, where that is enough", { cancelling: 3 }, { waitFor: "accepted" }],
      [
        "the outcomes are expected",
        { cancelled: 2, notFound: 1, unsupported: 1 },
        { expect: ["cancelled", "notFound", "unsupported"] },
      ],
      ["some settled unobserved, however they did", { cancelled: 2, unobserved: 9 }, {}],
    ] as const) {
      it(`sees no change when ${what}`, () => {
        assert.deepEqual(says(outcomes, args), none);
      });
    }

    it("is not done when a listing failed, whatever was seen by then", () => {
      assert.deepEqual(diff({ ...create, outcomes: { cancelled: 1 }, incomplete: true }, create), updates);
    });

    for (const [what, outcomes, args] of [
      ["one is not asked", { cancelled: 5, running: 1 }, {}],
      ["one is not asked, where accepted is enough", { cancelling: 5, running: 1 }, { waitFor: "accepted" }],
      ["one still runs", { cancelled: 5, cancelling: 1 }, {}],
      ["one is unsupported", { cancelled: 5, unsupported: 1 }, {}],
      ["one is not found", { cancelled: 5, notFound: 1 }, {}],
      ["one ended otherwise than expected", { cancelled: 5, succeeded: 1 }, { expect: ["cancelled"] }],
      ["some settled unobserved, and how matters", { cancelled: 5, unobserved: 1 }, { expect: ["cancelled"] }],
    ] as const) {
      it(`is not done when ${what}`, () => {
        assert.deepEqual(says(outcomes, args), updates);
      });
    }
  });
});
