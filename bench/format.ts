import type { Spread } from "./statistics";

/** Three digits that count, and thousands apart. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
  return value.toLocaleString("en", { maximumFractionDigits: digits });
}

/** `12.1 (11.8–14.0)`: the median, and the least and the most. */
export function spread({ median, least, most }: Spread): string {
  return least === most ? number(median) : `${number(median)} (${number(least)}–${number(most)})`;
}

/** A time in seconds, as people say it. */
export function duration(seconds: number): string {
  return seconds < 60 ? `${number(seconds)} s` : `${number(seconds / 60)} min`;
}
