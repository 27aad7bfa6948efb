import * as pulumi from "@pulumi/pulumi";
import { checkConfigKeys, checkProgramDirectory, checkResource, warnOfPlainCredentials } from "./programChecks";
import { movedFrom } from "./movedFrom";
import { absentRequestOutputs, RequestOutputs } from "./outputs";
import type { CancelOn, OutcomeExpectation, ServiceArgs, WaitFor } from "./types";

/**
 * The arguments of a {@link CancellationRequest}. With `cancelOn: "create"`, all arguments together may have 16 KB of
 * JSON, where a number counts as 12 bytes.
 */
export type CancellationRequestArgs = CancellationRequestBaseArgs & CancellationRequestTiming;

/** The arguments of a {@link CancellationRequest} that don't exclude each other. */
export interface CancellationRequestBaseArgs {
  /**
   * The resource name of the operation to cancel, without scheme, host and version, in at most 1,024 characters. For
   * Cloud Channel it has the form `operations/AbC`. For another service it's, for example,
   * `projects/p/locations/l/operations/AbC`. A change replaces the request.
   */
  operation: pulumi.Input<string>;
  /**
   * The service that runs the operation. A change of its endpoint or version replaces the request. A change of its
   * scopes updates the request without a call. Default: Cloud Channel, version `v1`.
   */
  service?: pulumi.Input<ServiceArgs>;
  /**
   * What the step that sends the cancel waits for. `"settled"`: until the operation has ended. `"accepted"`: until the
   * server acknowledges the cancel. `pulumi refresh` then shows how the operation ended. Default: `"settled"`.
   *
   * The resource option `customTimeouts` limits the wait. Without it, the limit is 10 minutes.
   */
  waitFor?: pulumi.Input<WaitFor>;
  /**
   * The outcomes that count as success. Any other outcome fails the step with an error. Default: `cancelled`,
   * `succeeded` and `failed`. A delete also accepts `notFound` by default. To require a cancellation, set
   * `["cancelled"]`.
   */
  expect?: pulumi.Input<pulumi.Input<OutcomeExpectation>[]>;
  /**
   * The path of a file, relative to the program's directory. Each step that changes the outcome appends a line of JSON
   * with the operation's name, outcome, times and error. Default: no report.
   */
  report?: pulumi.Input<string>;
  /**
   * The email address of the service account to call as. Default: that of the provider, the stack's config or the
   * environment.
   */
  impersonateServiceAccount?: pulumi.Input<string>;
  /**
   * The email address of the user to call as, by domain-wide delegation. Cloud Channel requires an administrator of the
   * reseller. Default: that of the provider, the stack's config or the environment.
   */
  subject?: pulumi.Input<string>;
}

/** When a {@link CancellationRequest} sends the cancel. Only a request that sends it when it's created has triggers. */
export type CancellationRequestTiming =
  | {
      /**
       * When to send the cancel. `"create"`: when the resource is created. `"delete"`: when the resource is destroyed,
       * removed from the program, renamed without an alias, or replaced. Until then the resource only watches. Default:
       * `"create"`.
       */
      cancelOn?: pulumi.Input<CancelOn>;
      triggers?: undefined;
    }
  | {
      cancelOn?: pulumi.Input<"create">;
      /**
       * Values whose change replaces the request, which sends a new cancel. Not allowed with `cancelOn: "delete"`.
       * Default: `[]`.
       */
      triggers?: pulumi.Input<unknown[]>;
    };

/** What the id of an operation that is looked up doesn't include. */
export interface CancellationRequestState {
  /** The service that runs the operation. Default: the host in the id, with its default version and scopes. */
  service?: pulumi.Input<ServiceArgs>;
  /**
   * The email address of the service account to call as. Default: that of the provider, the stack's config or the
   * environment.
   */
  impersonateServiceAccount?: pulumi.Input<string>;
  /**
   * The email address of the user to call as, by domain-wide delegation. Default: that of the provider, the stack's
   * config or the environment.
   */
  subject?: pulumi.Input<string>;
}

/**
 * Requests the cancellation of a Google long-running operation.
 *
 * Creating the resource sends the cancel, and then waits until the operation settles. A cancel is best effort. Only a
 * read shows whether the operation was cancelled, completed despite the cancel, or failed. `outcome` holds the
 * result.
 *
 * ```ts
 * const request = new CancellationRequest("stuck-entitlement", { operation: "operations/AbC" });
 * export const outcome = request.outcome;
 * ```
 *
 * The id is the operation's full resource name, for example `//cloudchannel.googleapis.com/operations/AbC`.
 *
 * A step fails before any call if an argument isn't valid. It also fails if the service refuses the cancel, or if
 * `expect` doesn't include the outcome. After a timeout the engine keeps the resource, and the next `pulumi up` resumes
 * the wait without a second cancel.
 *
 * Source: `google/longrunning/operations.proto`, and the reference of Cloud Channel's `operations.cancel`.
 */
export class CancellationRequest extends RequestOutputs {
  /**
   * Looks up an operation as a request that this program doesn't manage. Reads the operation, and sends no cancel.
   *
   * @param name the resource's name in this program
   * @param id the operation's full resource name
   * @param state what the id doesn't include
   * @param opts options of the resource
   * @throws if there is no id
   */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state: CancellationRequestState | null = {},
    opts?: pulumi.CustomResourceOptions,
  ): CancellationRequest {
    // Without an id, Pulumi would create the request.
    if (!id) {
      const example = "//cloudchannel.googleapis.com/operations/AbC";
      throw new Error(
        `CancellationRequest.get has no id for "${name}". Give the full resource name, for example ${example}`,
      );
    }
    return new CancellationRequest(name, (state ?? {}) as CancellationRequestArgs, { ...opts, id });
  }

  /** Returns whether `value` is a `CancellationRequest` of any installed copy of this package. */
  static override isInstance(value: unknown): value is CancellationRequest {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === CancellationRequest.__pulumiType;
  }

  /** @internal */
  static readonly __pulumiType = "pulumi-nodejs:dynamic/cancellation:CancellationRequest";

  /**
   * @param name the resource's name in this program
   * @param args what to cancel, and how
   * @param opts options of the resource; `customTimeouts` limits its waits
   * @throws if `name` isn't a nonempty string, or `args` isn't an object
   * @throws if the package isn't a direct dependency of the program, or is installed with Yarn's Plug'n'Play
   */
  constructor(name: string, args: CancellationRequestArgs, opts: pulumi.CustomResourceOptions = {}) {
    checkResource("CancellationRequest", name, args, '{ operation: "operations/AbC" }');
    checkProgramDirectory();
    checkConfigKeys();
    warnOfPlainCredentials();
    // Pulumi's host doesn't pass timeouts to a provider. They become an argument, which is validated with the others.
    const { customTimeouts, ...options } = opts;
    const properties = {
      ...args,
      // get() passes no operation, but only a property that is present here becomes an output.
      operation: args.operation as pulumi.Input<string> | undefined,
      ...(customTimeouts ? { customTimeouts } : {}),
      ...absentRequestOutputs,
      // For lines and reports. The host doesn't know the name.
      __resourceName: name,
      // The host evaluates this code. It's constant, so that an upgrade of the package doesn't change the resource.
      __provider: 'exports.handler=()=>require("pulumi-operation-cancellation/provider").request',
    };
    super(
      CancellationRequest.__pulumiType,
      name,
      properties,
      movedFrom("cancellation:index:CancellationRequest", options),
    );
    // It isn't an output.
    Reflect.deleteProperty(this, "__resourceName");
  }
}
