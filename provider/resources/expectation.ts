import { isSettled, type Outcome, settledOutcomes } from "../operations/outcome";
import type { CancelOn, Expectable, WaitFor } from "./inputs/schema";

/** The settings that decide which outcomes a step waits for and accepts. */
export interface Expectation {
  readonly cancelOn: CancelOn;
  readonly waitFor: WaitFor;
  /** The outcomes that count as success. */
  readonly expect: readonly Expectable[];
}

/** Returns the outcomes that count as success by default: any settled one, and with `"delete"` also `notFound`. */
export function defaultExpect(cancelOn: CancelOn): readonly Expectable[] {
  return cancelOn === "delete" ? [...settledOutcomes, "notFound"] : settledOutcomes;
}

/** Returns whether a wait ends with this outcome, because no further read changes it. */
export function isFinal(outcome: Outcome): outcome is Expectable {
  return isSettled(outcome) || outcome === "unsupported" || outcome === "notFound";
}

/**
 * Returns whether an outcome satisfies the settings of a resource that cancels. A wait ends with one, or with a final
 * outcome.
 */
export function isSatisfied(outcome: Outcome, { waitFor, expect }: Expectation): boolean {
  if (isFinal(outcome)) return expect.includes(outcome);
  return outcome === "cancelling" && waitFor === "accepted";
}
