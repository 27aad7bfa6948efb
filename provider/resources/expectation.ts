import { isSettled, type Outcome, settledOutcomes } from "../operations/outcome";
import type { CancelOn, Expectable, WaitFor } from "./inputs/schema";

/** What a resource expects of its operation. */
export interface Expectation {
  readonly cancelOn: CancelOn;
  readonly waitFor: WaitFor;
  /** The outcomes that count as success. */
  readonly expect: readonly Expectable[];
}

/** The outcomes that count as success by default: any settled one. A delete also accepts an operation that is gone. */
export function defaultExpect(cancelOn: CancelOn): readonly Expectable[] {
  return cancelOn === "delete" ? [...settledOutcomes, "notFound"] : settledOutcomes;
}

/** Whether a wait ends with this outcome, because no further read changes it. */
export function isFinal(outcome: Outcome): outcome is Expectable {
  return isSettled(outcome) || outcome === "unsupported" || outcome === "notFound";
}

/** Whether an outcome is what a resource that cancels was declared for. A wait ends with it, or with a final outcome. */
export function isSatisfied(outcome: Outcome, { waitFor, expect }: Expectation): boolean {
  if (isFinal(outcome)) return expect.includes(outcome);
  return outcome === "cancelling" && waitFor === "accepted";
}
