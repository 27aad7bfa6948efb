/**
 * Returns a deep copy that the host can serialize and change. The host supports only JSON values. An `undefined` or a
 * bigint would fail the step after the call, and lose the resource. So this drops `undefined`, and converts a bigint to
 * a string.
 */
export function toJson(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const json = JSON.stringify(value, (_key, element: unknown) =>
    typeof element === "bigint" ? String(element) : element,
  );
  return JSON.parse(json) as Record<string, unknown>;
}
