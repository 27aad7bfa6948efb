import type { StepDifference } from "../../provider/resources/inputs/diff";

/** Returns what a diff step decides, without the arguments that changed. */
export function decisionOf({ changes, replaces }: StepDifference): Pick<StepDifference, "changes" | "replaces"> {
  return { changes, replaces };
}
