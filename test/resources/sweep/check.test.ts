import assert from "node:assert/strict";
import type { Properties } from "../../../provider/resources/state/record";
import { check } from "../../../provider/resources/sweep/steps";
import { contextOf, unknownValue } from "./stage";

const failures = (inputs: Properties) => check(inputs, contextOf()).failures;
const properties = (inputs: Properties) => failures(inputs).map(({ property }) => property);
const all = { all: true };
const elsewhere = { endpoint: "https://aiplatform.googleapis.com" };

describe("check of a sweep", () => {
  it("accepts a selection alone and returns the arguments unchanged", () => {
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

  it("accepts all arguments of a sweep together", () => {
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

  it("reports all issues at once, each with its property", () => {
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
    it(`refuses ${typeof value === "number" ? value : JSON.stringify(value)} for ${argument}`, () => {
      assert.ok(properties({ ...all, [argument]: value }).includes(argument));
    });
  }

  it("refuses 4,000 short triggers, which an error can't carry to the engine", () => {
    const triggers = (count: number) => ({ ...all, cancelOn: "create", triggers: Array<number>(count).fill(1) });
    assert.deepEqual(properties(triggers(1_000)), []);
    assert.deepEqual(properties(triggers(4_000)), ["triggers"]);
  });

  it('refuses triggers with cancelOn "delete", which is the default', () => {
    assert.deepEqual(properties({ ...all, triggers: [1] }), ["triggers"]);
    assert.deepEqual(properties({ ...all, triggers: [1], cancelOn: "create" }), []);
    assert.deepEqual(properties({ ...all, triggers: [] }), []);
  });

  describe("check of a sweep of Cloud Channel", () => {
    it("accepts only the collection `operations` and names in it", () => {
      assert.deepEqual(properties({ ...all, collection: "projects/p/operations" }), ["collection"]);
      assert.deepEqual(properties({ names: ["operations/a", "projects/p/operations/b"] }), ["names[1]"]);
      assert.deepEqual(properties({ ...all, collection: "operations" }), []);
    });

    it("accepts any collection for another service and for a service that isn't known yet", () => {
      for (const service of [elsewhere, unknownValue, { endpoint: unknownValue }]) {
        assert.deepEqual(properties({ ...all, service, collection: "projects/p/operations" }), []);
      }
    });
  });

  it("accepts arguments that aren't known yet", () => {
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

  it('refuses 2,000 names with cancelOn "create" and accepts them with cancelOn "delete"', () => {
    const names = Array.from({ length: 2000 }, (_, index) => `operations/${index}`);
    assert.deepEqual(properties({ names, cancelOn: "create" }), ["names"]);
    assert.deepEqual(properties({ names }), []);
  });
});
