/** Cancels Google long-running operations as code. */
import "./common/requireNode";

export {
  CancellationRequest,
  type CancellationRequestArgs,
  type CancellationRequestBaseArgs,
  type CancellationRequestState,
  type CancellationRequestTiming,
} from "./cancellationRequest";
export {
  CancellationSweep,
  type CancellationSweepArgs,
  type CancellationSweepBaseArgs,
  type CancellationSweepSelection,
  type CancellationSweepTiming,
} from "./cancellationSweep";
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
  CancelOn,
  OperationError,
  OperationMatch,
  OperationMessage,
  Outcome,
  OutcomeCounts,
  OutcomeExpectation,
  ServiceArgs,
  SweptOperation,
  WaitFor,
} from "./types";
