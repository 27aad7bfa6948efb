import { isSettled, type Outcome, settledOutcomes } from "../operations";
import type { CancelOn, Expectable, WaitFor } from "./inputs/schema";

/** What a resource wants to have come of its operation. */
export interface Expectation {
  readonly cancelOn: CancelOn;
  readonly waitFor: WaitFor;
  /** The outcomes that count as success. */
  readonly expect: readonly Expectable[];
}

/** Any settled outcome will do; when something is torn down, it may as well be gone. */
export function defaultExpect(cancelOn: CancelOn): readonly Expectable[] {
  return cancelOn === "delete" ? [...settledOutcomes, "notFound"] : settledOutcomes;
}

/** Whether a wait ends here: nothing more will come of the operation or of another read of it. */
export function isFinal(outcome: Outcome): outcome is Expectable {
  return isSettled(outcome) || outcome === "unsupported" || outcome === "notFound";
}

/** Whether there is nothing to wait for: the outcome is final, or the server took the cancel and that is enough. */
export function isReached(outcome: Outcome, expectation: Expectation): boolean {
  return isFinal(outcome) || (outcome === "cancelling" && expectation.waitFor === "accepted");
}

/** Whether a final outcome is none of those that count as success. */
export function isUnexpected(outcome: Outcome, expectation: Expectation): boolean {
  return isFinal(outcome) && !expectation.expect.includes(outcome);
}

/** Whether a cancellation has come to what was wanted of it. */
export function isMet(outcome: Outcome, expectation: Expectation): boolean {
  return isReached(outcome, expectation) && !isUnexpected(outcome, expectation);
}

/** Whether a resource that cancels when it is created has got what it was declared for. */
export function isSatisfied(outcome: Outcome, expectation: Expectation): boolean {
  if (expectation.cancelOn === "delete") return true; // it only watches until then
  return isMet(outcome, expectation);
}
