import { DelegateBackoff, fullJitterGenerator, handleWhen, retry } from "cockatiel";
import { type Deadline, timerDelay } from "./deadline";
import { CallError, PausedError } from "./errors";
import { isGarbled, isTransient, isUnready } from "./transience";

export { isTransient, mayHaveArrived } from "./transience";

/** A 2xx that is not understood may be a passing fault of something in between, but a wrong endpoint gives it for ever. */
const maxGarbledAnswers = 5;

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
 * jitter, and never sooner than the server asked for, but for one last try at the deadline.
 *
 * @param onFailure is told the error of each attempt: the error that this throws is only the last one
 */
export function retrying<T>(
  deadline: Deadline,
  call: () => Promise<T>,
  onFailure: (error: unknown) => void = () => undefined,
): Promise<T> {
  let garbled = 0;
  const handled = handleWhen((error) => {
    if (deadline.passed) return false;
    if (!isGarbled(error)) garbled = 0;
    return isGarbled(error) ? ++garbled < maxGarbledAnswers : isTransient(error) || isUnready(error);
  });
  const policy = retry(handled, {
    maxAttempts: Infinity,
    backoff: new DelegateBackoff<{ result: unknown }, number>((context, state) => {
      const [delay, next] = fullJitterGenerator(state, backoff);
      const pause = Math.min(Math.max(delay, askedPause(context.result)), deadline.remaining);
      return { delay: timerDelay(pause), state: next };
    }),
  });
  let last: Error | undefined;
  return policy.execute(async () => {
    try {
      return await call();
    } catch (error) {
      onFailure(error);
      // A call that was not made says nothing of what an earlier try came to.
      if ((error instanceof PausedError || isUnready(error)) && last !== undefined) throw last;
      if (error instanceof Error) last = error;
      throw error;
    }
  });
}

function askedPause(result: unknown): number {
  const error = (result as { error?: unknown }).error;
  return error instanceof CallError ? (error.retryAfter ?? 0) : 0;
}
