import assert from "node:assert/strict";
import { withoutChance } from "../support/withoutChance";
import { endpointsAreCalledAsWritten } from "./properties/endpoints";
import { namesStayInTheirPath } from "./properties/names";
import { answersAreTakenAtTheirWord } from "./properties/responses";

describe("in 100,000 cases made up by chance", function () {
  this.timeout(300_000);
  withoutChance();
  let total = 0;

  it("a name that passes stays in its path, and one that is refused sends nothing", async () => {
    const { cases, passed } = await namesStayInTheirPath(40_000);
    total += cases;
    assert.ok(passed > 10_000 && cases - passed > 10_000, `${passed} passed`);
  });

  it("an endpoint is called as it is written, and is https or this machine", async () => {
    const { cases, passed } = await endpointsAreCalledAsWritten(30_000);
    total += cases;
    assert.ok(passed > 3_000 && cases - passed > 3_000, `${passed} passed`);
  });

  it("an answer is taken at its word, whatever it is", async () => {
    const { cases, outcomes } = await answersAreTakenAtTheirWord(30_000);
    total += cases;
    for (const outcome of ["cancelled", "succeeded", "failed", "cancelling", "running", "notFound", "nothing"]) {
      assert.ok((outcomes.get(outcome) ?? 0) > 100, `${outcome}: ${outcomes.get(outcome) ?? 0}`);
    }
  });

  after(() => {
    assert.equal(total, 100_000);
  });
});
