import assert from "node:assert/strict";
import { withoutChance } from "../support/withoutChance";
import { madeUpCredentials } from "./credentials";
import { courses } from "./hosts";
import { liveThrough } from "./run";
import { silence } from "../support/silence";

const cases = [
  ...["create", "update"].flatMap((step) => ["done", "partial", "failed"].map((ended) => `${step} ${ended}`)),
  ...["read", "delete"].flatMap((step) => ["done", "failed"].map((ended) => `${step} ${ended}`)),
  ...["create", "update"].map((step) => `${step} with a cancel that may have arrived`),
  ...["running", "cancelling", "cancelled", "succeeded", "failed", "notFound"].map((outcome) => `recorded ${outcome}`),
  "green",
];
const pluginCases = [...cases, "preview done", "import done", "interrupted"];
const casesOf = {
  "dynamic provider": cases,
  plugin: pluginCases,
  "both hosts": [...pluginCases, "moved to plugin", "moved to dynamic provider"],
};

describe("300 random histories of a request", function () {
  silence();
  this.timeout(300_000);
  withoutChance();
  madeUpCredentials();

  for (const course of courses) {
    it(`keep every promise of the provider and reach every outcome in the ${course}`, async () => {
      const tally = await liveThrough(course, 300, "test/models/request.test.ts");
      if (process.env["MODEL_PATH"] !== undefined) return;
      for (const what of casesOf[course]) {
        assert.ok((tally.counts.get(what) ?? 0) > 0, `no history has: ${what} (${String(tally)})`);
      }
    });
  }
});
