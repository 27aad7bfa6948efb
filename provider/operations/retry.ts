import { DelegateBackoff, fullJitterGenerator, handleWhen, retry } from "cockatiel";
import { type Deadline, timerDelay } from "../common/deadline";
import { InterruptedError, NoListenerError, PausedError, TimeLimitError } from "./errors";
import { askedPause, asksTooLong, explainLongPause } from "./pause";
import { isInvalidResponse, isTransient, isRetryableCredentialError } from "./transience";

export { isTransient, mayHaveArrived } from "./transience";

/** The maximum of invalid 2xx responses in a row. A transient fault ends sooner, and a wrong endpoint never ends. */
const maxInvalidResponses = 5;

/** The backoff between attempts, in milliseconds. Source: Cloud Channel's client configuration. */
const backoff = {
  initialDelay: 1_000,
  maxDelay: 10_000,
  maxAttempts: Infinity,
  exponent: 2,
  generator: fullJitterGenerator,
};

/** The pause before a retry if nothing listens at a host of this machine, in milliseconds. Such an attempt costs nothing. */
const refusalPause = 500;

export interface RetryOptions {
  /** Called with the error of each attempt, of which only the last is thrown. */
  readonly onFailure?: (error: unknown) => void;
  /** Returns whether nothing has listened at the host for so long that a retry won't succeed. */
  readonly hasNoListener?: () => boolean;
}

/**
 * Retries an idempotent call until it has a definite result or the deadline has passed. Uses exponential backoff with
 * full jitter. Waits at least as long as the server asks, except for one last attempt at the deadline. Doesn't retry if
 * the server asks for a pause longer than `maxPause`, or if nothing listens at a host of this machine.
 */
export function retrying<T>(
  deadline: Deadline,
  call: () => Promise<T>,
  { onFailure, hasNoListener }: RetryOptions = {},
): Promise<T> {
  let invalidResponses = 0;
  const handled = handleWhen((error) => {
    if (deadline.passed || asksTooLong(error)) return false;
    if (error instanceof NoListenerError && hasNoListener?.() === true) return false;
    if (!isInvalidResponse(error)) invalidResponses = 0;
    return isInvalidResponse(error)
      ? ++invalidResponses < maxInvalidResponses
      : isTransient(error) || isRetryableCredentialError(error);
  });
  const policy = retry(handled, {
    maxAttempts: Infinity,
    backoff: new DelegateBackoff<{ result: unknown }, number>((context, state) => {
      const [delay, next] = fullJitterGenerator(state, backoff);
      const { error } = context.result as { error?: unknown };
      const backedOff = error instanceof NoListenerError ? refusalPause : delay;
      const pause = Math.min(Math.max(backedOff, askedPause(error)), deadline.remaining);
      return { delay: timerDelay(pause), state: next };
    }),
  });
  let last: Error | undefined;
  return policy.execute(async () => {
    try {
      return await call();
    } catch (error) {
      onFailure?.(error);
      // A call that was not made says nothing about the result of an earlier attempt.
      if ((wasNotMade(error) || isRetryableCredentialError(error)) && last !== undefined) throw last;
      if (asksTooLong(error)) explainLongPause(error);
      if (error instanceof Error) last = error;
      throw error;
    }
  });
}

function wasNotMade(error: unknown): boolean {
  return error instanceof PausedError || error instanceof TimeLimitError || error instanceof InterruptedError;
}
