import { unknownValue } from "./unknown";

/** More levels than any API nests; without a bound a hostile answer would exhaust the stack of whoever walks it. */
const maxDepth = 32;

/** The key by which Pulumi tells a secret, an asset or a resource reference from a plain object (`pulumi.runtime.specialSigKey`). */
const signatureKey = "4dabf18193072939515e22adb298388d";

/**
 * A service's JSON, made fit for Pulumi's state: nothing in it can pass for one of Pulumi's own values, reach a prototype
 * or fail to be encoded. What is harmless is kept as it is.
 */
export function fit(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
export function fit(value: readonly unknown[]): readonly unknown[];
export function fit(value: string): string;
export function fit(value: unknown): unknown {
  return fitAt(value, 0);
}

function fitAt(value: unknown, depth: number): unknown {
  if (typeof value === "string") return fitText(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth === maxDepth) return "(cut: nested too deeply)";
  if (Array.isArray(value)) return value.map((element) => fitAt(element, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "__proto__")
      .map(([key, element]) => [fitKey(key), fitAt(element, depth + 1)]),
  );
}

function fitText(text: string): string {
  return text === unknownValue ? `(${text})` : text.toWellFormed();
}

function fitKey(key: string): string {
  return key === signatureKey || key === "__provider" ? `(${key})` : key.toWellFormed();
}
