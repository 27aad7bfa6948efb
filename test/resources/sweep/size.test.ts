import assert from "node:assert/strict";
import { Ledger } from "../../../provider/resources/sweep/ledger";
import { sweepSettings } from "../../../provider/resources/sweep/inputs";
import { emptySummary, summaryAfter, summaryOutputs } from "../../../provider/resources/sweep/summary";
import { numbered, stage, then } from "./stage";

const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
/** Returns a prefix with which all names have the same length, so that sizes can be compared. */
const prefix = (count: number) => `operations/${"0".repeat(5 - String(count).length)}`;

describe("the size of a sweep's state", () => {
  const { enter } = stage();

  it("is about the same for 200 and for 20,000 counted operations", async () => {
    const sizes = [];
    for (const count of [200, 20_000]) {
      const { watch, lists } = await enter({ operations: numbered(count, {}, prefix(count)), log: "counts" });
      const { outputs } = await watch();
      assert.deepEqual(outputs["outcomes"], { running: count });
      assert.equal((outputs["operations"] as unknown[]).length, 100);
      assert.equal(lists(), Math.ceil(count / 1000));
      sizes.push(bytes(outputs));
    }
    const [small = 0, large = 0] = sizes;
    assert.ok(Math.abs(large - small) <= 200, sizes.join(", "));
  });

  it("is about the same for 200 and for 20,000 cancelled operations", () => {
    const settings = sweepSettings({ all: true, cancelOn: "create" });
    const sizes = [200, 20_000].map((count) => {
      const ledger = new Ledger();
      for (let number = 0; number < count; number++) {
        const error = "CANCELLED: The operation was cancelled.";
        ledger.add(`operations/${10_000 + number}`, {
          outcome: "cancelled",
          requestTime: then,
          settleTime: then,
          error,
        });
      }
      const outputs = summaryOutputs(
        summaryAfter(emptySummary, { ledger, requestTime: then, complete: true, unnamed: {} }, settings),
      );
      assert.deepEqual([outputs["matched"], outputs["settleTime"]], [count, then]);
      return bytes(outputs);
    });
    const [small = 0, large = 0] = sizes;
    assert.ok(Math.abs(large - small) <= 200, sizes.join(", "));
  });
});
