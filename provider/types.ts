import type * as pulumi from "@pulumi/pulumi";

import type { Outcome } from "./operations/outcome";

export type { Outcome };

/** A service with `google.longrunning.Operations` over REST. */
export interface ServiceArgs {
  /** Scheme, host and port. Default: `https://cloudchannel.googleapis.com`. */
  endpoint?: pulumi.Input<string>;
  /** Default: `v1`. */
  version?: pulumi.Input<string>;
  /**
   * The OAuth scopes to ask a token for. Default: `https://www.googleapis.com/auth/apps.order` for Cloud Channel,
   * `https://www.googleapis.com/auth/cloud-platform` for any other service.
   */
  scopes?: pulumi.Input<pulumi.Input<string>[]>;
}

/** The outcomes that a request can expect: those that a wait can end with. */
export type OutcomeExpectation = "cancelled" | "succeeded" | "failed" | "unsupported" | "notFound";

/** `google.rpc.Status`, as an operation ends with it. */
export interface OperationError {
  /** A `google.rpc.Code`, by number; 1 is CANCELLED. */
  code: number;
  /** The code's name. */
  status: string;
  message: string;
  /** Up to 16 KB of them. */
  details: unknown[];
}

/**
 * A message of a service, `google.protobuf.Any` in JSON. One larger than 16 KB is cut: `cut` then says how much of it is
 * left, and `json` is its beginning, as text.
 */
export type OperationMessage = Record<string, unknown>;

/** What an operation must match to be meant. */
export interface OperationMatch {
  /**
   * A glob for the name: `*` for a part of a segment, `**` for any number of segments, `{a,b}` and `[0-9]` for one of
   * several; with `!` before it, for all other names. The syntax is picomatch's.
   */
  name?: pulumi.Input<string>;
  /** One of these must be the metadata's `operationType`, for example `CREATE_ENTITLEMENT`. */
  operationTypes?: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * How many operations have come to each outcome; outcomes that none has come to are absent. `unobserved` counts those that
 * settled while nobody looked, beyond the 100 that the state names.
 */
export type OutcomeCounts = Partial<Record<Outcome | "unobserved", number>>;

/** An operation of a sweep. */
export interface SweptOperation {
  name: string;
  outcome: Outcome;
}

/** A cancel that the server acknowledged. */
export interface AcknowledgedCancel {
  /** The operation's resource name. */
  name: string;
  /** When the server acknowledged the cancel, in RFC 3339. */
  requestTime: string;
}
