import assert from "node:assert/strict";
import { withoutChance } from "./operations/server";
import { endpointsAreCalledAsWritten } from "./reliability/properties/endpoints";
import { namesStayInTheirPath } from "./reliability/properties/names";
import { answersAreTakenAtTheirWord } from "./reliability/properties/responses";

const runs = 100;

/** A few of the cases of `test/reliability/properties.test.ts`, which has many. */
describe("in a few cases made up by chance", function () {
  this.timeout(30_000);
  withoutChance();

  it("names stay in their path", async () => {
    assert.equal((await namesStayInTheirPath(runs)).cases, runs);
  });

  it("endpoints are called as they are written", async () => {
    assert.equal((await endpointsAreCalledAsWritten(runs)).cases, runs);
  });

  it("answers are taken at their word", async () => {
    assert.equal((await answersAreTakenAtTheirWord(runs)).cases, runs);
  });
});
