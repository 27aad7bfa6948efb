/** Estimates the bytes of a `google.protobuf.Value`. A number or a small object takes more than its JSON. */
export function wireSize(value: unknown): number {
  const overhead = 8;
  if (typeof value === "string") return overhead + Buffer.byteLength(value);
  if (typeof value !== "object" || value === null) return 2 * overhead;
  return Object.entries(value).reduce((sum, [key, element]) => {
    const name = Array.isArray(value) ? 0 : overhead + Buffer.byteLength(key);
    return sum + name + wireSize(element);
  }, overhead);
}
