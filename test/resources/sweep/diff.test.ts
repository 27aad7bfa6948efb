import assert from "node:assert/strict";
import type { Properties } from "../../../provider/resources/state/record";
import * as steps from "../../../provider/resources/sweep/steps";
import { contextOf, then, unknownValue } from "./stage";
import { decisionOf } from "../../support/decision";

const all = { all: true };
const counted = { matched: 1, outcomes: { running: 1 }, operations: [{ name: "operations/a", outcome: "running" }] };
const diff = (outputs: Properties, inputs: Properties) => decisionOf(steps.diff(outputs, inputs, contextOf()));

/** Returns the diff of a sweep that cancels at its deletion. */
const change = (before: Properties, after: Properties) => diff({ ...all, ...counted, ...before }, { ...all, ...after });

const none = { changes: false, replaces: [] };
const updates = { changes: true, replaces: [] };

describe("diff of a sweep", () => {
  it("finds no change between equal arguments, regardless of the counts", () => {
    assert.deepEqual(change({}, {}), none);
  });

  it("treats an omitted argument as its default and different spellings of a value as equal", () => {
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

  for (const [what, before, after] of [
    ["`filter` changes", { filter: "a" }, { filter: "b" }],
    ["`match.name` changes", { match: { name: "a" } }, { match: { name: "b" } }],
    ["`operationTypes` changes", { match: { operationTypes: ["A", "B"] } }, { match: { operationTypes: ["A"] } }],
    ["`names` changes", { names: ["operations/a", "operations/b"] }, { names: ["operations/a"] }],
    ["`all` becomes `match`", { all: true }, { match: { name: "operations/*" } }],
    ["`names` becomes `all`", { names: ["operations/a"] }, { all: true }],
  ] as const) {
    it(`updates and doesn't replace when ${what}, or changes back`, () => {
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
    it(`updates when the program adds or removes ${JSON.stringify(argument)}`, () => {
      assert.deepEqual(change({}, argument), updates);
      assert.deepEqual(change(argument, { cancelOn: "delete" }), updates);
    });
  }

  it("replaces when the collection, the service or the triggers change", () => {
    const service = { endpoint: "https://aiplatform.googleapis.com" };
    assert.deepEqual(change({ service }, { service, collection: "projects/p/operations" }).replaces, ["collection"]);
    assert.deepEqual(change({}, { service }).replaces, ["service"]);
    assert.deepEqual(change({}, { service: { version: "v2" } }).replaces, ["service"]);
    const create = { cancelOn: "create", outcomes: {} };
    assert.deepEqual(change({ ...create, triggers: [1] }, { ...create, triggers: [2] }).replaces, ["triggers"]);
  });

  it("treats a value that isn't known yet as a change", () => {
    for (const argument of ["filter", "match", "names", "limit", "report"]) {
      assert.deepEqual(change({}, { [argument]: unknownValue }), updates, argument);
    }
    assert.deepEqual(change({}, { match: { name: unknownValue } }), updates);
    assert.deepEqual(change({}, { names: ["operations/a", unknownValue] }), updates);
    assert.deepEqual(change({}, { collection: unknownValue }).replaces, ["collection"]);
  });

  describe("diff of a sweep that cancels at its creation", () => {
    const create = { ...all, cancelOn: "create", requestTime: then };
    const says = (outcomes: Properties, args: Properties = {}) =>
      diff({ ...create, outcomes, ...args }, { ...create, ...args });

    for (const [what, outcomes, args] of [
      ["no operation matched", {}, {}],
      ["all operations have ended", { cancelled: 2, succeeded: 1, failed: 1 }, {}],
      ["all cancels are acknowledged, which is enough", { cancelling: 3 }, { waitFor: "accepted" }],
      [
        "`expect` allows all outcomes",
        { cancelled: 2, notFound: 1, unsupported: 1 },
        { expect: ["cancelled", "notFound", "unsupported"] },
      ],
      ["operations ended unobserved and `expect` is omitted", { cancelled: 2, unobserved: 9 }, {}],
    ] as const) {
      it(`finds no change when ${what}`, () => {
        assert.deepEqual(says(outcomes, args), none);
      });
    }

    it("updates when a listing of the last run failed, regardless of the outcomes", () => {
      assert.deepEqual(diff({ ...create, outcomes: { cancelled: 1 }, incomplete: true }, create), updates);
    });

    for (const [what, outcomes, args] of [
      ["one operation isn't cancelled", { cancelled: 5, running: 1 }, {}],
      ["an acknowledgement is enough and one is missing", { cancelling: 5, running: 1 }, { waitFor: "accepted" }],
      ["one operation still runs after its cancel", { cancelled: 5, cancelling: 1 }, {}],
      ["one outcome is unsupported", { cancelled: 5, unsupported: 1 }, {}],
      ["one outcome is notFound", { cancelled: 5, notFound: 1 }, {}],
      ["`expect` excludes one outcome", { cancelled: 5, succeeded: 1 }, { expect: ["cancelled"] }],
      ["an operation ended unobserved and `expect` is set", { cancelled: 5, unobserved: 1 }, { expect: ["cancelled"] }],
    ] as const) {
      it(`updates when ${what}`, () => {
        assert.deepEqual(says(outcomes, args), updates);
      });
    }
  });
});
