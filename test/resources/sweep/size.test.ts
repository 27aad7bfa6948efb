import assert from "node:assert/strict";
import { Ledger } from "../../../provider/resources/sweep/ledger";
import { sweepSettings } from "../../../provider/resources/sweep/inputs";
import { emptySummary, summaryAfter, summaryOutputs } from "../../../provider/resources/sweep/summary";
import { numbered, stage, then } from "./stage";

const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
/** Names of one length, so that sizes compare. */
const prefix = (count: number) => `operations/${"0".repeat(5 - String(count).length)}`;

describe("the state of a sweep is as small for 20,000 operations as for 200", () => {
  const { enter } = stage();

  it("while they are counted", async () => {
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

  it("after they were cancelled", () => {
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
