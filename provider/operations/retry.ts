import { DelegateBackoff, fullJitterGenerator, handleWhen, retry } from "cockatiel";
import type { Code } from "./code";
import type { Deadline } from "./deadline";
import { CallError, NoAnswerError, RpcError, UnexpectedAnswerError } from "./errors";

/** Codes that say nothing about the operation, only that this call did not get through. */
const transientCodes: ReadonlySet<Code> = new Set<Code>([
  "UNAVAILABLE", // the one that AIP-194 retries
  // Safe for a cancel and a get, which are idempotent:
  "RESOURCE_EXHAUSTED",
  "INTERNAL",
  "UNKNOWN",
  "DEADLINE_EXCEEDED",
]);

/** The same, of answers that some proxy gave in place of the service. */
const transientStatuses: ReadonlySet<number> = new Set([
  408, // Request Timeout
  429, // Too Many Requests
  500, // Internal Server Error
  502, // Bad Gateway
  503, // Service Unavailable
  504, // Gateway Timeout
]);

/** Reasons for which nothing can answer as long as the settings stay as they are. */
const settingsFailures = /^(ENOTFOUND$|ERR_INVALID_URL$|CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

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

/** Whether the call may get through when it is made again. */
export function isTransient(error: unknown): boolean {
  if (error instanceof RpcError) return transientCodes.has(error.code);
  if (error instanceof UnexpectedAnswerError) return transientStatuses.has(error.httpStatus);
  return error instanceof NoAnswerError && !settingsFailures.test(error.reason);
}

/** Whether something answered with success, and not in the way of the operations API. */
function isGarbled(error: unknown): boolean {
  return error instanceof UnexpectedAnswerError && error.httpStatus < 300;
}

/**
 * Whether the service may have carried out the call although it ended with this error. Where it is false, the service
 * refused the call or never had it.
 */
export function mayHaveArrived(error: unknown): boolean {
  return isTransient(error) || isGarbled(error);
}

/**
 * Makes an idempotent call until it has a definite answer or the deadline has passed: exponential back-off with full
 * jitter, and never sooner than the server asked for.
 */
export function retrying<T>(deadline: Deadline, call: () => Promise<T>): Promise<T> {
  let garbled = 0;
  const handled = handleWhen((error) => {
    if (deadline.passed) return false;
    if (!isGarbled(error)) garbled = 0;
    return isGarbled(error) ? ++garbled < maxGarbledAnswers : isTransient(error);
  });
  const policy = retry(handled, {
    maxAttempts: Infinity,
    backoff: new DelegateBackoff<{ result: unknown }, number>((context, state) => {
      const [delay, next] = fullJitterGenerator(state, backoff);
      return { delay: Math.min(Math.max(delay, askedPause(context.result)), deadline.remaining), state: next };
    }),
  });
  return policy.execute(call);
}

function askedPause(result: unknown): number {
  const error = (result as { error?: unknown }).error;
  return error instanceof CallError ? (error.retryAfter ?? 0) : 0;
}
