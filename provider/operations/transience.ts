import { isConfigurationError, transientHttpStatuses } from "../common/networkErrors";
import type { Code } from "../common/rpcCodes";
import { NoResponseError, RetriedCancelError, RpcError, InvalidResponseError } from "./errors";

/** Codes that say nothing about the operation, only that this call failed. */
const transientCodes: ReadonlySet<Code> = new Set<Code>([
  "UNAVAILABLE", // the only one that AIP-194 retries
  // Safe for a cancel and a get, which are idempotent:
  "RESOURCE_EXHAUSTED",
  "INTERNAL",
  "UNKNOWN",
  "DEADLINE_EXCEEDED",
]);

/** Returns whether a retry of the call may succeed. */
export function isTransient(error: unknown): boolean {
  if (error instanceof RpcError) return transientCodes.has(error.code);
  if (error instanceof InvalidResponseError) return transientHttpStatuses.has(error.httpStatus);
  // After the connection was ready, a code such as one of TLS doesn't mean that the configuration is wrong.
  return error instanceof NoResponseError && !(error.neverSent && isConfigurationError(error.reason));
}

/** Returns whether the header source failed and may succeed later. The source marks such an error as transient. */
export function isRetryableCredentialError(error: unknown): boolean {
  return error instanceof Error && "transient" in error && error.transient === true;
}

/** Returns whether the response has a successful status, but isn't one of the operations API. */
export function isInvalidResponse(error: unknown): boolean {
  return error instanceof InvalidResponseError && error.httpStatus < 300;
}

/**
 * Returns whether the service may have carried out the call despite this error. Only a response that refuses the call,
 * or a connection that was never ready, proves that it didn't. This is independent of whether a retry may succeed.
 */
export function mayHaveArrived(error: unknown): boolean {
  if (error instanceof RetriedCancelError) return true;
  if (error instanceof NoResponseError) return !error.neverSent;
  if (error instanceof RpcError) {
    return isTransient(error) || error.code === "DATA_LOSS" || isServerError(error.httpStatus);
  }
  return isInvalidResponse(error) || (error instanceof InvalidResponseError && isServerError(error.httpStatus));
}

/** Returns whether a status means that the server failed, and not that it refused the call. 501 is Not Implemented. */
function isServerError(httpStatus: number): boolean {
  return (httpStatus >= 500 && httpStatus !== 501) || transientHttpStatuses.has(httpStatus);
}
