import { closest } from "../common/suggestion";

/** Returns what is wrong with a value, or `undefined` if it's valid. */
export type Check = (value: unknown) => string | undefined;

export const text: Check = (value) =>
  typeof value === "string" && value !== "" ? undefined : "must be a nonempty string";

export const object: Check = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? undefined : "must be an object";

export const boolean: Check = (value) => (typeof value === "boolean" ? undefined : "must be true or false");

export const milliseconds: Check = (value) =>
  typeof value === "number" && value >= 0 ? undefined : "must be a number of milliseconds, 0 or more";

export const oneOf =
  (...choices: readonly string[]): Check =>
  (value) =>
    typeof value === "string" && choices.includes(value) ? undefined : `must be one of ${choices.join(", ")}`;

/**
 * Checks the properties of an object. A property can be left out.
 *
 * @param noun the kind of object, for the message: `an operation`
 * @throws Error that names the first property that is unknown or invalid
 */
export function checkProperties(noun: string, value: object, checks: Readonly<Record<string, Check>>): void {
  for (const [property, given] of Object.entries(value)) {
    if (!Object.hasOwn(checks, property)) {
      throw new Error(`${noun} has no property "${property}".${didYouMean(property, Object.keys(checks))}`);
    }
    if (given === undefined) continue;
    const issue = checks[property]?.(given);
    if (issue !== undefined) throw new Error(`"${property}" of ${noun} ${issue}`);
  }
}

/** Returns a sentence with the choice that a text most likely misspells, or an empty string. */
export function didYouMean(text: string, choices: readonly string[]): string {
  const choice = closest(text, choices);
  return choice === undefined ? "" : ` Did you mean "${choice}"?`;
}
