import assert from "node:assert/strict";
import { canonicalTimeouts, timeoutOf } from "../../provider/resources/inputs/schema";
import { formatDuration, parseDuration } from "../../provider/resources/inputs/duration";

describe("a duration", () => {
  for (const [text, milliseconds] of [
    ["10m", 600_000],
    ["1h30m", 5_400_000],
    ["90s", 90_000],
    ["1.5s", 1500],
    [".5m", 30_000],
    ["250ms", 250],
    ["1h1m1s1ms", 3_661_001],
    ["1us", 0.001],
    ["2µs", 0.002],
    ["2μs", 0.002],
  ] as const) {
    it(`is ${milliseconds} ms for the text ${text}`, () => {
      assert.equal(parseDuration(text), milliseconds);
    });
  }

  for (const text of ["", "10", "m", "10 m", "-1m", "0s", "0m0s", "1d", "1h-5m", "ten minutes", "1m;", "1..5s", ".s"]) {
    it(`can't be parsed from the text ${JSON.stringify(text)}`, () => {
      assert.equal(parseDuration(text), undefined);
    });
  }

  it("is written in the largest units, for example 1m30s for 90000 ms", () => {
    const told = [250, 999, 1000, 90_000, 600_000, 3_600_000, 5_400_000, 3_661_000].map(formatDuration);
    assert.deepEqual(told, ["250ms", "999ms", "1s", "1m30s", "10m", "1h", "1h30m", "1h1m1s"]);
  });

  it("is ten minutes for a step that customTimeouts omits", () => {
    assert.equal(timeoutOf(undefined, "create"), 600_000);
    assert.equal(timeoutOf({ update: "1m" }, "create"), 600_000);
    assert.equal(timeoutOf({ create: "1m" }, "create"), 60_000);
    assert.deepEqual(canonicalTimeouts({ delete: "5s" }), [600_000, 600_000, 5000]);
  });
});
