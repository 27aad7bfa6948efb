import * as pulumi from "@pulumi/pulumi";
import { checkConfigKeys, checkProgramDirectory, warnOfPlainCredentials } from "./programChecks";
import type { OperationError, OperationMessage, Outcome, OutcomeExpectation, ServiceArgs } from "./types";

/** The arguments of a {@link CancellationRequest}. */
export interface CancellationRequestArgs {
  /**
   * The resource name of the operation to cancel, without scheme, host and version: `operations/AbC`, or for another
   * service than Cloud Channel, for example, `projects/p/locations/l/operations/AbC`. A change replaces the request.
   */
  operation: pulumi.Input<string>;
  /**
   * The service that runs the operation. Default: Cloud Channel, version `v1`. Another endpoint or version replaces the
   * request; other scopes update it without a call.
   */
  service?: pulumi.Input<ServiceArgs>;
  /**
   * When the cancel call is made. `"create"`, the default: with the resource. `"delete"`: when the resource is destroyed,
   * removed from the program, renamed without an alias, or replaced; until then it only watches.
   */
  cancelOn?: pulumi.Input<"create" | "delete">;
  /**
   * What the step that cancels waits for. `"settled"`, the default: for the operation's end. `"accepted"`: for the
   * server's word that it took the request; what comes of it is left to `pulumi refresh`.
   *
   * The wait is bounded by the resource option `customTimeouts` (create, update, delete), 10 minutes each by default.
   */
  waitFor?: pulumi.Input<"settled" | "accepted">;
  /**
   * The outcomes that count as success; any other fails the step, with a reason. Default: `cancelled`, `succeeded` and
   * `failed`, and in a delete also `notFound`. To insist on the cancellation, `["cancelled"]`.
   */
  expect?: pulumi.Input<pulumi.Input<OutcomeExpectation>[]>;
  /**
   * Values whose change makes a new cancel call, by replacing the request. Default: `[]`. Refused with
   * `cancelOn: "delete"`.
   */
  triggers?: pulumi.Input<unknown[]>;
  /** Address of the service account to call as. Default: from config and environment. */
  impersonateServiceAccount?: pulumi.Input<string>;
  /**
   * Address of the user to call as, by domain-wide delegation; Cloud Channel wants a reseller's administrator. Default:
   * from the config `cancellation:subject`.
   */
  subject?: pulumi.Input<string>;
}

/** What is known beforehand of a request that is looked up with {@link CancellationRequest.get}. */
export interface CancellationRequestState {
  /** The service that runs the operation, where its version or scopes are not the default ones of the host in the id. */
  service?: pulumi.Input<ServiceArgs>;
  /** Address of the service account to call as. */
  impersonateServiceAccount?: pulumi.Input<string>;
  /** Address of the user to call as. */
  subject?: pulumi.Input<string>;
}

/**
 * A request to cancel a Google long-running operation.
 *
 * Creating it makes the cancel call; then it is watched until the operation settles. A cancel is best effort: only reading
 * the operation tells whether it ended cancelled, completed despite it, or failed, and {@link outcome} says which.
 *
 * ```ts
 * const request = new CancellationRequest("stuck-entitlement", { operation: "operations/AbC" });
 * export const outcome = request.outcome;
 * ```
 *
 * The id is the operation's full resource name, for example `//cloudchannel.googleapis.com/operations/AbC`.
 *
 * Fails when an argument is not valid, before any call; when the service refuses the call; and when the operation's
 * outcome is not expected. A time-out keeps the resource, and the next `pulumi up` goes on waiting without a second call.
 *
 * Source: `google/longrunning/operations.proto`, and the reference of Cloud Channel's `operations.cancel`.
 */
export class CancellationRequest extends pulumi.CustomResource {
  /**
   * Looks up the state of an operation as a request that this program does not manage; nothing is called but a read.
   *
   * @param name the resource's name in this program
   * @param id the operation's full resource name
   * @param state what the id does not tell
   * @param opts options of the resource
   */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: CancellationRequestState = {},
    opts?: pulumi.CustomResourceOptions,
  ): CancellationRequest {
    return new CancellationRequest(name, state as CancellationRequestArgs, { ...opts, id });
  }

  /** Whether `value` is a `CancellationRequest`, of whichever installed copy of this package. */
  static override isInstance(value: unknown): value is CancellationRequest {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === CancellationRequest.__pulumiType;
  }

  /** @internal */
  static readonly __pulumiType = "pulumi-nodejs:dynamic/cancellation:CancellationRequest";

  /** The operation's resource name. */
  declare readonly operation: pulumi.Output<string>;
  /** What is known of the operation: whether it runs, how it ended, or why that is not to be known. */
  declare readonly outcome: pulumi.Output<Outcome>;
  /** Whether the operation was done when it was last read. Absent where it never was read. */
  declare readonly done: pulumi.Output<boolean | undefined>;
  /** The error that the operation ended with; code 1 where it was cancelled. */
  declare readonly error: pulumi.Output<OperationError | undefined>;
  /** The operation's metadata as last read, up to 16 KB of it. */
  declare readonly metadata: pulumi.Output<OperationMessage | undefined>;
  /** The result of an operation that succeeded, up to 16 KB of it. */
  declare readonly response: pulumi.Output<OperationMessage | undefined>;
  /** The kind of operation, for example `CREATE_ENTITLEMENT`, where its metadata says so. */
  declare readonly operationType: pulumi.Output<string | undefined>;
  /** When the server acknowledged the cancel, in RFC 3339. Absent where it never did. */
  declare readonly requestTime: pulumi.Output<string | undefined>;
  /** When the operation was first seen settled, in RFC 3339. */
  declare readonly settleTime: pulumi.Output<string | undefined>;
  /** The endpoint of the last call, for example `https://cloudchannel.googleapis.com`. */
  declare readonly endpoint: pulumi.Output<string>;

  /**
   * @param name the resource's name in this program
   * @param args what to cancel, and how
   * @param opts options of the resource; `customTimeouts` bounds its waits
   * @throws when the package is not a direct dependency of the program, or is installed with Yarn's Plug'n'Play
   */
  constructor(name: string, args: CancellationRequestArgs, opts: pulumi.CustomResourceOptions = {}) {
    checkProgramDirectory();
    checkConfigKeys();
    warnOfPlainCredentials();
    // Pulumi's host hands a provider no time-outs, so they go in as an argument, and are validated with the others.
    const { customTimeouts, ...options } = opts;
    const properties = {
      ...args,
      // get() comes without it; only a key that is there becomes an output.
      operation: args.operation as pulumi.Input<string> | undefined,
      ...(customTimeouts ? { customTimeouts: { ...customTimeouts } } : {}),
      outcome: undefined,
      done: undefined,
      error: undefined,
      metadata: undefined,
      response: undefined,
      operationType: undefined,
      requestTime: undefined,
      settleTime: undefined,
      endpoint: undefined,
      // Constant, so that an upgrade of the package changes nothing. The host evaluates it.
      __provider: 'exports.handler=()=>require("pulumi-operation-cancellation/provider").request',
    };
    super(CancellationRequest.__pulumiType, name, properties, options);
  }
}
