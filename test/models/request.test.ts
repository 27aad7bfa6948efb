import assert from "node:assert/strict";
import { withoutChance } from "../support/withoutChance";
import { madeUpCredentials } from "./credentials";
import { liveThrough } from "./run";
import { silence } from "../support/silence";

describe("300 random histories of a request", function () {
  silence();
  this.timeout(300_000);
  withoutChance();
  madeUpCredentials();

  it("keep every promise of the provider and reach every outcome", async () => {
    const tally = await liveThrough(300, "test/models/request.test.ts");
    const { counts } = tally;
    if (process.env["MODEL_PATH"] !== undefined) return;
    for (const what of [
      ...["create", "update"].flatMap((step) => ["done", "partial", "failed"].map((ended) => `${step} ${ended}`)),
      ...["read", "delete"].flatMap((step) => ["done", "failed"].map((ended) => `${step} ${ended}`)),
      ...["create", "update"].map((step) => `${step} with a cancel that may have arrived`),
      ...["running", "cancelling", "cancelled", "succeeded", "failed", "notFound"].map(
        (outcome) => `recorded ${outcome}`,
      ),
      "green",
    ]) {
      assert.ok((counts.get(what) ?? 0) > 0, `no history has: ${what} (${String(tally)})`);
    }
  });
});
