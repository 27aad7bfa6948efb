import * as pulumi from "@pulumi/pulumi";
import type { CancellationSweepArgs } from "../cancellationSweep";
import { movedFrom } from "../movedFrom";
import { absentSweepOutputs, secretLike, secretSweepOutputs, SweepOutputs } from "../outputs";
import { checkResource, warnOfPlainCredentials } from "../programChecks";

/**
 * Cancels every matching operation, as one resource. Use it to tear down an environment, or to clean up.
 *
 * One of `filter`, `match`, `names` and `all` is required, so that a program can't cancel everything by mistake. A
 * change of the selection is an update, which cancels only what the new selection includes.
 *
 * The sweep lists first, and compares the count with `limit`. Then it cancels, and lists again until a listing shows
 * nothing new. If five listings in a row show new operations, the sweep fails. If one call fails, the sweep continues
 * with the others, and reports all failures in one error. You can safely run it again. The resource option
 * `customTimeouts` (`create`, `update`, `delete`) limits each step, to 10 minutes by default.
 *
 * If the sweep cancels at its creation, all arguments together may have 16 KB of JSON, where a number counts as 12
 * bytes.
 *
 * The id is the collection's full resource name and a random suffix. A sweep can't be imported, because the service
 * knows nothing of it.
 *
 * @remarks Has the same arguments and outputs as the resource of the dynamic provider, and takes over its state.
 */
export class CancellationSweep extends SweepOutputs {
  /** Returns whether `value` is a `CancellationSweep` of any installed copy of this package. */
  static override isInstance(value: unknown): value is CancellationSweep {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === CancellationSweep.__pulumiType;
  }

  /** @internal */
  static readonly __pulumiType = "cancellation:index:CancellationSweep";

  /**
   * @param name the resource's name in this program
   * @param args what to cancel, and how
   * @param opts options of the resource; `customTimeouts` limits its steps
   * @throws if `args` isn't an object
   */
  constructor(name: string, args: CancellationSweepArgs, opts: pulumi.CustomResourceOptions = {}) {
    checkResource("CancellationSweep", name, args, '{ match: { name: "operations/**" } }');
    warnOfPlainCredentials();
    const additionalSecretOutputs = [...(opts.additionalSecretOutputs ?? []), ...secretSweepOutputs];
    const properties = { ...args, ...absentSweepOutputs, operations: secretLike(args.names) };
    const options = movedFrom("pulumi-nodejs:dynamic/cancellation:CancellationSweep", {
      ...opts,
      additionalSecretOutputs,
    });
    super(CancellationSweep.__pulumiType, name, properties, options);
  }
}
