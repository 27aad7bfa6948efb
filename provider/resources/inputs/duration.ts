/** The milliseconds of each unit of Go's `time.ParseDuration`, the format of Pulumi's custom timeouts. */
const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * Returns the milliseconds of a duration such as `10m`, `1h30m` or `90s`, or `undefined` if it isn't valid or is zero.
 */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))*$/.test(text))
    return undefined;
  let total = 0;
  for (const [, number, unit] of text.matchAll(/([\d.]+)([a-zµμ]+)/g))
    total += Number(number) * (units[unit ?? ""] ?? NaN);
  return total > 0 ? total : undefined;
}

/** Returns the hours, minutes and seconds of a duration, without those that are zero. */
export function durationParts(milliseconds: number): readonly (readonly [count: number, unit: "h" | "m" | "s"])[] {
  const seconds = Math.round(milliseconds / 1000);
  return (
    [
      [Math.floor(seconds / 3600), "h"],
      [Math.floor(seconds / 60) % 60, "m"],
      [seconds % 60, "s"],
    ] as const
  ).filter(([count]) => count > 0);
}

/** Returns a duration in a readable form: `10m`, `1m30s`, `250ms`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)}ms`;
  return durationParts(milliseconds)
    .map(([count, unit]) => `${count}${unit}`)
    .join("");
}
