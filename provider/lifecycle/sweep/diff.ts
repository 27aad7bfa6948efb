import { commonComparisons, compare, type Comparison } from "../comparison";
import type { Properties } from "../operationOutputs";
import { type Settings, settingsOf } from "./settings";
import { isFulfilled, isReported, summaryIn } from "./summary";

const comparisons: readonly Comparison<Settings>[] = [
  { argument: "collection", replaces: true, of: ({ collection }) => collection },
  // The selection never replaces: the delete of the old sweep would cancel what the new one was narrowed to leave alone.
  { argument: "filter", replaces: false, of: ({ selection }) => selection.filter },
  { argument: "match", replaces: false, of: ({ selection }) => selection.match },
  { argument: "names", replaces: false, of: ({ selection }) => selection.names },
  { argument: "all", replaces: false, of: ({ selection }) => selection.all },
  { argument: "limit", replaces: false, of: ({ limit }) => limit },
  { argument: "concurrency", replaces: false, of: ({ concurrency }) => concurrency },
  { argument: "report", replaces: false, of: ({ report }) => report },
  ...commonComparisons,
];

/** Compares the arguments with those that the outputs echo, and asks whether what is recorded satisfies them. */
export function diff(outputs: Properties, inputs: Properties): { changes: boolean; replaces: string[] } {
  const { changes, replaces, settings } = compare(outputs, inputs, settingsOf, comparisons);
  const summary = summaryIn(outputs);
  const fulfilled = settings.cancelOn === "delete" || (isFulfilled(summary, settings) && isReported(summary, settings));
  return { changes: changes || !fulfilled, replaces };
}
