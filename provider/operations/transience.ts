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
  // A code of the configuration, for example one of TLS, has another cause once the connection was ready.
  return error instanceof NoResponseError && !(error.neverSent && isConfigurationError(error.reason));
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
 * Whether the service may have carried out the call although it ended with this error. Only a response that refuses the call, or
 * a connection that was never ready, shows that it didn't. That isn't the same as whether a retry may succeed.
 */
export function mayHaveArrived(error: unknown): boolean {
  if (error instanceof RetriedCancelError) return true;
  if (error instanceof NoResponseError) return !error.neverSent;
  if (error instanceof RpcError) {
    return isTransient(error) || error.code === "DATA_LOSS" || isServerError(error.httpStatus);
  }
  return isInvalidResponse(error) || (error instanceof InvalidResponseError && isServerError(error.httpStatus));
}

/** Whether a status says that something failed, and not that the call is refused. 501 is Not Implemented. */
function isServerError(httpStatus: number): boolean {
  return (httpStatus >= 500 && httpStatus !== 501) || transientHttpStatuses.has(httpStatus);
}
