import { CANCELLED, OK } from "../common/rpcCodes";
import type { Operation } from "./response";

/** How an operation can end; it never goes back from there. */
export const settledOutcomes = ["cancelled", "succeeded", "failed"] as const;
export type SettledOutcome = (typeof settledOutcomes)[number];

/** Everything that can be known of an operation whose cancellation is requested. */
export const outcomes = ["running", "cancelling", ...settledOutcomes, "unsupported", "notFound"] as const;

/**
 * What is known of an operation whose cancellation is requested:
 *
 * - `running`: it is running, and no cancel of it was acknowledged.
 * - `cancelling`: it is running, and the server acknowledged the cancel.
 * - `cancelled`: it is done, with error code 1. Only a read says so; it is never assumed.
 * - `succeeded`: it completed, despite the cancellation or before it. It is done, without an error or with code 0, OK.
 * - `failed`: it is done, with another error.
 * - `unsupported`: the service answered UNIMPLEMENTED to the cancel, and the operation is running.
 * - `notFound`: the service does not know it, or no longer.
 */
export type Outcome = (typeof outcomes)[number];

export function isSettled(outcome: Outcome): outcome is SettledOutcome {
  return (settledOutcomes as readonly Outcome[]).includes(outcome);
}

/**
 * What the operation itself says of its end; `undefined` while it runs.
 *
 * A cancelled operation is one with `error.code` 1; services may leave out both `error` and `response`
 * (`google/longrunning/operations.proto`), which is a success. So is an `error` that is empty or has code 0: that is OK,
 * "not an error" (`google/rpc/code.proto`). An `error` of an operation that isn't done means nothing, because neither
 * `error` nor `response` is set before the end.
 */
export function settledOutcome(operation: Operation): SettledOutcome | undefined {
  if (!operation.done) return undefined;
  const { code = OK } = operation.error ?? {};
  if (code === OK) return "succeeded";
  return code === CANCELLED ? "cancelled" : "failed";
}
