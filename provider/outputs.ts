import * as pulumi from "@pulumi/pulumi";
import type {
  AcknowledgedCancel,
  OperationError,
  OperationMessage,
  Outcome,
  OutcomeCounts,
  SweptOperation,
} from "./types";

/** The outputs of a `CancellationRequest`. */
export abstract class RequestOutputs extends pulumi.CustomResource {
  /** The operation's resource name. */
  declare readonly operation: pulumi.Output<string>;
  /**
   * What is known of the operation: that it runs, how it ended, or that the service can't cancel it or doesn't know it.
   */
  declare readonly outcome: pulumi.Output<Outcome>;
  /** Whether the operation was done at the last read. `null` if it was never read. */
  declare readonly done: pulumi.Output<boolean | null>;
  /** The error that the operation ended with. Its code is 1 if the operation was cancelled. `null` without an error. */
  declare readonly error: pulumi.Output<OperationError | null>;
  /**
   * The operation's metadata at the last read. Metadata of more than 16 KB is truncated: `cut` says how much is kept, and
   * `json` has the beginning as text. `null` if the operation has none.
   */
  declare readonly metadata: pulumi.Output<OperationMessage | null>;
  /** The result of an operation that succeeded, truncated like `metadata`. `null` without one. */
  declare readonly response: pulumi.Output<OperationMessage | null>;
  /** The kind of operation, for example `CREATE_ENTITLEMENT`. `null` if the metadata doesn't include it. */
  declare readonly operationType: pulumi.Output<string | null>;
  /** When the server acknowledged the cancel, in RFC 3339. `null` if it didn't. */
  declare readonly requestTime: pulumi.Output<string | null>;
  /** When a read first found the operation settled, in RFC 3339. `null` until then. */
  declare readonly settleTime: pulumi.Output<string | null>;
  /** The endpoint of the last call, for example `https://cloudchannel.googleapis.com`. */
  declare readonly endpoint: pulumi.Output<string>;
  /**
   * `true` if the last step couldn't write its `report`. The next `pulumi up` writes what is known. `null` otherwise.
   */
  declare readonly unreported: pulumi.Output<boolean | null>;
}

/** The outputs of a `CancellationSweep`. */
export abstract class SweepOutputs extends pulumi.CustomResource {
  /** How many operations matched and were running. */
  declare readonly matched: pulumi.Output<number>;
  /**
   * How many operations have each outcome. An outcome that no operation has is absent. `unobserved` counts operations
   * that settled between two runs and aren't among the 100 in `operations`, so that no run saw how they ended.
   */
  declare readonly outcomes: pulumi.Output<OutcomeCounts>;
  /**
   * At most 100 of the operations. Those with an acknowledged cancel that still run come first, and then those with an
   * unexpected outcome. `report` has all operations.
   */
  declare readonly operations: pulumi.Output<SweptOperation[]>;
  /** When the server acknowledged the first cancel, in RFC 3339. `null` if it acknowledged none. */
  declare readonly requestTime: pulumi.Output<string | null>;
  /** When a run first found all operations settled, in RFC 3339. `null` until then. */
  declare readonly settleTime: pulumi.Output<string | null>;
  /** The endpoint of the last call, for example `https://cloudchannel.googleapis.com`. */
  declare readonly endpoint: pulumi.Output<string>;
  /**
   * `true` if the last run didn't confirm with a listing that nothing is left to cancel. The next `pulumi up` continues
   * the sweep. `null` otherwise.
   */
  declare readonly incomplete: pulumi.Output<boolean | null>;
  /**
   * `true` if the last run couldn't write its `report`. The next `pulumi up` writes what is known. `null` otherwise.
   */
  declare readonly unreported: pulumi.Output<boolean | null>;
  /**
   * At most 200 operations whose cancel the server acknowledged, and that the present selection doesn't include. If a
   * later selection includes them, the sweep doesn't cancel them again. Pulumi encrypts this output, because an earlier
   * selection may have been a secret. `null` if there are none.
   */
  declare readonly acknowledged: pulumi.Output<AcknowledgedCancel[] | null>;
}

/** The properties of a request in Pulumi's form. Only a property that is present here becomes an output. */
export const absentRequestOutputs = {
  outcome: undefined,
  done: undefined,
  error: undefined,
  metadata: undefined,
  response: undefined,
  operationType: undefined,
  requestTime: undefined,
  settleTime: undefined,
  endpoint: undefined,
  unreported: undefined,
};

/** The properties of a sweep in Pulumi's form. */
export const absentSweepOutputs = {
  matched: undefined,
  outcomes: undefined,
  requestTime: undefined,
  settleTime: undefined,
  endpoint: undefined,
  incomplete: undefined,
  unreported: undefined,
  acknowledged: undefined,
};

/** The outputs of a sweep that Pulumi encrypts. This one has names of an earlier selection, which may have been a secret. */
export const secretSweepOutputs = ["acknowledged"];

/**
 * Returns an empty secret if `names` is a secret or holds one, as the input for `operations`, which repeats names.
 * Pulumi encrypts an output if the input of the same name is a secret.
 */
export function secretLike(names: unknown): pulumi.Output<string[] | undefined> | undefined {
  if (names === undefined) return undefined;
  const isSecret = pulumi.output(pulumi.isSecret(pulumi.output(names)));
  return isSecret.apply((secret) => (secret ? pulumi.secret<string[]>([]) : undefined)) as pulumi.Output<
    string[] | undefined
  >;
}
