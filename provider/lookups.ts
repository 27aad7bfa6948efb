import * as pulumi from "@pulumi/pulumi";
import { checkArguments, checkConfigKeys } from "./programChecks";
import type { OperationError, OperationMatch, OperationMessage, Outcome, ServiceArgs } from "./types";

/** The service that a lookup calls, and the identity that it calls as. */
export interface LookupArgs {
  /** The service that runs the operations. Default: Cloud Channel, version `v1`. */
  service?: pulumi.Unwrap<ServiceArgs>;
  /**
   * The email address of the service account to call as. Default: that of the provider, the stack's config or the
   * environment.
   */
  impersonateServiceAccount?: string;
  /**
   * The email address of the user to call as, by domain-wide delegation. Default: that of the provider, the stack's
   * config or the environment.
   */
  subject?: string;
  /** How long the lookup may take, with all its calls and retries, for example `30s` or `2m`. Default: `60s`. */
  timeout?: string;
}

/** The arguments of {@link getOperation}. */
export interface GetOperationArgs extends LookupArgs {
  /** The operation's resource name, for example `operations/AbC`. */
  operation: string;
}

/** The arguments of {@link listOperations}. */
export interface ListOperationsArgs extends LookupArgs {
  /**
   * The collection to list: a resource name that ends in `operations`. Default: `operations`, Cloud Channel's
   * collection.
   */
  collection?: string;
  /** A filter for the server, sent unchanged. Cloud Channel documents no grammar for it. Default: none. */
  filter?: string;
  /** A glob for the name, and types of operations. The package applies it to what the server lists. Default: none. */
  match?: pulumi.Unwrap<OperationMatch>;
  /** The most operations that may match, at most 1,000,000. More are an error. Default: 1,000. */
  limit?: number;
}

/** The arguments `Args`, each of which can be an output, at any depth. */
export type InputsOf<Args> = {
  [Name in keyof Args]: pulumi.Input<Nested<NonNullable<Args[Name]>>> | Extract<Args[Name], undefined>;
};
type Nested<T> = T extends object ? InputsOf<T> : T;

/** An operation, as the service returned it. */
export interface OperationResult {
  /** The full resource name, for example `//cloudchannel.googleapis.com/operations/AbC`. */
  id: string;
  /** The resource name. */
  name: string;
  /** `running`, how the operation ended (`cancelled`, `succeeded` or `failed`), or `notFound`. */
  outcome: Outcome;
  /** Whether the operation is done. Absent if the service doesn't know the operation. */
  done?: boolean;
  /** The error that the operation ended with. Its code is 1 if the operation was cancelled. Absent without an error. */
  error?: OperationError;
  /**
   * The operation's metadata. Metadata of more than 16 KB is truncated: `cut` says how much is kept, and `json` has the
   * beginning as text.
   */
  metadata?: OperationMessage;
  /** The result of an operation that succeeded, truncated like `metadata`. */
  response?: OperationMessage;
  /** The kind of operation, for example `CREATE_ENTITLEMENT`. Absent if the metadata doesn't include it. */
  operationType?: string;
}

/**
 * Reads an operation, also in a preview. The outcome is `notFound` if the service doesn't know the operation. A lookup
 * takes at most as long as its `timeout`.
 *
 * @throws if an argument isn't valid, or if the service gives no definite response
 *
 * Source: `google/longrunning/operations.proto`.
 */
export async function getOperation(args: GetOperationArgs): Promise<OperationResult> {
  checkArguments("getOperation", args, '{ operation: "operations/AbC" }', "Use getOperationOutput");
  return steps().getOperation(args);
}

/** Reads an operation like {@link getOperation}, with arguments that are outputs of resources. */
export function getOperationOutput(args: InputsOf<GetOperationArgs>): pulumi.Output<OperationResult> {
  return pulumi
    .output(args as pulumi.Input<GetOperationArgs>)
    .apply((known) => getOperation(known as GetOperationArgs));
}

/**
 * Lists operations, done or not, also in a preview. A `CancellationSweep` with the same selection would cancel those
 * with the outcome `running`. A lookup takes at most as long as its `timeout`.
 *
 * @throws if an argument isn't valid, if more operations than `limit` match, if the service can't list, or if the
 *   service gives no definite response
 *
 * Source: `google/longrunning/operations.proto`.
 */
export async function listOperations(args: ListOperationsArgs = {}): Promise<OperationResult[]> {
  checkArguments("listOperations", args, '{ match: { name: "operations/**" } }', "Use listOperationsOutput");
  return steps().listOperations(args);
}

/** Lists operations like {@link listOperations}, with arguments that are outputs of resources. */
export function listOperationsOutput(args: InputsOf<ListOperationsArgs> = {}): pulumi.Output<OperationResult[]> {
  return pulumi
    .output(args as pulumi.Input<ListOperationsArgs>)
    .apply((known) => listOperations(known as ListOperationsArgs));
}

/**
 * Loads the client at the first lookup, so that a program without a lookup doesn't load it. In a test with
 * `pulumi.runtime.setMocks`, the mocks answer instead of the service.
 */
function steps() {
  checkConfigKeys();
  /* eslint-disable @typescript-eslint/no-require-imports -- import() would load axios's ESM build, file by file */
  const lookups = require("./resources/lookups") as typeof import("./resources/lookups");
  const { programContext } = require("./hosts/program") as typeof import("./hosts/program");
  const mocked = require("./hosts/mocks") as typeof import("./hosts/mocks");
  /* eslint-enable @typescript-eslint/no-require-imports */
  const plain = (args: object) => args as Readonly<Record<string, unknown>>;
  const mocks = mocked.installedMocks();
  return {
    getOperation: async (args: GetOperationArgs) =>
      (await (mocks
        ? mocked.getMockedOperation(plain(args), mocks)
        : lookups.getOperation(plain(args), programContext()))) as unknown as OperationResult,
    listOperations: async (args: ListOperationsArgs) =>
      (await (mocks
        ? mocked.listMockedOperations(plain(args), mocks)
        : lookups.listOperations(plain(args), programContext()))) as unknown as OperationResult[],
  };
}
