import * as pulumi from "@pulumi/pulumi";
import type { CancellationSweepArgs } from "../cancellationSweep";
import { movedFrom } from "../movedFrom";
import { absentSweepOutputs, secretLike, secretSweepOutputs, SweepOutputs } from "../outputs";
import { checkArguments, warnOfPlainCredentials } from "../programChecks";

/**
 * Cancels every matching operation, as one resource. Has the same arguments and outputs as the resource of the dynamic
 * provider, and takes over its state.
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
    checkArguments("CancellationSweep", name, args, '{ match: { name: "operations/**" } }');
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
