import * as pulumi from "@pulumi/pulumi";
import type { CancellationRequestArgs, CancellationRequestState } from "../cancellationRequest";
import { movedFrom } from "../movedFrom";
import { absentRequestOutputs, RequestOutputs } from "../outputs";
import { checkResource, warnOfPlainCredentials } from "../programChecks";

/**
 * Requests the cancellation of a Google long-running operation.
 *
 * Creating the resource sends the cancel, and then waits until the operation settles. A cancel is best effort. Only a
 * read shows whether the operation was cancelled, completed despite the cancel, or failed. `outcome` holds the result.
 *
 * A step fails before any call if an argument isn't valid. It also fails if the service refuses the cancel, or if
 * `expect` doesn't include the outcome. After a timeout the engine keeps the resource, and the next `pulumi up` resumes
 * the wait without a second cancel. The resource option `customTimeouts` (`create`, `update`, `delete`) limits each
 * step, to 10 minutes by default.
 *
 * If the cancel is sent at the creation, all arguments together may have 16 KB of JSON, where a number counts as 12
 * bytes.
 *
 * The id is the operation's full resource name, for example `//cloudchannel.googleapis.com/operations/AbC`. An import
 * takes the same id. An imported request only watches until its deletion, because its `cancelOn` is `"delete"`.
 *
 * @remarks Has the same arguments and outputs as the resource of the dynamic provider, and takes over its state.
 */
export class CancellationRequest extends RequestOutputs {
  /**
   * Looks up an operation as a request that this program doesn't manage. Reads the operation, and sends no cancel.
   *
   * @param name the resource's name in this program
   * @param id the operation's full resource name, for example `//cloudchannel.googleapis.com/operations/AbC`
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
    // With this argument, the plugin knows a lookup from an import, which has no arguments.
    const args = { ...state, cancelOn: "create" } as CancellationRequestArgs;
    return new CancellationRequest(name, args, { ...opts, id });
  }

  /** Returns whether `value` is a `CancellationRequest` of any installed copy of this package. */
  static override isInstance(value: unknown): value is CancellationRequest {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === CancellationRequest.__pulumiType;
  }

  /** @internal */
  static readonly __pulumiType = "cancellation:index:CancellationRequest";

  /**
   * @param name the resource's name in this program
   * @param args what to cancel, and how
   * @param opts options of the resource; `customTimeouts` limits its waits
   * @throws if `args` isn't an object
   */
  constructor(name: string, args: CancellationRequestArgs, opts: pulumi.CustomResourceOptions = {}) {
    checkResource("CancellationRequest", name, args, '{ operation: "operations/AbC" }');
    warnOfPlainCredentials();
    const properties = {
      ...args,
      operation: args.operation as pulumi.Input<string> | undefined,
      ...absentRequestOutputs,
    };
    super(
      CancellationRequest.__pulumiType,
      name,
      properties,
      movedFrom("pulumi-nodejs:dynamic/cancellation:CancellationRequest", opts),
    );
  }
}
