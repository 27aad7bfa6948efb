import assert from "node:assert/strict";
import { codeName, isCode } from "../../provider/common/rpcCodes";
import { parseOperation, parsePage } from "../../provider/operations/response";
import { isSettled, outcomes, settledOutcome } from "../../provider/operations/outcome";

const name = "operations/AbC";

describe("an operation's JSON", () => {
  it("is taken with defaults left out, as proto3 leaves them out", () => {
    assert.deepEqual(parseOperation({ name }), { name, done: false });
    assert.deepEqual(parseOperation({ name, done: true, error: { code: 13 } }), {
      name,
      done: true,
      error: { code: 13, message: "", details: [] },
    });
  });

  it("is taken with null for what is left out", () => {
    const nulls = { name, done: null, error: null, metadata: null, response: null };
    assert.deepEqual(parseOperation(nulls), { name, done: false });
  });

  for (const error of [{}, { code: 0 }, { code: null }, { code: 0, message: "fine", details: [{}] }]) {
    it(`has no error where it carries ${JSON.stringify(error)}, because OK is not an error`, () => {
      assert.deepEqual(parseOperation({ name, done: true, error }), { name, done: true });
      assert.deepEqual(parsePage({ operations: [{ name, done: true, error, response: {} }] }), {
        operations: [{ name, done: true, response: {} }],
      });
    });
  }

  it("has no error while the operation runs, whatever it carries", () => {
    assert.deepEqual(parseOperation({ name, error: { code: 1 } }), { name, done: false });
  });

  it("is taken whole, and without fields that are not known", () => {
    const error = { code: 9, message: "m", details: [{ "@type": "t" }] };
    const read = parseOperation({ name, done: true, error, metadata: { a: 1 }, response: { b: 2 }, other: 3 });
    assert.deepEqual(read, { name, done: true, error, metadata: { a: 1 }, response: { b: 2 } });
  });

  for (const [what, body] of [
    ["no object", "operations/AbC"],
    ["a list", [{ name }]],
    ["null", null],
    ["nothing", undefined],
    ["nameless", { done: true }],
    ["done in words", { name, done: "true" }],
    ["with a code in words", { name, error: { code: "CANCELLED" } }],
    ["with a code that is no integer", { name, error: { code: 1.5 } }],
    ["with metadata that are no message", { name, metadata: "x" }],
    ["with a response that is a list", { name, response: [] }],
  ] as const) {
    it(`is refused ${what}`, () => {
      assert.equal(parseOperation(body), undefined);
    });
  }

  it("comes in pages, the last one without a token", () => {
    assert.deepEqual(parsePage({}), { operations: [] });
    assert.deepEqual(parsePage({ operations: [{ name }], nextPageToken: "" }), { operations: [{ name, done: false }] });
    assert.deepEqual(parsePage({ nextPageToken: "t" }), { operations: [], nextPageToken: "t" });
    assert.equal(parsePage({ operations: [{}] }), undefined);
    assert.equal(parsePage({ operations: {} }), undefined);
  });
});

describe("the outcome", () => {
  const error = (code: number) => ({ code, message: "", details: [] });

  it("is open as long as the operation runs, whatever else it says", () => {
    assert.equal(settledOutcome({ name, done: false }), undefined);
    assert.equal(settledOutcome({ name, done: false, error: error(1) }), undefined);
  });

  it("is cancelled with error code 1, and failed with any other", () => {
    assert.equal(settledOutcome({ name, done: true, error: error(1) }), "cancelled");
    for (const code of [2, 3, 13, 16, 99])
      assert.equal(settledOutcome({ name, done: true, error: error(code) }), "failed");
  });

  it("is succeeded with an error of code 0, which is OK", () => {
    assert.equal(settledOutcome({ name, done: true, error: error(0) }), "succeeded");
  });

  it("is succeeded with a response, and with nothing at all", () => {
    assert.equal(settledOutcome({ name, done: true, response: {} }), "succeeded");
    assert.equal(settledOutcome({ name, done: true }), "succeeded");
  });

  it("is settled when it is cancelled, succeeded or failed", () => {
    assert.deepEqual(outcomes.filter(isSettled), ["cancelled", "succeeded", "failed"]);
  });
});

describe("a google.rpc.Code", () => {
  it("has a name for each number, and UNKNOWN for numbers that are none", () => {
    assert.deepEqual([0, 1, 5, 12, 16].map(codeName), [
      "OK",
      "CANCELLED",
      "NOT_FOUND",
      "UNIMPLEMENTED",
      "UNAUTHENTICATED",
    ]);
    assert.deepEqual([-1, 17, 404].map(codeName), ["UNKNOWN", "UNKNOWN", "UNKNOWN"]);
  });

  it("is known by its exact name alone", () => {
    assert.ok(isCode("NOT_FOUND"));
    for (const value of ["not_found", "toString", "", 5, null, undefined]) assert.equal(isCode(value), false);
  });
});
