/** Cancelling Google long-running operations as code. */
export {
  CancellationRequest,
  type CancellationRequestArgs,
  type CancellationRequestState,
} from "./cancellationRequest";
export type { OperationError, OperationMessage, Outcome, OutcomeExpectation, ServiceArgs } from "./types";
