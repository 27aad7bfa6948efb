/** `google.longrunning.Operations` over REST: names, client, outcomes, settling. Knows nothing of Pulumi or of credentials. */
export {
  OperationsClient,
  type ClientOptions,
  type HeaderSource,
  type ListOptions,
  type ReadOperation,
} from "./client";
export { codeName, type Code } from "./code";
export { Deadline, sleep } from "../common/deadline";
export {
  CallError,
  NoAnswerError,
  onOneLine,
  RetriedCancelError,
  RpcError,
  TimeLimitError,
  UnexpectedAnswerError,
} from "./errors";
export { cloudChannelNameFaults, fullName, isSameOperation, nameFaults, parseFullName, quote } from "./resourceName";
export type { Any, Operation, OperationsPage, Status } from "./response";
export { isSettled, outcomes, settledOutcome, settledOutcomes, type Outcome, type SettledOutcome } from "./outcome";
export { isTransient, mayHaveArrived } from "./retry";
export { maxPause } from "./pause";
export { pollInterval, settle, StillRunningError } from "./poll";
