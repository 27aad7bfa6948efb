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
  NoResponseError,
  singleLine,
  RetriedCancelError,
  RpcError,
  TimeLimitError,
  InvalidResponseError,
} from "./errors";
export { cloudChannelNameIssues, fullName, isSameOperation, nameIssues, parseFullName, quote } from "./resourceName";
export type { Any, Operation, OperationsPage, Status } from "./response";
export { isSettled, outcomes, settledOutcome, settledOutcomes, type Outcome, type SettledOutcome } from "./outcome";
export { isTransient, mayHaveArrived } from "./retry";
export { maxPause } from "./pause";
export { pollInterval, pollUntilDone, StillRunningError } from "./poll";
