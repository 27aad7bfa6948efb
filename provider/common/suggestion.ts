import { distance } from "fastest-levenshtein";

/** Returns the option that a text most likely misspells, or `undefined` if none is close. */
export function closest(text: string, options: readonly string[]): string | undefined {
  const candidates = options.map((option) => ({ option, edits: distance(text.toLowerCase(), option.toLowerCase()) }));
  const [best] = candidates.sort((a, b) => a.edits - b.edits);
  // Allows edits to a third of the letters, so that short words don't match everything.
  return best && best.edits <= Math.max(1, Math.floor(best.option.length / 3)) ? best.option : undefined;
}

/** Returns `. Did you mean "expect"?` for the end of a sentence, or an empty string if no option is close. */
export function suggestion(text: string, options: readonly string[]): string {
  const option = closest(text, options);
  return option === undefined ? "" : `. Did you mean "${option}"?`;
}
