import assert from "node:assert/strict";
import { withGlobal, type Clock } from "@sinonjs/fake-timers";
import {
  acknowledged,
  initialRecord,
  type CancellationRecord,
  missing,
  observed,
  recordedIn,
  recordOutputs,
  unsupported,
} from "../../provider/resources/state/record";
import type { Outcome } from "../../provider/operations/outcome";
import type { Operation } from "../../provider/operations/response";

const name = "operations/AbC";
const running: Operation = { name, done: false, metadata: { operationType: "T" } };
const succeeded: Operation = { name, done: true, response: {} };
const cancelled: Operation = { name, done: true, error: { code: 1, message: "", details: [] } };
const failed: Operation = { name, done: true, error: { code: 13, message: "", details: [] } };
const then = "2026-01-01T00:00:00.000Z";
const later = "2026-01-01T00:01:00.000Z";

describe("the record of a cancellation", () => {
  let clock: Clock;
  beforeEach(() => {
    clock = withGlobal(globalThis).install({ now: Date.parse(then), toFake: ["Date"] });
  });
  afterEach(() => {
    clock.uninstall();
  });

  it("starts as a running operation without details", () => {
    assert.deepEqual(recordOutputs(initialRecord), { outcome: "running" });
  });

  it("holds the time at which the server acknowledged the cancel", () => {
    assert.deepEqual(recordOutputs(acknowledged(initialRecord)), { outcome: "cancelling", requestTime: then });
  });

  it("stays cancelling while the operation runs after an acknowledged cancel", () => {
    const record = observed(acknowledged(initialRecord), running);
    assert.deepEqual(recordOutputs(record), {
      outcome: "cancelling",
      done: false,
      metadata: { operationType: "T" },
      operationType: "T",
      requestTime: then,
    });
  });

  for (const [outcome, operation] of [
    ["cancelled", cancelled],
    ["succeeded", succeeded],
    ["failed", failed],
  ] as const) {
    it(`keeps the outcome ${outcome} and its first settle time after any later read`, () => {
      const settled = observed(acknowledged(initialRecord), operation);
      assert.equal(settled.outcome, outcome);
      assert.deepEqual([settled.requestTime, settled.settleTime], [then, then]);
      clock.setSystemTime(Date.parse(later));
      for (const read of [running, succeeded, cancelled, failed]) assert.deepEqual(observed(settled, read), settled);
      assert.deepEqual(missing(settled), settled);
      assert.deepEqual(recordedIn(recordOutputs(settled)), settled);
    });
  }

  it("isn't cancelled until a read returns a cancelled operation", () => {
    assert.notEqual(acknowledged(initialRecord).outcome, "cancelled");
    assert.notEqual(missing(acknowledged(initialRecord)).outcome, "cancelled");
  });

  it("keeps the last read when the operation is gone before it settles", () => {
    const gone = missing(observed(acknowledged(initialRecord), running));
    const { outcome, requestTime, operation, settleTime } = gone;
    assert.deepEqual([outcome, requestTime, settleTime, operation["done"]], ["notFound", then, undefined, false]);
  });

  it("changes from notFound to the operation's outcome when a later read finds the operation", () => {
    assert.equal(observed(missing(initialRecord), running).outcome, "running");
    assert.equal(observed(missing(acknowledged(initialRecord)), running).outcome, "cancelling");
    assert.equal(observed(missing(initialRecord), cancelled).outcome, "cancelled");
  });

  it("stays unsupported while the operation runs, and then takes the operation's outcome", () => {
    const record = unsupported(observed(initialRecord, running));
    assert.deepEqual([record.outcome, record.operation["done"]], ["unsupported", false]);
    assert.equal(observed(record, running).outcome, "unsupported");
    assert.equal(observed(record, succeeded).outcome, "succeeded");
    assert.equal(missing(record).outcome, "notFound");
    assert.equal(acknowledged(record).outcome, "cancelling");
  });

  it("is the same after a round trip through the outputs, in which an invalid outcome becomes running", () => {
    const all: CancellationRecord = {
      outcome: "failed",
      operation: { done: true, error: { code: 13 }, metadata: { a: 1 }, operationType: "T" },
      requestTime: then,
      settleTime: later,
    };
    assert.deepEqual(recordedIn({ ...recordOutputs(all), operation: name, expect: ["failed"] }), all);
    for (const outcome of ["bogus", undefined, null, 5]) {
      assert.equal(recordedIn({ outcome, done: null }).outcome, "running" satisfies Outcome);
    }
    assert.deepEqual(recordedIn({ outcome: "notFound", done: null }), { outcome: "notFound", operation: {} });
  });
});
