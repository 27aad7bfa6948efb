import { truncateToBytes } from "../../common/text";

/** The depth limit, which is more than any API nests. Without it, a hostile response would exhaust the call stack. */
const maxDepth = 32;

/**
 * The strings that the engine reads as a value that isn't known yet, one for each kind of value. It refuses them in a
 * result.
 *
 * Source: Pulumi's sdk/go/common/resource/plugin/rpc.go.
 */
const unknownValues: ReadonlySet<string> = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9", // string
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // bool
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

/** The key that marks an object as a secret, an asset or a resource reference (`pulumi.runtime.specialSigKey`). */
const signatureKey = "4dabf18193072939515e22adb298388d";

/**
 * Sanitizes a service's JSON for Pulumi's state. In the result, Pulumi recognizes none of its own values, no key
 * reaches a prototype, and every text can be encoded. Harmless values stay unchanged.
 */
export function sanitize(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
export function sanitize(value: readonly unknown[]): readonly unknown[];
export function sanitize(value: string): string;
export function sanitize(value: unknown): unknown {
  return sanitizeAt(value, 0);
}

function sanitizeAt(value: unknown, depth: number): unknown {
  if (typeof value === "string") return sanitizeText(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth === maxDepth) return "(cut: nested too deeply)";
  if (Array.isArray(value)) return value.map((element) => sanitizeAt(element, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "__proto__")
      .map(([key, element]) => [sanitizeKey(key), sanitizeAt(element, depth + 1)]),
  );
}

function sanitizeText(text: string): string {
  return unknownValues.has(text) ? `(${text})` : text.toWellFormed();
}

function sanitizeKey(key: string): string {
  return key === signatureKey || key === "__provider" ? `(${key})` : key.toWellFormed();
}

/** The size limit for each value from a service in the state, in bytes of JSON. */
const maxBytes = 16 * 1024;

/**
 * Truncates a JSON value for the state to 16 KB. Returns a smaller value unchanged. For a larger one, returns its
 * beginning as text, and how much was kept.
 */
export function truncateJson(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const cut = cutJson(value);
  if (cut === undefined) return value;
  const type = value["@type"];
  return typeof type === "string" && type.length < 256 ? { "@type": type, ...cut } : cut;
}

/** Truncates a list for the state to 16 KB, like {@link truncateJson}. */
export function truncateList(list: readonly unknown[]): readonly unknown[] {
  const cut = cutJson(list);
  return cut === undefined ? list : [cut];
}

/** Truncates a text for the state to 16 KB. */
export function truncateText(text: string): string {
  const size = Buffer.byteLength(text);
  return size <= maxBytes ? text : `${truncateToBytes(text, maxBytes)}… (cut: the first ${maxBytes} of ${size} bytes)`;
}

function cutJson(value: unknown): { cut: string; json: string } | undefined {
  const json = JSON.stringify(value);
  const size = Buffer.byteLength(json);
  if (size <= maxBytes) return undefined;
  return { cut: `the first ${maxBytes} of ${size} bytes`, json: truncateToBytes(json, maxBytes) };
}
