import * as pulumi from "@pulumi/pulumi";
import { checkConfigKeys, checkProgramDirectory, warnOfPlainCredentials } from "./programChecks";
import type {
  AcknowledgedCancel,
  OperationMatch,
  OutcomeCounts,
  OutcomeExpectation,
  ServiceArgs,
  SweptOperation,
} from "./types";

/**
 * The arguments of a {@link CancellationSweep}. One of `filter`, `match`, `names` and `all` is required, so that nothing is
 * swept by an oversight. Changes of the selection are updates, which cancel only what they select themselves.
 */
export interface CancellationSweepArgs {
  /**
   * What is listed: a resource name that ends in `operations`. Default: `operations`, which is Cloud Channel's. Another
   * collection replaces the sweep.
   */
  collection?: pulumi.Input<string>;
  /** Passed to the server as it is; Cloud Channel does not document a grammar. Default: none. */
  filter?: pulumi.Input<string>;
  /** Judged here, on what the server lists: a glob for the name, and types of operations. Default: none. */
  match?: pulumi.Input<OperationMatch>;
  /** Operations named one by one, for services that can't list. Not together with `filter` and `match`. */
  names?: pulumi.Input<pulumi.Input<string>[]>;
  /** Cancels every running operation of the collection, in place of `filter`, `match` and `names`. Default: `false`. */
  all?: pulumi.Input<boolean>;
  /** More running operations than this that match fail the sweep before its first call. Default: 1,000. */
  limit?: pulumi.Input<number>;
  /** Calls in flight, 1 to 64. Default: 16. */
  concurrency?: pulumi.Input<number>;
  /**
   * A file that gets a JSON line for every operation of a run: name, outcome, times and errors. Relative to the program's
   * directory; runs are added to it. Default: none.
   */
  report?: pulumi.Input<string>;
  /**
   * When the sweep runs. `"delete"`, the default: when it is destroyed or removed from the program; until then it counts
   * what matches. `"create"`: with the resource.
   */
  cancelOn?: pulumi.Input<"create" | "delete">;
  /** `"settled"`, the default: until every operation has ended. `"accepted"`: until the server took every request. */
  waitFor?: pulumi.Input<"settled" | "accepted">;
  /**
   * The outcomes that count as success for each operation. Default: `cancelled`, `succeeded` and `failed`, and in a delete
   * also `notFound`.
   */
  expect?: pulumi.Input<pulumi.Input<OutcomeExpectation>[]>;
  /** Values whose change sweeps again, by replacing. Default: `[]`. Refused with `cancelOn: "delete"`. */
  triggers?: pulumi.Input<unknown[]>;
  /** The service that runs the operations. Default: Cloud Channel. Another endpoint or version replaces the sweep. */
  service?: pulumi.Input<ServiceArgs>;
  /** Address of the service account to call as. Default: from config and environment. */
  impersonateServiceAccount?: pulumi.Input<string>;
  /** Address of the user to call as, by domain-wide delegation. Default: from the config `cancellation:subject`. */
  subject?: pulumi.Input<string>;
}

/**
 * Cancels every matching operation at once, as one resource: the teardown of an environment, or a clean-up.
 *
 * ```ts
 * // When the stack is destroyed, the operations that still run are cancelled before the environment goes.
 * new CancellationSweep("teardown", { match: { operationTypes: ["CREATE_ENTITLEMENT"] } }, { dependsOn: environment });
 * ```
 *
 * It lists first and compares the count with `limit`. Then it cancels, and lists again until a listing shows nothing new; if
 * five listings in a row show new operations, it fails. It goes on when one call fails, and reports all failures in one error.
 * Running it again is harmless.
 *
 * The resource option `customTimeouts` (create, update, delete) bounds it, 10 minutes each by default.
 *
 * Source: `google/longrunning/operations.proto`, and the reference of Cloud Channel's `operations`.
 */
export class CancellationSweep extends pulumi.CustomResource {
  /** Whether `value` is a `CancellationSweep`, of whichever installed copy of this package. */
  static override isInstance(value: unknown): value is CancellationSweep {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === CancellationSweep.__pulumiType;
  }

  /** @internal */
  static readonly __pulumiType = "pulumi-nodejs:dynamic/cancellation:CancellationSweep";

  /** How many operations the sweep is about: those that matched and ran. */
  declare readonly matched: pulumi.Output<number>;
  /** How many operations have come to each outcome. */
  declare readonly outcomes: pulumi.Output<OutcomeCounts>;
  /**
   * At most 100 of the operations: first those with an acknowledged cancel that still run, then the unexpected ones. `report`
   * gets them all.
   */
  declare readonly operations: pulumi.Output<SweptOperation[]>;
  /** When the server acknowledged the first cancel, in RFC 3339. */
  declare readonly requestTime: pulumi.Output<string | undefined>;
  /** When all of them were first seen settled, in RFC 3339. */
  declare readonly settleTime: pulumi.Output<string | undefined>;
  /** The endpoint of the last call, for example `https://cloudchannel.googleapis.com`. */
  declare readonly endpoint: pulumi.Output<string>;
  /**
   * `true` if the last run did not confirm with a listing that nothing is left to cancel. The next `pulumi up` goes on. Absent
   * otherwise.
   */
  declare readonly incomplete: pulumi.Output<boolean | undefined>;
  /** `true` if the last run could not write its `report`. The next `pulumi up` writes what is known. Absent otherwise. */
  declare readonly unreported: pulumi.Output<boolean | undefined>;
  /**
   * At most 200 operations whose cancel the server acknowledged and that the present selection doesn't mean. The sweep doesn't
   * cancel them again if the selection comes to mean them. Encrypted, because an earlier selection may have been a secret. Absent
   * if there are none.
   */
  declare readonly acknowledged: pulumi.Output<AcknowledgedCancel[] | undefined>;

  /**
   * @param name the resource's name in this program
   * @param args what to sweep, and how
   * @param opts options of the resource; `customTimeouts` bounds its waits
   * @throws when the package is not a direct dependency of the program, or is installed with Yarn's Plug'n'Play
   */
  constructor(name: string, args: CancellationSweepArgs, opts: pulumi.CustomResourceOptions = {}) {
    checkProgramDirectory();
    checkConfigKeys();
    warnOfPlainCredentials();
    // Pulumi's host hands a provider no time-outs, so they go in as an argument, and are validated with the others.
    const { customTimeouts, ...options } = opts;
    // Names of an earlier selection, which may have been a secret.
    const additionalSecretOutputs = [...(opts.additionalSecretOutputs ?? []), "acknowledged"];
    const properties = {
      ...args,
      ...(customTimeouts ? { customTimeouts: { ...customTimeouts } } : {}),
      matched: undefined,
      outcomes: undefined,
      operations: secretLike(args.names),
      requestTime: undefined,
      settleTime: undefined,
      endpoint: undefined,
      incomplete: undefined,
      unreported: undefined,
      acknowledged: undefined,
      // Constant, so that an upgrade of the package changes nothing. The host evaluates it.
      __provider: 'exports.handler=()=>require("pulumi-operation-cancellation/provider").sweep',
    };
    super(CancellationSweep.__pulumiType, name, properties, { ...options, additionalSecretOutputs });
  }
}

/**
 * Pulumi keeps an output encrypted if the input of the same name is a secret. So `operations`, which repeats names, gets an
 * empty secret as its input if `names` is a secret or holds one.
 */
function secretLike(names: CancellationSweepArgs["names"]): pulumi.Output<string[] | undefined> | undefined {
  if (names === undefined) return undefined;
  const isSecret = pulumi.output(pulumi.isSecret(pulumi.output(names)));
  return isSecret.apply((secret) => (secret ? pulumi.secret<string[]>([]) : undefined)) as pulumi.Output<
    string[] | undefined
  >;
}
