import { CallError, RpcError, InvalidResponseError } from "./errors";
import { isInvalidResponse, isTransient } from "./transience";

/**
 * The longest pause that the package makes for a server, in milliseconds.
 *
 * It limits the pause of a whole host, the pause before a retry, and the time between two polls. A failed call isn't
 * retried if the server asks for more.
 */
export const maxPause = 60_000;

/** How long calls to a host pause after a 429 that states no time, in milliseconds. */
const defaultPause = 1_000;

/** Returns the pause that an error asks for before the next call, in milliseconds, or 0 if it states no valid pause. */
export function askedPause(error: unknown): number {
  return statedPause(error) ?? 0;
}

/** Returns the pause between two polls that the server asks for, in milliseconds, up to {@link maxPause}. */
export function boundedPause(asked: number): number {
  return asked >= 0 ? Math.min(asked, maxPause) : 0;
}

/** Returns whether a retry would have to wait longer than {@link maxPause}. A definite error isn't retried. */
export function asksTooLong(error: unknown): error is CallError {
  return (isTransient(error) || isInvalidResponse(error)) && askedPause(error) > maxPause;
}

/**
 * Returns how long all calls to the host pause after this error, in milliseconds. Only a 429 and a 503 pause the host.
 * A pause longer than {@link maxPause} fails its own call, and doesn't delay the others for that long.
 */
export function hostPause(error: unknown): number {
  const isTooMany = hasStatus(error, "RESOURCE_EXHAUSTED", 429);
  if (!isTooMany && !hasStatus(error, "UNAVAILABLE", 503)) return 0;
  const stated = statedPause(error);
  return stated === undefined || stated > maxPause ? (isTooMany ? defaultPause : 0) : stated;
}

/** Adds to the error's message why the call isn't retried, and what to do. */
export function explainLongPause(error: CallError): void {
  error.message +=
    `. The server asks for a pause of ${describePause(askedPause(error))}, but the package waits at most ` +
    `${describePause(maxPause)}. Run again later`;
}

function statedPause(error: unknown): number | undefined {
  if (!(error instanceof CallError)) return undefined;
  const { retryAfter = NaN } = error;
  return retryAfter >= 0 ? retryAfter : undefined;
}

/** Returns whether the error is transient and has this code or this HTTP status. */
function hasStatus(error: unknown, code: string, httpStatus: number): boolean {
  if (!isTransient(error)) return false;
  if (error instanceof RpcError && error.code === code) return true;
  return (error instanceof RpcError || error instanceof InvalidResponseError) && error.httpStatus === httpStatus;
}

const units = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** Describes a pause in its two largest units, for example `1 hour 30 minutes`. */
function describePause(milliseconds: number): string {
  let seconds = Math.ceil(milliseconds / 1000);
  if (seconds > 365 * 86_400) return "more than a year";
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const count = Math.floor(seconds / size);
    if (count > 0) parts.push(`${count} ${unit}${count === 1 ? "" : "s"}`);
    seconds -= count * size;
  }
  return parts.slice(0, 2).join(" ");
}
