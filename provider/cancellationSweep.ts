import * as pulumi from "@pulumi/pulumi";
import { checkConfigKeys, checkProgramDirectory, checkResource, warnOfPlainCredentials } from "./programChecks";
import { movedFrom } from "./movedFrom";
import { absentSweepOutputs, secretLike, secretSweepOutputs, SweepOutputs } from "./outputs";
import type { CancelOn, OperationMatch, OutcomeExpectation, ServiceArgs, WaitFor } from "./types";

/**
 * The arguments of a {@link CancellationSweep}. One of `filter`, `match`, `names` and `all` is required, so that a
 * program can't cancel everything by mistake. A change of the selection is an update, which cancels only what the new
 * selection includes. With `cancelOn: "create"`, all arguments together may have 16 KB of JSON, where a number counts
 * as 12 bytes.
 */
export type CancellationSweepArgs = CancellationSweepBaseArgs & CancellationSweepSelection & CancellationSweepTiming;

/** The arguments of a {@link CancellationSweep} that don't exclude each other. */
export interface CancellationSweepBaseArgs {
  /**
   * The collection to list: a resource name that ends in `operations`. A change replaces the sweep. Default:
   * `operations`, which is Cloud Channel's collection.
   */
  collection?: pulumi.Input<string>;
  /**
   * The most running operations that may match, at most 1,000,000. If more match, the sweep fails and cancels nothing.
   * Default: 1,000.
   */
  limit?: pulumi.Input<number>;
  /** How many calls are in flight at a time, 1 to 64. Default: 16. */
  concurrency?: pulumi.Input<number>;
  /**
   * The path of a file, relative to the program's directory. Each run appends a line of JSON for each operation, with
   * its name, outcome, times and errors. Default: no report.
   */
  report?: pulumi.Input<string>;
  /**
   * What the step that cancels waits for. `"settled"`: until every operation has ended. `"accepted"`: until the server
   * acknowledges every cancel. Default: `"settled"`.
   */
  waitFor?: pulumi.Input<WaitFor>;
  /**
   * The outcomes that count as success for each operation. Any other outcome fails the step with an error. Default:
   * `cancelled`, `succeeded` and `failed`. With `cancelOn: "delete"` also `notFound`.
   */
  expect?: pulumi.Input<pulumi.Input<OutcomeExpectation>[]>;
  /**
   * The service that runs the operations. A change of its endpoint or version replaces the sweep. Default: Cloud
   * Channel, version `v1`.
   */
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

/** What a {@link CancellationSweep} selects: by `filter` and `match`, by `names`, or `all`. */
export type CancellationSweepSelection =
  | {
      /** A filter for the server, sent unchanged. Cloud Channel documents no grammar for it. Default: none. */
      filter: pulumi.Input<string>;
      match?: pulumi.Input<OperationMatch>;
      names?: undefined;
      all?: pulumi.Input<false> | undefined;
    }
  | {
      filter?: pulumi.Input<string>;
      /**
       * A glob for the name, and types of operations. The package applies it to what the server lists. Default: none.
       */
      match: pulumi.Input<OperationMatch>;
      names?: undefined;
      all?: pulumi.Input<false> | undefined;
    }
  | {
      filter?: undefined;
      match?: undefined;
      /**
       * The names of the operations, for services that can't list. Not allowed with `filter` or `match`. Default: none.
       */
      names: pulumi.Input<pulumi.Input<string>[]>;
      all?: pulumi.Input<false> | undefined;
    }
  | {
      filter?: undefined;
      match?: undefined;
      names?: undefined;
      /** `true` selects the whole collection. Not allowed with `filter`, `match` or `names`. Default: `false`. */
      all: pulumi.Input<true>;
    };

/** When a {@link CancellationSweep} cancels. Only a sweep that cancels when it's created has triggers. */
export type CancellationSweepTiming =
  | {
      /**
       * When the sweep cancels. `"delete"`: when the sweep is destroyed, removed from the program, renamed without an
       * alias, or replaced. Until then it counts what matches. `"create"`: when the sweep is created. Default:
       * `"delete"`.
       */
      cancelOn?: pulumi.Input<CancelOn>;
      triggers?: undefined;
    }
  | {
      cancelOn: pulumi.Input<"create">;
      /**
       * Values whose change replaces the sweep, which sweeps again. Not allowed with `cancelOn: "delete"`. Default:
       * `[]`.
       */
      triggers?: pulumi.Input<unknown[]>;
    };

/**
 * Cancels every matching operation, as one resource. Use it to tear down an environment, or to clean up.
 *
 * ```ts
 * // `pulumi destroy` cancels the operations that still run before it deletes the environment's resources.
 * new CancellationSweep("teardown", { match: { operationTypes: ["CREATE_ENTITLEMENT"] } }, { dependsOn: environment });
 * ```
 *
 * The sweep lists first, and compares the count with `limit`. Then it cancels, and lists again until a listing shows
 * nothing new. If five listings in a row show new operations, the sweep fails. If one call fails, the sweep continues
 * with the others, and reports all failures in one error. You can safely run it again.
 *
 * The resource option `customTimeouts` (`create`, `update`, `delete`) limits each step. Default: 10 minutes for each
 * step.
 *
 * Source: `google/longrunning/operations.proto`, and the reference of Cloud Channel's `operations`.
 */
export class CancellationSweep extends SweepOutputs {
  /** Returns whether `value` is a `CancellationSweep` of any installed copy of this package. */
  static override isInstance(value: unknown): value is CancellationSweep {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === CancellationSweep.__pulumiType;
  }

  /** @internal */
  static readonly __pulumiType = "pulumi-nodejs:dynamic/cancellation:CancellationSweep";

  /**
   * @param name the resource's name in this program
   * @param args what to cancel, and how
   * @param opts options of the resource; `customTimeouts` limits its steps
   * @throws if `name` isn't a nonempty string, or `args` isn't an object
   * @throws if the package isn't a direct dependency of the program, or is installed with Yarn's Plug'n'Play
   */
  constructor(name: string, args: CancellationSweepArgs, opts: pulumi.CustomResourceOptions = {}) {
    checkResource("CancellationSweep", name, args, '{ match: { name: "operations/**" } }');
    checkProgramDirectory();
    checkConfigKeys();
    warnOfPlainCredentials();
    // Pulumi's host doesn't pass timeouts to a provider. They become an argument, which is validated with the others.
    const { customTimeouts, ...options } = opts;
    const additionalSecretOutputs = [...(opts.additionalSecretOutputs ?? []), ...secretSweepOutputs];
    const properties = {
      ...args,
      ...(customTimeouts ? { customTimeouts } : {}),
      ...absentSweepOutputs,
      operations: secretLike(args.names),
      // For lines and reports. The host doesn't know the name.
      __resourceName: name,
      // The host evaluates this code. It's constant, so that an upgrade of the package doesn't change the resource.
      __provider: 'exports.handler=()=>require("pulumi-operation-cancellation/provider").sweep',
    };
    super(
      CancellationSweep.__pulumiType,
      name,
      properties,
      movedFrom("cancellation:index:CancellationSweep", { ...options, additionalSecretOutputs }),
    );
    // It isn't an output.
    Reflect.deleteProperty(this, "__resourceName");
  }
}
