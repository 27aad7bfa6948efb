import assert from "node:assert/strict";
import { withoutChance } from "../support/withoutChance";
import { endpointsAreCalledAsWritten } from "./properties/endpoints";
import { namesStayInTheirPath } from "./properties/names";
import { answersAreTakenAtTheirWord } from "./properties/responses";

describe("the provider in 100,000 random cases", function () {
  this.timeout(300_000);
  withoutChance();
  let total = 0;

  it("sends a valid name within its path, and sends nothing for an invalid name", async () => {
    const { cases, passed } = await namesStayInTheirPath(40_000);
    total += cases;
    assert.ok(passed > 10_000 && cases - passed > 10_000, `${passed} passed`);
  });

  it("calls a valid endpoint exactly as it is written, and only over https or on this machine", async () => {
    const { cases, passed } = await endpointsAreCalledAsWritten(30_000);
    total += cases;
    assert.ok(passed > 3_000 && cases - passed > 3_000, `${passed} passed`);
  });

  it("records exactly the outcome that the responses state", async () => {
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
