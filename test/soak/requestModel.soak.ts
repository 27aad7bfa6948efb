import { madeUpCredentials } from "../models/credentials";
import { courses } from "../models/hosts";
import { liveThrough } from "../models/run";
import { silence } from "../support/silence";
import { withoutChance } from "../support/withoutChance";

const count = 5_000;

describe("random histories of a request", function () {
  this.timeout(600_000);
  withoutChance();
  madeUpCredentials();
  silence();

  for (const course of courses) {
    it(`keep every promise of the provider in ${count} histories in the ${course}`, async () => {
      const start = performance.now();
      const tally = await liveThrough(course, count, "test/soak/requestModel.soak.ts");
      process.stdout.write(`  ${((performance.now() - start) / 1000).toFixed(1)} s; ${String(tally)}\n`);
    });
  }
});
