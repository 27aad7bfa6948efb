let last = { milliseconds: Number.NaN, text: "" };

/** The time in RFC 3339. Written once a millisecond: a large sweep records a time for each operation, and keeps them all. */
export function timestamp(): string {
  const milliseconds = Date.now();
  if (milliseconds !== last.milliseconds) last = { milliseconds, text: new Date(milliseconds).toISOString() };
  return last.text;
}
