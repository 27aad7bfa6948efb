/**
 * A deep copy that the host can put on the wire: it takes only what JSON has, and writes into what it is given. An
 * `undefined` or a bigint in it would lose the resource after the call was made, so both are gone afterwards.
 */
export function toJson(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const json = JSON.stringify(value, (_key, element: unknown) =>
    typeof element === "bigint" ? String(element) : element,
  );
  return JSON.parse(json) as Record<string, unknown>;
}
