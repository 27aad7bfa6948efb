import assert from "node:assert/strict";
import type { Properties } from "../../../provider/resources/state/record";
import { check } from "../../../provider/resources/sweep/steps";
import { contextOf, unknownValue } from "./stage";

const failures = (inputs: Properties) => check(inputs, contextOf()).failures;
const properties = (inputs: Properties) => failures(inputs).map(({ property }) => property);
const all = { all: true };
const elsewhere = { endpoint: "https://aiplatform.googleapis.com" };

describe("a check of a sweep", () => {
  it("takes a selection alone, and hands the arguments on as they are", () => {
    for (const inputs of [
      all,
      { filter: "x" },
      { match: { name: "**" } },
      { names: ["operations/a"] },
      { names: [] },
    ]) {
      assert.deepEqual(check(inputs, contextOf()), { inputs, failures: [] });
    }
  });

  it("takes every argument there is", () => {
    const inputs = {
      collection: "projects/p/locations/l/operations",
      filter: 'metadata.verb="create"',
      match: { name: "projects/*/locations/**", operationTypes: ["CREATE_ENTITLEMENT"] },
      limit: 100_000,
      concurrency: 64,
      report: "sweep.jsonl",
      cancelOn: "create",
      waitFor: "accepted",
      expect: ["cancelled", "succeeded", "failed", "unsupported", "notFound"],
      triggers: [1],
      service: { ...elsewhere, version: "v1beta1", scopes: ["https://www.googleapis.com/auth/cloud-platform"] },
      impersonateServiceAccount: "a@p.iam.gserviceaccount.com",
      subject: "admin@reseller.example.com",
      customTimeouts: { create: "1h", update: "90s", delete: "1h30m" },
    };
    assert.deepEqual(failures(inputs), []);
  });

  it("tells everything at once, each by its property", () => {
    const inputs = {
      collection: "operations//x",
      match: { name: "", operationTypes: [], type: "T" },
      names: ["operations/a", "operations/../b", 5],
      limit: 0,
      concurrency: 65,
      report: "",
      cancelOn: "destroy",
      triggers: [1],
      expect: ["running"],
      customTimeouts: { create: "soon" },
      operation: "operations/a",
    };
    assert.deepEqual(
      properties(inputs).sort(),
      [
        "collection",
        "concurrency",
        "customTimeouts.create",
        "expect[0]",
        "limit",
        "match.name",
        "match.operationTypes",
        "match.type",
        "names",
        "names[1]",
        "names[2]",
        "operation",
        "cancelOn",
        "report",
      ].sort(),
    );
  });

  for (const [argument, value] of [
    ["collection", "projects/p/locations/l"],
    ["collection", "operations/AbC"],
    ["collection", 5],
    ["limit", 1.5],
    ["limit", -1],
    ["limit", NaN],
    ["limit", "10"],
    ["limit", 1_000_001],
    ["concurrency", 0],
    ["concurrency", "all"],
    ["report", 5],
    ["waitFor", "done"],
  ] as const) {
    it(`refuses ${argument}: ${JSON.stringify(value)}`, () => {
      assert.ok(properties({ ...all, [argument]: value }).includes(argument));
    });
  }

  it("refuses more triggers than an error can carry to the engine, however short their JSON is", () => {
    const triggers = (count: number) => ({ ...all, cancelOn: "create", triggers: Array<number>(count).fill(1) });
    assert.deepEqual(properties(triggers(1_000)), []);
    assert.deepEqual(properties(triggers(4_000)), ["triggers"]);
  });

  it("refuses triggers with cancelOn delete, which is the default", () => {
    assert.deepEqual(properties({ ...all, triggers: [1] }), ["triggers"]);
    assert.deepEqual(properties({ ...all, triggers: [1], cancelOn: "create" }), []);
    assert.deepEqual(properties({ ...all, triggers: [] }), []);
  });

  describe("of Cloud Channel", () => {
    it("takes its one collection alone, and names of operations in it", () => {
      assert.deepEqual(properties({ ...all, collection: "projects/p/operations" }), ["collection"]);
      assert.deepEqual(properties({ names: ["operations/a", "projects/p/operations/b"] }), ["names[1]"]);
      assert.deepEqual(properties({ ...all, collection: "operations" }), []);
    });

    it("says nothing of the names of other services, or of one not known yet", () => {
      for (const service of [elsewhere, unknownValue, { endpoint: unknownValue }]) {
        assert.deepEqual(properties({ ...all, service, collection: "projects/p/operations" }), []);
      }
    });
  });

  it("passes whatever is not known yet", () => {
    for (const argument of [
      "collection",
      "limit",
      "concurrency",
      "report",
      "cancelOn",
      "waitFor",
      "expect",
      "subject",
    ]) {
      assert.deepEqual(failures({ ...all, [argument]: unknownValue }), [], argument);
    }
  });

  it("holds what it must be able to keep within bounds, and nothing else", () => {
    const names = Array.from({ length: 2000 }, (_, index) => `operations/${index}`);
    assert.deepEqual(properties({ names, cancelOn: "create" }), ["names"]);
    assert.deepEqual(properties({ names }), []);
  });
});
