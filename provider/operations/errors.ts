import { describeNetworkError } from "../common/networkErrors";
import { singleLine } from "../common/text";
import type { Code } from "../common/rpcCodes";

/** The methods of `google.longrunning.Operations` that REST has. */
export type Method = "cancel" | "get" | "list";

/** A call that was made: what every error of this folder tells about. */
export interface Call {
  readonly method: Method;
  /** The operation, or the collection of a list. */
  readonly name: string;
  /** Where it went: endpoint and version. */
  readonly base: string;
}

/** Something that a call ended with other than its result. Never holds a header, so never a credential. */
export abstract class CallError extends Error {
  constructor(
    readonly call: Call,
    message: string,
    /** How long the server asked to wait before another call, in milliseconds. */
    readonly retryAfter?: number,
  ) {
    super(`${call.name}: ${message}`);
    this.name = new.target.name;
  }
}

/** The service answered with an error of its own (AIP-193). */
export class RpcError extends CallError {
  constructor(
    call: Call,
    readonly code: Code,
    readonly httpStatus: number,
    /** The service's own words. */
    readonly reason: string,
    readonly details: readonly unknown[] = [],
    retryAfter?: number,
  ) {
    const reasons = singleLine(reason, maxMessageLength).replace(/\.+$/, "");
    super(call, `the ${call.method} was answered ${code} (HTTP ${httpStatus})${reasons && `: ${reasons}`}`, retryAfter);
  }
}

/** Something answered, but not in the way of the operations API: a proxy, another host, another version. */
export class InvalidResponseError extends CallError {
  constructor(
    call: Call,
    readonly httpStatus: number,
    /** What is wrong with the answer. */
    flaw: string,
    /** Begins with what was answered; made fit for one line here. */
    body = "",
    retryAfter?: number,
  ) {
    const start = singleLine(body, maxExcerptLength);
    super(
      call,
      `${call.base} answered the ${call.method} with HTTP ${httpStatus} and ${flaw}. ` +
        "Check that service.endpoint, service.version and the config cancellation:endpoint name the operations API" +
        (start ? `. The answer begins: ${start}` : ""),
      retryAfter,
    );
  }
}

/** No response: a refused or a reset connection, a name that does not resolve, a time-out. */
export class NoResponseError extends CallError {
  constructor(
    call: Call,
    /** Node.js's or axios's code: ECONNRESET, ETIMEDOUT, … */
    readonly reason: string,
    /** Whether the request never left this machine, because its connection was never ready. */
    readonly neverSent: boolean,
    /** What went wrong, where the code alone doesn't tell it. */
    detail = describeNetworkError(reason),
  ) {
    super(
      call,
      `no answer from ${call.base} to the ${call.method}: ${detail} (${reason})` +
        (neverSent ? ", so the call didn't arrive" : ""),
    );
  }
}

/**
 * The retry of a cancel failed, in a way that says nothing about an earlier attempt whose response was lost. The service
 * may have carried out that one.
 */
export class RetriedCancelError extends CallError {
  constructor(
    /** What the earlier attempt ended with. */
    readonly earlier: CallError,
    /** What the last attempt ended with: any error, also one of the credentials. */
    override readonly cause: unknown,
  ) {
    super(earlier.call, "an earlier attempt of the cancel may have been carried out, and its retry failed");
  }
}

/** Whether the service, or something before it, refused the credential. */
export function isUnauthenticated(error: unknown): boolean {
  if (error instanceof RpcError) return error.code === "UNAUTHENTICATED";
  return error instanceof InvalidResponseError && error.httpStatus === 401;
}

/** The call was not made: until the deadline the host had asked for a pause, or was down. */
export class PausedError extends CallError {
  /** @param last what the host did last */
  constructor(call: Call, last: CallError | undefined) {
    super(
      call,
      `the ${call.method} was not made, because ${call.base} did not take calls${last ? `. Last, ${last.message}` : ""}`,
    );
  }
}

/** The call was not made, because the step's time limit was over. */
export class TimeLimitError extends CallError {
  /** @param allowance how long the step was given, in milliseconds */
  constructor(call: Call, allowance: number) {
    super(call, `the ${call.method} was not made, because the time limit of ${allowance / 1000} s was over`);
  }
}

/** How much of an answer that is not understood is shown, in characters: it must not fill the screen. */
const maxExcerptLength = 200;

/** How much of a service's own message: room for the link that Google's messages end with. */
const maxMessageLength = 500;
