import assert from "node:assert/strict";
import type { OperationSpec } from "../../provider/emulator";
import { validateSelection, selectorOf } from "../../provider/resources/inputs/selection";
import type { Properties } from "../../provider/resources/state/record";
import { unknownValue } from "./request/stage";

const properties = (inputs: Properties) => validateSelection(inputs).map(({ property }) => property);

describe("the validation of a selection", () => {
  const filter = "done=false";
  const match = { name: "operations/*" };
  const names = ["operations/a"];

  describe("the validation of a selection's presence", () => {
    for (const inputs of [{}, { all: false }, { filter: "" }, { match: {} }, { all: false, match: {} }]) {
      it(`refuses ${JSON.stringify(inputs)}, which doesn't select operations`, () => {
        const [failure, ...more] = validateSelection(inputs);
        const [property, reason] =
          "match" in inputs
            ? ["match", /^is empty\. Set its name or operationTypes\. To select everything, set `all: true`/]
            : ["all", /is required unless filter, match or names is set\. `all: true` cancels every/];
        assert.equal(failure?.property, property);
        assert.match(failure.reason, reason);
        assert.deepEqual(more, []);
      });
    }

    for (const inputs of [
      { all: true },
      { filter },
      { match },
      { names },
      { filter, match },
      { names: [] },
      { all: false, match },
    ]) {
      it(`accepts ${JSON.stringify(inputs)} as a selection`, () => {
        assert.deepEqual(properties(inputs), []);
      });
    }
  });

  describe("the validation of combined selections", () => {
    for (const [inputs, property] of [
      [{ all: true, filter }, "all"],
      [{ all: true, match }, "all"],
      [{ all: true, names }, "all"],
      [{ all: true, names: [] }, "all"],
      [{ names, filter }, "names"],
      [{ names, match }, "names"],
      [{ names: [], filter }, "names"],
      [{ names, filter, match, all: true }, "all"],
    ] as const) {
      it(`refuses ${JSON.stringify(inputs)}, which combines arguments that exclude each other`, () => {
        assert.deepEqual(properties(inputs), [property]);
      });
    }
  });

  describe("the validation of unknown selections", () => {
    for (const inputs of [
      { all: unknownValue },
      { filter: unknownValue },
      { match: unknownValue },
      { match: { name: unknownValue } },
      { match: { operationTypes: [unknownValue] } },
      { names: unknownValue },
      { names: [unknownValue] },
      { all: true, filter: unknownValue },
      { all: unknownValue, match },
      { names, filter: unknownValue },
    ]) {
      it(`accepts ${JSON.stringify(inputs).replaceAll(unknownValue, "?")}, in which ? isn't known yet`, () => {
        assert.deepEqual(properties(inputs), []);
      });
    }

    it("refuses known values that aren't valid beside an unknown value", () => {
      assert.deepEqual(properties({ all: true, match, filter: unknownValue }), ["all"]);
      assert.deepEqual(properties({ all: false, match: {} }), ["match"]);
    });
  });
});

describe("a match", () => {
  const isMeant = (
    match: NonNullable<Parameters<typeof selectorOf>[0]["match"]>,
    { name = "", ...spec }: OperationSpec,
  ) => {
    const page = [{ name, done: false, ...(spec.metadata ? { metadata: spec.metadata } : {}) }];
    return selectorOf({ match })(page).operations.length === 1;
  };

  for (const [glob, matching, others] of [
    [
      "operations/*",
      ["operations/a", "operations/a.b=", "operations/.a", "operations/a\\b"],
      ["operations/a/b", "operations", "x/operations/a"],
    ],
    ["operations/**", ["operations/a", "operations/a/b", "operations/.a/.b"], ["projects/operations/a"]],
    [
      "projects/*/locations/*/operations/*",
      ["projects/p/locations/l/operations/x"],
      ["projects/p/q/locations/l/operations/x"],
    ],
    [
      "**/create-*",
      ["operations/create-1", "create-2", "a/b/create-"],
      ["operations/Create-1", "operations/create-1/x"],
    ],
    ["operations/a?c", ["operations/abc"], ["operations/ac", "operations/abbc"]],
    ["operations/{a,b}", ["operations/a", "operations/b"], ["operations/c", "operations/{a,b}x"]],
    ["operations/job-[0-9]", ["operations/job-1"], ["operations/job-10", "operations/job-x"]],
    ["!operations/keep-*", ["operations/a", "operations/keep-/b"], ["operations/keep-1", "operations/keep-"]],
    ["operations/AbC", ["operations/AbC"], ["operations/abc", "operations/AbCd"]],
    ["operations/a\\*", ["operations/a*"], ["operations/ab"]],
    ["**", ["operations/a", "a", ".a/..b/c"], []],
  ] as const) {
    it(`matches the glob ${glob} against the whole name`, () => {
      for (const name of matching) assert.ok(isMeant({ name: glob }, { name }), name);
      for (const name of others) assert.ok(!isMeant({ name: glob }, { name }), name);
    });
  }

  it("selects operations of its types, and none without a type", () => {
    const match = { operationTypes: ["CREATE_ENTITLEMENT", "CHANGE_OFFER"] };
    assert.ok(isMeant(match, { name: "operations/a", metadata: { operationType: "CHANGE_OFFER" } }));
    for (const operationType of ["RUN_REPORT_JOB", "change_offer", "", 5, null, ["CHANGE_OFFER"]]) {
      assert.ok(!isMeant(match, { name: "operations/a", metadata: { operationType } }), String(operationType));
    }
    assert.ok(!isMeant(match, { name: "operations/a" }));
  });

  it("selects operations that satisfy both its name and its types, or all operations if it's omitted", () => {
    const both = { name: "operations/*", operationTypes: ["T"] };
    const metadata = { operationType: "T" };
    assert.ok(isMeant(both, { name: "operations/a", metadata }));
    assert.ok(!isMeant(both, { name: "other/a", metadata }));
    assert.ok(!isMeant(both, { name: "operations/a" }));
    assert.equal(selectorOf({})([{ name: "x", done: false }]).operations.length, 1);
  });

  describe("a match of names that slow down its glob", () => {
    const slow = { name: `operations/${"-".repeat(500)}`, done: false };
    const match = { name: "operations/*-*-*-*-*x" };

    it("leaves only the slow name of a page undecided, within a bounded time", () => {
      const meant = { name: "operations/a-b-c-d-x", done: false };
      const other = { name: "operations/a", done: false };
      assert.deepEqual(selectorOf({ match })([slow, meant, other]), { operations: [meant], undecided: [slow] });
    });

    it("leaves all of 1,000 slow names undecided, within a bounded time", () => {
      const page = Array.from({ length: 1_000 }, (_, index) => ({ ...slow, name: `${slow.name}${index}` }));
      const { operations, undecided } = selectorOf({ match })(page);
      assert.deepEqual([operations.length, undecided.length], [0, 1_000]);
    });
  });
});
