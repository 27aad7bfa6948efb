/** The most of one value from a service that is kept in the state, in bytes of JSON. */
const maxBytes = 16 * 1024;

/**
 * A JSON value as it may go into the state: as it is up to 16 KB; above that its beginning, as text, and a word of how
 * much was cut.
 */
export function bounded(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const cut = cutJson(value);
  if (cut === undefined) return value;
  const type = value["@type"];
  return typeof type === "string" && type.length < 256 ? { "@type": type, ...cut } : cut;
}

/** The same of a list. */
export function boundedList(list: readonly unknown[]): readonly unknown[] {
  const cut = cutJson(list);
  return cut === undefined ? list : [cut];
}

/** The same of a text. */
export function boundedText(text: string): string {
  const bytes = Buffer.from(text);
  return bytes.length <= maxBytes ? text : `${beginning(bytes)}… (cut: the first ${maxBytes} of ${bytes.length} bytes)`;
}

function cutJson(value: unknown): { cut: string; json: string } | undefined {
  const bytes = Buffer.from(JSON.stringify(value));
  if (bytes.length <= maxBytes) return undefined;
  return { cut: `the first ${maxBytes} of ${bytes.length} bytes`, json: beginning(bytes) };
}

/** Cut between characters, not within one. */
function beginning(bytes: Buffer): string {
  return bytes
    .subarray(0, maxBytes)
    .toString("utf8")
    .replace(/\uFFFD+$/, "");
}
