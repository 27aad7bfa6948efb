import assert from "node:assert/strict";
import { codeName, isCode } from "../../provider/common/rpcCodes";
import { parseOperation, parsePage } from "../../provider/operations/response";
import { isSettled, outcomes, settledOutcome } from "../../provider/operations/outcome";

const name = "operations/AbC";

describe("the operation parser", () => {
  it("accepts JSON that leaves out default values, as proto3 does", () => {
    assert.deepEqual(parseOperation({ name }), { name, done: false });
    assert.deepEqual(parseOperation({ name, done: true, error: { code: 13 } }), {
      name,
      done: true,
      error: { code: 13, message: "", details: [] },
    });
  });

  it("accepts null for a field that is left out", () => {
    const nulls = { name, done: null, error: null, metadata: null, response: null };
    assert.deepEqual(parseOperation(nulls), { name, done: false });
  });

  for (const error of [{}, { code: 0 }, { code: null }, { code: 0, message: "fine", details: [{}] }]) {
    it(`returns no error for ${JSON.stringify(error)}, because code 0 is OK`, () => {
      assert.deepEqual(parseOperation({ name, done: true, error }), { name, done: true });
      assert.deepEqual(parsePage({ operations: [{ name, done: true, error, response: {} }] }), {
        operations: [{ name, done: true, response: {} }],
      });
    });
  }

  it("returns no error for an operation that still runs", () => {
    assert.deepEqual(parseOperation({ name, error: { code: 1 } }), { name, done: false });
  });

  it("returns all known fields, and no unknown field", () => {
    const error = { code: 9, message: "m", details: [{ "@type": "t" }] };
    const read = parseOperation({ name, done: true, error, metadata: { a: 1 }, response: { b: 2 }, other: 3 });
    assert.deepEqual(read, { name, done: true, error, metadata: { a: 1 }, response: { b: 2 } });
  });

  for (const [what, body] of [
    ["a string", "operations/AbC"],
    ["a list", [{ name }]],
    ["null", null],
    ["undefined", undefined],
    ["an operation without a name", { done: true }],
    ["a done field that is a string", { name, done: "true" }],
    ["an error code that is a string", { name, error: { code: "CANCELLED" } }],
    ["an error code that isn't an integer", { name, error: { code: 1.5 } }],
    ["metadata that is a string", { name, metadata: "x" }],
    ["a response that is a list", { name, response: [] }],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.equal(parseOperation(body), undefined);
    });
  }

  it("reads pages, and returns no page token for the last page", () => {
    assert.deepEqual(parsePage({}), { operations: [] });
    assert.deepEqual(parsePage({ operations: [{ name }], nextPageToken: "" }), { operations: [{ name, done: false }] });
    assert.deepEqual(parsePage({ nextPageToken: "t" }), { operations: [], nextPageToken: "t" });
    assert.equal(parsePage({ operations: [{}] }), undefined);
    assert.equal(parsePage({ operations: {} }), undefined);
  });
});

describe("the outcome of an operation", () => {
  const error = (code: number) => ({ code, message: "", details: [] });

  it("is undefined while the operation runs, even with an error", () => {
    assert.equal(settledOutcome({ name, done: false }), undefined);
    assert.equal(settledOutcome({ name, done: false, error: error(1) }), undefined);
  });

  it("is cancelled for error code 1, and failed for any other error code", () => {
    assert.equal(settledOutcome({ name, done: true, error: error(1) }), "cancelled");
    for (const code of [2, 3, 13, 16, 99])
      assert.equal(settledOutcome({ name, done: true, error: error(code) }), "failed");
  });

  it("is succeeded for error code 0, which is OK", () => {
    assert.equal(settledOutcome({ name, done: true, error: error(0) }), "succeeded");
  });

  it("is succeeded for a response, and for neither a response nor an error", () => {
    assert.equal(settledOutcome({ name, done: true, response: {} }), "succeeded");
    assert.equal(settledOutcome({ name, done: true }), "succeeded");
  });

  it("counts as settled when it is cancelled, succeeded or failed", () => {
    assert.deepEqual(outcomes.filter(isSettled), ["cancelled", "succeeded", "failed"]);
  });
});

describe("a google.rpc.Code", () => {
  it("has a name for each number, and the name UNKNOWN for an undefined number", () => {
    assert.deepEqual([0, 1, 5, 12, 16].map(codeName), [
      "OK",
      "CANCELLED",
      "NOT_FOUND",
      "UNIMPLEMENTED",
      "UNAUTHENTICATED",
    ]);
    assert.deepEqual([-1, 17, 404].map(codeName), ["UNKNOWN", "UNKNOWN", "UNKNOWN"]);
  });

  it("is recognized by its exact name only", () => {
    assert.ok(isCode("NOT_FOUND"));
    for (const value of ["not_found", "toString", "", 5, null, undefined]) assert.equal(isCode(value), false);
  });
});
