import { DelegateBackoff, fullJitterGenerator, handleWhen, retry } from "cockatiel";
import { type Deadline, timerDelay } from "../common/deadline";
import { PausedError, TimeLimitError } from "./errors";
import { askedPause, asksTooLong, explainLongPause } from "./pause";
import { isInvalidResponse, isTransient, isRetryableCredentialError } from "./transience";

export { isTransient, mayHaveArrived } from "./transience";

/** Stops after so many malformed 2xx responses: a passing fault ends sooner, and a wrong endpoint always sends them. */
const maxInvalidResponses = 5;

/** How long to wait between tries, in milliseconds; from Cloud Channel's own client configuration. */
const backoff = {
  initialDelay: 1_000,
  maxDelay: 10_000,
  maxAttempts: Infinity,
  exponent: 2,
  generator: fullJitterGenerator,
};

/**
 * Makes an idempotent call until it has a definite answer or the deadline has passed: exponential back-off with full
 * jitter, and never sooner than the server asked for, but for one last try at the deadline. A call whose server asks for
 * a pause longer than `maxPause` isn't made again.
 *
 * @param onFailure is called with the error of each attempt; this throws only the last one
 */
export function retrying<T>(
  deadline: Deadline,
  call: () => Promise<T>,
  onFailure: (error: unknown) => void = () => undefined,
): Promise<T> {
  let garbled = 0;
  const handled = handleWhen((error) => {
    if (deadline.passed || asksTooLong(error)) return false;
    if (!isInvalidResponse(error)) garbled = 0;
    return isInvalidResponse(error)
      ? ++garbled < maxInvalidResponses
      : isTransient(error) || isRetryableCredentialError(error);
  });
  const policy = retry(handled, {
    maxAttempts: Infinity,
    backoff: new DelegateBackoff<{ result: unknown }, number>((context, state) => {
      const [delay, next] = fullJitterGenerator(state, backoff);
      const { error } = context.result as { error?: unknown };
      const pause = Math.min(Math.max(delay, askedPause(error)), deadline.remaining);
      return { delay: timerDelay(pause), state: next };
    }),
  });
  let last: Error | undefined;
  return policy.execute(async () => {
    try {
      return await call();
    } catch (error) {
      onFailure(error);
      // A call that was not made says nothing of what an earlier attempt came to.
      if ((wasNotMade(error) || isRetryableCredentialError(error)) && last !== undefined) throw last;
      if (asksTooLong(error)) explainLongPause(error);
      if (error instanceof Error) last = error;
      throw error;
    }
  });
}

function wasNotMade(error: unknown): boolean {
  return error instanceof PausedError || error instanceof TimeLimitError;
}
