/** An emulator of Google's long-running operations, for tests and for trying out the package. */
import "../common/requireNode";

export type { Code } from "../common/rpcCodes";
export type { FaultHandle } from "./activeFaults";
export type { Call, CallLog, CallMethod, CallSelection } from "./callLog";
export { startEmulator, type Emulator } from "./emulator";
export type {
  BodyFault,
  Fault,
  FaultRule,
  FaultyBody,
  FaultyMethod,
  NamedFault,
  RedirectFault,
  ResetFault,
  StatusFault,
  WrongNameFault,
} from "./faults";
export type { CancelResponse, OperationSnapshot, OperationSpec, RpcStatus, SettledOutcome } from "./operation";
export type { EmulatorOptions, PageSizes } from "./options";
export type { Detail } from "./service";
