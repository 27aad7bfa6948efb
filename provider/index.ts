/** Cancels Google long-running operations as code. */
export {
  CancellationRequest,
  type CancellationRequestArgs,
  type CancellationRequestState,
} from "./cancellationRequest";
export { CancellationSweep, type CancellationSweepArgs } from "./cancellationSweep";
export {
  getOperation,
  type GetOperationArgs,
  getOperationOutput,
  listOperations,
  type ListOperationsArgs,
  listOperationsOutput,
  type InputsOf,
  type LookupArgs,
  type OperationResult,
} from "./lookups";
export type {
  AcknowledgedCancel,
  OperationError,
  OperationMatch,
  OperationMessage,
  Outcome,
  OutcomeCounts,
  OutcomeExpectation,
  ServiceArgs,
  SweptOperation,
} from "./types";
