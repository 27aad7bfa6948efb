import type * as pulumi from "@pulumi/pulumi";

export type { Outcome } from "./operations/outcome";

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
