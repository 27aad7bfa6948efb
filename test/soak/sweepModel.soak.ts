import { runHistories } from "../models/sweepModel";
import { withoutChance } from "../support/withoutChance";

const histories = 5_000;
/** A soak runs other histories each time. A failure names the seed of its history. */
const firstSeed = Number(process.env["SOAK_SEED"] ?? Date.now() % 1_000_000_000);

describe("the model of a sweep, at length", () => {
  withoutChance();
  const { log } = console;
  beforeEach(() => {
    console.log = () => undefined;
  });
  afterEach(() => {
    console.log = log;
  });

  it(`agrees with the service in ${histories} random histories`, async () => {
    await runHistories(histories, firstSeed);
  });
});
