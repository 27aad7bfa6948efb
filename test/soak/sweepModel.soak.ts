import { courses } from "../models/hosts";
import { runHistories } from "../models/sweepModel";
import { silence } from "../support/silence";
import { withoutChance } from "../support/withoutChance";

const histories = 5_000;
/** The seed of the first history. Another seed gives other histories. A failure names the seed of its history. */
const firstSeed = Number(process.env["SOAK_SEED"] ?? 1);

describe("the model of a sweep in a long run", () => {
  withoutChance();
  silence();

  for (const course of courses) {
    it(`agrees with the service in ${histories} random histories in the ${course}`, async () => {
      await runHistories(course, histories, firstSeed);
    });
  }
});
