import assert from "node:assert/strict";
import { withGlobal, type Clock } from "@sinonjs/fake-timers";
import type { ReadOperation } from "../../provider/operations/client";
import { Deadline, sleep } from "../../provider/common/deadline";
import type { Operation } from "../../provider/operations/response";
import { pollInterval, pollUntilDone, StillRunningError } from "../../provider/operations/poll";

const running: Operation = { name: "operations/AbC", done: false };
const done: Operation = { name: "operations/AbC", done: true };

describe("the interval between two reads", () => {
  it("begins at 250 ms, and grows with the time waited to 30 s", () => {
    const waits = [0, 1000, 1250, 2500, 10_000, 60_000, 150_000, 151_000, 3_600_000];
    assert.deepEqual(
      waits.map((waited) => pollInterval(waited, 0)),
      [250, 250, 250, 500, 2000, 12_000, 30_000, 30_000, 30_000],
    );
  });

  it("is shortened at random by up to a fifth", () => {
    assert.equal(pollInterval(0, 0.5), 225);
    assert.equal(pollInterval(3_600_000, 0.5), 27_000);
    const least = pollInterval(10_000, 1 - Number.EPSILON);
    assert.ok(least >= 1600 && least < 1601, String(least));
  });
});

describe("the poll of an operation", () => {
  let clock: Clock;
  const { random } = Math;
  beforeEach(() => {
    clock = withGlobal(globalThis).install({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
    Math.random = () => 0;
  });
  afterEach(() => {
    clock.uninstall();
    Math.random = random;
  });

  /** Returns a read of an operation that runs until `end`, and the times of the reads. */
  function reader(end: number, retryAfter?: (read: number) => number | undefined) {
    const times: number[] = [];
    const read = (): Promise<ReadOperation> => {
      times.push(clock.now);
      const pause = retryAfter?.(times.length);
      return Promise.resolve({
        operation: clock.now >= end ? done : running,
        ...(pause === undefined ? {} : { retryAfter: pause }),
      });
    };
    return { times, read };
  }

  async function run<T>(work: Promise<T>): Promise<{ value?: T; error?: unknown }> {
    const settled = work.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    await clock.runAllAsync();
    return settled;
  }

  it("reads at once, and doesn't read a done operation again", async () => {
    const { times, read } = reader(0);
    const told: Operation[] = [];
    assert.deepEqual(await run(pollUntilDone(read, Deadline.after(60_000), (operation) => told.push(operation))), {
      value: done,
    });
    assert.deepEqual([times, told], [[0], []]);
  });

  it("reads at growing intervals, and reports every read that finds the operation running", async () => {
    const { times, read } = reader(600_000);
    const told: Operation[] = [];
    await run(pollUntilDone(read, Deadline.after(3_600_000), (operation) => told.push(operation)));
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    assert.deepEqual(pauses.slice(0, 6), [250, 250, 250, 250, 250, 250]);
    assert.ok(
      pauses.every((pause, index) => pause >= (pauses[index - 1] ?? 0)),
      String(pauses),
    );
    assert.equal(Math.max(...pauses), 30_000);
    assert.equal(told.length, times.length - 1);
    assert.ok(times.length < 60, String(times.length));
  });

  it("reads a last time at the deadline, and then fails with the operation that it read", async () => {
    const { times, read } = reader(Infinity);
    const { error } = await run(pollUntilDone(read, Deadline.after(10_000)));
    assert.ok(error instanceof StillRunningError);
    assert.equal(error.operation, running);
    assert.equal(times.filter((time) => time >= 10_000).length, 1);
    assert.equal(times.at(-1), 10_000);
  });

  it("reads at the deadline even when the deadline comes before the next interval ends", async () => {
    const { times, read } = reader(Infinity);
    await run(pollUntilDone(read, Deadline.after(400)));
    assert.deepEqual(times, [0, 250, 400]);
  });

  it("reads once when the deadline has already passed", async () => {
    const { times, read } = reader(Infinity);
    const { error } = await run(pollUntilDone(read, Deadline.after(0)));
    assert.ok(error instanceof StillRunningError);
    assert.deepEqual(times, [0]);
  });

  it("succeeds when the last read finds the operation done", async () => {
    const { read } = reader(10_000);
    assert.deepEqual(await run(pollUntilDone(read, Deadline.after(10_000))), { value: done });
  });

  it("reads no sooner than the server asks, except at the deadline", async () => {
    const { times, read } = reader(Infinity, (count) => (count === 1 ? 20_000 : 50_000));
    await run(pollUntilDone(read, Deadline.after(60_000)));
    assert.deepEqual(times, [0, 20_000, 60_000]);
  });

  it("waits one minute when the server asks for a longer pause", async () => {
    const { times, read } = reader(Infinity, (count) => (count === 1 ? 3_600_000 : Infinity));
    await run(pollUntilDone(read, Deadline.after(150_000)));
    assert.deepEqual(times, [0, 60_000, 120_000, 150_000]);
  });

  it("reads at its own intervals when the server asks for an invalid pause", async () => {
    const { times, read } = reader(Infinity, (count) => (count === 1 ? NaN : -1));
    await run(pollUntilDone(read, Deadline.after(500)));
    assert.deepEqual(times, [0, 250, 500]);
  });

  it("fails with the error of a read that fails", async () => {
    const error = new Error("refused");
    assert.deepEqual(await run(pollUntilDone(() => Promise.reject(error), Deadline.after(60_000))), { error });
  });
});

describe("a deadline", () => {
  let clock: Clock;
  beforeEach(() => {
    clock = withGlobal(globalThis).install({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  });
  afterEach(() => {
    clock.uninstall();
  });

  it("counts down to zero, and never below zero", () => {
    const deadline = Deadline.after(1000);
    clock.tick(400);
    assert.deepEqual([deadline.remaining, deadline.passed, deadline.allowance], [600, false, 1000]);
    clock.tick(600);
    assert.deepEqual([deadline.remaining, deadline.passed], [0, true]);
    clock.tick(600);
    assert.equal(deadline.remaining, 0);
  });

  it("is independent of changes to the system time", () => {
    const deadline = Deadline.after(1000);
    clock.setSystemTime(1_000_000);
    assert.equal(deadline.remaining, 1000);
  });

  it("has passed after a sleep for its remaining time", async () => {
    const deadline = Deadline.after(1000.6);
    let woke: number | undefined;
    const slept = sleep(deadline.remaining).then(() => (woke = clock.now));
    await clock.runAllAsync();
    await slept;
    assert.deepEqual([woke, deadline.passed], [1001, true]);
  });
});
