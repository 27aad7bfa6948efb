import { silence } from "../support/silence";
import { withoutChance } from "../support/withoutChance";
import { courses } from "./hosts";
import { runHistories } from "./sweepModel";

/** The seed of the first history. To repeat a failure, set the seed that it names, and one history. */
const firstSeed = Number(process.env["MODEL_SEED"] ?? 1);
const histories = Number(process.env["MODEL_HISTORIES"] ?? 300);

describe("the model of a sweep", function () {
  this.timeout(300_000);
  withoutChance();
  silence();

  for (const course of courses) {
    it(`agrees with the service in ${histories} random histories in the ${course}`, async () => {
      await runHistories(course, histories, firstSeed);
    });
  }
});
