import type { Code } from "./code";
import { NoAnswerError, RetriedCancelError, RpcError, UnexpectedAnswerError } from "./errors";

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
const settingsFailures =
  /^(ENOTFOUND$|EPROTO$|ERR_INVALID_URL$|ERR_PROXY_(REFUSED|URL)$|CERT_|ERR_SSL_(?!.*(BAD_RECORD_MAC|DECRYPT))|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

/** Whether the call may get through when it is made again. */
export function isTransient(error: unknown): boolean {
  if (error instanceof RpcError) return transientCodes.has(error.code);
  if (error instanceof UnexpectedAnswerError) return transientStatuses.has(error.httpStatus);
  return error instanceof NoAnswerError && !settingsFailures.test(error.reason);
}

/** Whether the headers of a call could not be had, and may be had later: the error of their source says so itself. */
export function isUnready(error: unknown): boolean {
  return error instanceof Error && "transient" in error && error.transient === true;
}

/** Whether something answered with success, and not in the way of the operations API. */
export function isGarbled(error: unknown): boolean {
  return error instanceof UnexpectedAnswerError && error.httpStatus < 300;
}

/**
 * Whether the service may have carried out the call although it ended with this error. Where it is false, the service
 * refused the call or never had it: in the last attempt, and with a cancel in each earlier one too.
 */
export function mayHaveArrived(error: unknown): boolean {
  if (error instanceof RetriedCancelError) return true;
  if (error instanceof NoAnswerError) return !error.neverSent;
  return isTransient(error) || isGarbled(error);
}
