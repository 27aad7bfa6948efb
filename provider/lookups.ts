import * as pulumi from "@pulumi/pulumi";
import { checkConfigKeys } from "./programChecks";
import type { OperationError, OperationMatch, OperationMessage, Outcome, ServiceArgs } from "./types";

/** Where a look-up goes, and whom it calls as. */
export interface LookupArgs {
  /** The service that runs the operations. Default: Cloud Channel, version `v1`. */
  service?: pulumi.Unwrap<ServiceArgs>;
  /** Address of the service account to call as. Default: from config and environment. */
  impersonateServiceAccount?: string;
  /** Address of the user to call as, by domain-wide delegation. Default: from the config `cancellation:subject`. */
  subject?: string;
}

/** The arguments of {@link getOperation}. */
export interface GetOperationArgs extends LookupArgs {
  /** The operation's resource name, for example `operations/AbC`. */
  operation: string;
}

/** The arguments of {@link listOperations}. */
export interface ListOperationsArgs extends LookupArgs {
  /** What is listed: a resource name that ends in `operations`. Default: `operations`, which is Cloud Channel's. */
  collection?: string;
  /** Passed to the server as it is; Cloud Channel does not document a grammar. Default: none. */
  filter?: string;
  /** Judged here: a glob for the name, and types of operations. Default: none. */
  match?: pulumi.Unwrap<OperationMatch>;
  /** More operations than this that match are an error. Default: 1,000. */
  limit?: number;
}

/** The same arguments, each of which may be an output, at any depth. */
export type InputsOf<Args> = {
  [Name in keyof Args]: pulumi.Input<Nested<NonNullable<Args[Name]>>> | Extract<Args[Name], undefined>;
};
type Nested<T> = T extends object ? InputsOf<T> : T;

/** An operation as it is at the moment. */
export interface OperationResult {
  /** The full resource name, for example `//cloudchannel.googleapis.com/operations/AbC`. */
  id: string;
  /** The resource name. */
  name: string;
  /** `running`, how it ended, or `notFound`. */
  outcome: Outcome;
  /** Absent where the operation was not found. */
  done?: boolean;
  /** The error that it ended with; code 1 where it was cancelled. */
  error?: OperationError;
  /** Up to 16 KB of it. */
  metadata?: OperationMessage;
  /** The result of an operation that succeeded, up to 16 KB of it. */
  response?: OperationMessage;
  /** The kind of operation, where its metadata says so. */
  operationType?: string;
}

/**
 * Reads an operation, in previews too. One that the service does not know has the outcome `notFound`.
 *
 * @throws when the arguments are not valid, and when there is no definite answer
 *
 * Source: `google/longrunning/operations.proto`.
 */
export async function getOperation(args: GetOperationArgs): Promise<OperationResult> {
  return steps().getOperation(args);
}

/** {@link getOperation} for arguments that are outputs of resources. */
export function getOperationOutput(args: InputsOf<GetOperationArgs>): pulumi.Output<OperationResult> {
  return pulumi
    .output(args as pulumi.Input<GetOperationArgs>)
    .apply((known) => getOperation(known as GetOperationArgs));
}

/**
 * Lists operations, in previews too: what a `CancellationSweep` with the same selection would cancel are those whose
 * outcome is `running`.
 *
 * @throws when the arguments are not valid, when more than `limit` match, when the service can't list, and when there is no
 * definite answer
 *
 * Source: `google/longrunning/operations.proto`.
 */
export async function listOperations(args: ListOperationsArgs = {}): Promise<OperationResult[]> {
  return steps().listOperations(args);
}

/** {@link listOperations} for arguments that are outputs of resources. */
export function listOperationsOutput(args: InputsOf<ListOperationsArgs> = {}): pulumi.Output<OperationResult[]> {
  return pulumi
    .output(args as pulumi.Input<ListOperationsArgs>)
    .apply((known) => listOperations(known as ListOperationsArgs));
}

/** The client is loaded by the first look-up: a program without one does not pay for it. */
function steps() {
  checkConfigKeys();
  /* eslint-disable @typescript-eslint/no-require-imports -- import() would load axios's ESM build, file by file */
  const lookups = require("./resources/lookups") as typeof import("./resources/lookups");
  const { programContext } = require("./hosts/program") as typeof import("./hosts/program");
  /* eslint-enable @typescript-eslint/no-require-imports */
  const plain = (args: object) => args as Readonly<Record<string, unknown>>;
  return {
    getOperation: async (args: GetOperationArgs) =>
      (await lookups.getOperation(plain(args), programContext())) as unknown as OperationResult,
    listOperations: async (args: ListOperationsArgs) =>
      (await lookups.listOperations(plain(args), programContext())) as unknown as OperationResult[],
  };
}
