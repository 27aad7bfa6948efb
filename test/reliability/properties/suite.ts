import assert from "node:assert/strict";
import { silence } from "../../support/silence";
import { withoutChance } from "../../support/withoutChance";
import { endpointsAreCalledAsWritten } from "./endpoints";
import { namesStayInTheirPath } from "./names";
import { answersAreTakenAtTheirWord } from "./responses";

/** Defines the suite of the provider's properties, which made-up names, endpoints and responses try to break. */
export function describeProperties(count: number): void {
  describe(`the provider in ${count.toLocaleString("en-US")} random cases`, function () {
    this.timeout(300_000);
    withoutChance();
    silence();
    const share = (part: number) => Math.round(count * part);
    const isCommon = (found: number) => found > count / 1_000;

    it("sends a valid name within its path, and sends nothing for an invalid name", async () => {
      const { cases, passed } = await namesStayInTheirPath(share(0.4));
      assert.equal(cases, share(0.4));
      assert.ok(passed > share(0.1) && cases - passed > share(0.1), `${passed} passed`);
    });

    it("calls exactly the endpoint that is written, if it is valid, and only over https or on this machine", async () => {
      const { cases, passed } = await endpointsAreCalledAsWritten(share(0.3));
      assert.equal(cases, share(0.3));
      assert.ok(passed > share(0.03) && cases - passed > share(0.03), `${passed} passed`);
    });

    it("records exactly the outcome that the responses state", async () => {
      const { cases, outcomes } = await answersAreTakenAtTheirWord(share(0.3));
      assert.equal(cases, share(0.3));
      for (const outcome of ["cancelled", "succeeded", "failed", "cancelling", "running", "notFound", "nothing"]) {
        assert.ok(isCommon(outcomes.get(outcome) ?? 0), `${outcome}: ${outcomes.get(outcome) ?? 0}`);
      }
    });
  });
}
