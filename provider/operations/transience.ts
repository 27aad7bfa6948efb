import { isConfigurationError, transientHttpStatuses } from "../common/networkErrors";
import type { Code } from "../common/rpcCodes";
import { NoResponseError, RetriedCancelError, RpcError, InvalidResponseError } from "./errors";

/** Codes that say nothing about the operation, only that this call did not get through. */
const transientCodes: ReadonlySet<Code> = new Set<Code>([
  "UNAVAILABLE", // the one that AIP-194 retries
  // Safe for a cancel and a get, which are idempotent:
  "RESOURCE_EXHAUSTED",
  "INTERNAL",
  "UNKNOWN",
  "DEADLINE_EXCEEDED",
]);

/** Whether the call may get through when it is made again. */
export function isTransient(error: unknown): boolean {
  if (error instanceof RpcError) return transientCodes.has(error.code);
  if (error instanceof InvalidResponseError) return transientHttpStatuses.has(error.httpStatus);
  return error instanceof NoResponseError && !isConfigurationError(error.reason);
}

/** Whether the headers of a call could not be had, and may be had later: the error of their source says so itself. */
export function isRetryableCredentialError(error: unknown): boolean {
  return error instanceof Error && "transient" in error && error.transient === true;
}

/** Whether something answered with success, and not in the way of the operations API. */
export function isInvalidResponse(error: unknown): boolean {
  return error instanceof InvalidResponseError && error.httpStatus < 300;
}

/**
 * Whether the service may have carried out the call although it ended with this error. Where it is false, the service
 * refused the call or never had it: in the last attempt, and with a cancel in each earlier one too.
 */
export function mayHaveArrived(error: unknown): boolean {
  if (error instanceof RetriedCancelError) return true;
  if (error instanceof NoResponseError) return !error.neverSent;
  return isTransient(error) || isInvalidResponse(error);
}
