import { distance } from "fastest-levenshtein";

/** Finds the option that a text is most likely a misspelling of; `undefined` where none is close. */
export function closest(text: string, options: readonly string[]): string | undefined {
  const candidates = options.map((option) => ({ option, edits: distance(text.toLowerCase(), option.toLowerCase()) }));
  const [best] = candidates.sort((a, b) => a.edits - b.edits);
  // Up to a third of the letters, so that short words don't match anything.
  return best && best.edits <= Math.max(1, Math.floor(best.option.length / 3)) ? best.option : undefined;
}

/** ` (did you mean "expect"?)`, or nothing. */
export function suggestion(text: string, options: readonly string[]): string {
  const option = closest(text, options);
  return option === undefined ? "" : ` (did you mean "${option}"?)`;
}
