import { commonComparisons, compare, type Comparison } from "../comparison";
import { isSatisfied } from "../expectation";
import type { Properties } from "../operationOutputs";
import { recordedIn } from "../record";
import { type Settings, settingsOf } from "./settings";

const comparisons: readonly Comparison<Settings>[] = [
  { argument: "operation", replaces: true, of: ({ operation }) => operation },
  ...commonComparisons,
];

/**
 * Compares the arguments with those that the outputs echo, and asks whether what is recorded satisfies them: after a
 * refresh the engine asks nothing else, and a cancel that is not finished must not pass for finished.
 */
export function diff(outputs: Properties, inputs: Properties): { changes: boolean; replaces: string[] } {
  const { changes, replaces, settings } = compare(outputs, inputs, settingsOf, comparisons);
  return { changes: changes || !isSatisfied(recordedIn(outputs).outcome, settings), replaces };
}
