import type * as pulumi from "@pulumi/pulumi";

import type { Outcome } from "./operations/outcome";

export type { Outcome };

/** A service that has `google.longrunning.Operations` over REST. */
export interface ServiceArgs {
  /**
   * Scheme, host and port. The scheme is https, or http for this machine. Default:
   * `https://cloudchannel.googleapis.com`.
   */
  endpoint?: pulumi.Input<string>;
  /** The API's version, one path segment. Default: `v1`. */
  version?: pulumi.Input<string>;
  /**
   * The OAuth scopes to request a token for. Default: `https://www.googleapis.com/auth/apps.order` for Cloud Channel,
   * `https://www.googleapis.com/auth/cloud-platform` for any other service.
   */
  scopes?: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * When a resource sends the cancel:
 *
 * - `create`: When the resource is created.
 * - `delete`: When the resource is destroyed, removed from the program, renamed without an alias, or replaced.
 */
export type CancelOn = "create" | "delete";

/**
 * What a step that sends a cancel waits for:
 *
 * - `settled`: Until the operation has ended.
 * - `accepted`: Until the server acknowledges the cancel.
 */
export type WaitFor = "settled" | "accepted";

/**
 * The outcomes that `expect` can include. A wait ends with one of them:
 *
 * - `cancelled`: The operation is done, with error code 1.
 * - `succeeded`: The operation completed, despite the cancel or before it.
 * - `failed`: The operation is done, with another error.
 * - `unsupported`: The operation is running, and the service can't cancel it.
 * - `notFound`: The service doesn't have the operation, or no longer has it.
 */
export type OutcomeExpectation = "cancelled" | "succeeded" | "failed" | "unsupported" | "notFound";

/** The error that an operation ended with, a `google.rpc.Status`. */
export interface OperationError {
  /** The number of a `google.rpc.Code`. 1 is CANCELLED. */
  code: number;
  /** The code's name. */
  status: string;
  /** The error's text, at most 16 KB. */
  message: string;
  /** The details, at most 16 KB. */
  details: unknown[];
}

/**
 * A message of a service, a `google.protobuf.Any` in JSON. If it's larger than 16 KB, it's truncated: `cut` says how
 * much is kept, and `json` has the beginning as text.
 */
export type OperationMessage = Record<string, unknown>;

/** The conditions for an operation. A matching operation meets all of them. */
export interface OperationMatch {
  /**
   * A glob for the name, in picomatch's syntax, at most 1,000 characters. `*` matches within a segment, and `**` any
   * number of segments. `{a,b}` and `[0-9]` match one of several. A leading `!` negates the glob. Default: any name.
   */
  name?: pulumi.Input<string>;
  /** The values that the metadata's `operationType` may have, for example `CREATE_ENTITLEMENT`. Default: any type. */
  operationTypes?: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * How many operations have each outcome. An outcome that no operation has is absent. `unobserved` counts operations
 * that settled between two runs and aren't among the 100 that the state names, so that no run saw how they ended.
 */
export type OutcomeCounts = Partial<Record<Outcome | "unobserved", number>>;

/** An operation of a sweep. */
export interface SweptOperation {
  /** The operation's resource name. */
  name: string;
  /** What is known of the operation. */
  outcome: Outcome;
}

/** A cancel that the server acknowledged. */
export interface AcknowledgedCancel {
  /** The operation's resource name. */
  name: string;
  /** When the server acknowledged the cancel, in RFC 3339. */
  requestTime: string;
}
