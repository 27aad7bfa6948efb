/** A stand-in for Google's long-running operations, to test and to try things on. */
export { startEmulator, type Emulator, type IssuedTokenOptions } from "./emulator";
export type { EmulatorOptions, PageSizes } from "./options";
export type { CancelAnswer, OperationSpec, RpcStatus, SettledOutcome } from "./operationSpec";
export type { OperationSnapshot } from "./operation";
export type { Call, CallLog, CallMethod, CallSelection } from "./callLog";
export type {
  BodyFault,
  Fault,
  FaultHandle,
  FaultRule,
  MisnamedFault,
  NamedFault,
  RedirectFault,
  ResetFault,
  SpoiltBody,
  StatusFault,
} from "./faults";
export type { Identity } from "./identity";
export type { CodeName, Detail } from "./rpcError";
export type { Impersonation, ServiceAccountKey, ServiceAccountOptions } from "./serviceAccounts";
