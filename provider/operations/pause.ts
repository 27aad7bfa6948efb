import { CallError, RpcError, InvalidResponseError } from "./errors";
import { isInvalidResponse, isTransient } from "./transience";

/**
 * The longest pause that a server gets, in milliseconds.
 *
 * It bounds the pause of a whole host, the pause before a retry, and the time between two polls. A failed call whose
 * server asks for more is not retried.
 */
export const maxPause = 60_000;

/** How long a host pauses after a 429 that doesn't say, in milliseconds. */
const defaultPause = 1_000;

/** The pause that an error asks for before the next call, in milliseconds: 0 if it asks for none, or for nonsense. */
export function askedPause(error: unknown): number {
  return statedPause(error) ?? 0;
}

/** A pause between two polls, in milliseconds: as long as the server asks, up to {@link maxPause}. */
export function boundedPause(asked: number): number {
  return asked >= 0 ? Math.min(asked, maxPause) : 0;
}

/** Whether a retry has to wait longer than {@link maxPause}. A definite error isn't retried, so it has nothing to wait for. */
export function asksTooLong(error: unknown): error is CallError {
  return (isTransient(error) || isInvalidResponse(error)) && askedPause(error) > maxPause;
}

/**
 * How long all calls of the host pause after this error, in milliseconds. Only a 429 and a 503 ask for that. A pause
 * longer than {@link maxPause} fails the call that it answers, and doesn't hold back the others.
 */
export function hostPause(error: unknown): number {
  const isTooMany = hasStatus(error, "RESOURCE_EXHAUSTED", 429);
  if (!isTooMany && !hasStatus(error, "UNAVAILABLE", 503)) return 0;
  const stated = statedPause(error);
  return stated === undefined || stated > maxPause ? (isTooMany ? defaultPause : 0) : stated;
}

/** Says in the error's message why it isn't retried, and what to do. */
export function explainLongPause(error: CallError): void {
  error.message +=
    `. The server asks for a pause of ${describePause(askedPause(error))}, and a run waits for ` +
    `${describePause(maxPause)} at most; run again later`;
}

function statedPause(error: unknown): number | undefined {
  if (!(error instanceof CallError)) return undefined;
  const { retryAfter = NaN } = error;
  return retryAfter >= 0 ? retryAfter : undefined;
}

/** Whether the error is a passing one of this kind, by its code or by its HTTP status. */
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

/** A pause for people, in its two largest units: `1 hour 30 minutes`. */
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
