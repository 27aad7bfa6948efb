/**
 * The package's resources and functions on the provider plugin. A program that imports this module instead of the
 * package's main one needs no other change. The stack's state stays, too.
 */
import "../common/requireNode";

export type {
  CancellationRequestArgs,
  CancellationRequestBaseArgs,
  CancellationRequestState,
  CancellationRequestTiming,
} from "../cancellationRequest";
export type {
  CancellationSweepArgs,
  CancellationSweepBaseArgs,
  CancellationSweepSelection,
  CancellationSweepTiming,
} from "../cancellationSweep";
export type { GetOperationArgs, InputsOf, ListOperationsArgs, LookupArgs, OperationResult } from "../lookups";
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
} from "../types";
export { CancellationRequest } from "./cancellationRequest";
export { CancellationSweep } from "./cancellationSweep";
export { getOperation, getOperationOutput, listOperations, listOperationsOutput } from "./lookups";
export { Provider, type ProviderArgs } from "./provider";
