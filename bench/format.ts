import type { Spread } from "./samples";

/** Formats a number with three significant digits and a separator of thousands. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
  return value.toLocaleString("en", { maximumFractionDigits: digits });
}

/** Formats the median, the minimum and the maximum, for example `12.1 (11.8–14)`. */
export function spread({ median, least, most }: Spread): string {
  return least === most ? number(median) : `${number(median)} (${number(least)}–${number(most)})`;
}

/** Formats a time in seconds or minutes. */
export function duration(seconds: number): string {
  return seconds < 60 ? `${number(seconds)} s` : `${number(seconds / 60)} min`;
}
