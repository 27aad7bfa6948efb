import { CANCELLED, OK } from "../common/rpcCodes";
import type { Operation } from "./response";

/** How an operation can end. A settled operation never changes again. */
export const settledOutcomes = ["cancelled", "succeeded", "failed"] as const;
export type SettledOutcome = (typeof settledOutcomes)[number];

/** The possible outcomes of an operation whose cancellation is requested. */
export const outcomes = ["running", "cancelling", ...settledOutcomes, "unsupported", "notFound"] as const;

/**
 * The outcome of an operation whose cancellation is requested:
 *
 * - `running`: The operation is running, and the server has acknowledged no cancel of it.
 * - `cancelling`: The operation is running, and the server acknowledged the cancel.
 * - `cancelled`: The operation is done, with error code 1. This always comes from a read, and is never assumed.
 * - `succeeded`: The operation completed, despite the cancel or before it. It's done, without an error or with code 0.
 * - `failed`: The operation is done, with another error.
 * - `unsupported`: The operation is running, and the service responded to the cancel with UNIMPLEMENTED.
 * - `notFound`: The service doesn't have the operation, or no longer has it.
 */
export type Outcome = (typeof outcomes)[number];

export function isSettled(outcome: Outcome): outcome is SettledOutcome {
  return (settledOutcomes as readonly Outcome[]).includes(outcome);
}

/**
 * Returns how an operation ended, or `undefined` while it runs.
 *
 * A cancelled operation has `error.code` 1. An operation without `error` and `response` succeeded, because services may
 * leave out both (`google/longrunning/operations.proto`). An `error` that is empty or has code 0 is a success too. Code
 * 0 is OK, "not an error" (`google/rpc/code.proto`). An `error` of an operation that isn't done has no meaning, because
 * services set neither `error` nor `response` before the end.
 */
export function settledOutcome(operation: Operation): SettledOutcome | undefined {
  if (!operation.done) return undefined;
  const { code = OK } = operation.error ?? {};
  if (code === OK) return "succeeded";
  return code === CANCELLED ? "cancelled" : "failed";
}
