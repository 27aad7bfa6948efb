import { describeNetworkError } from "../common/networkErrors";
import { singleLine } from "../common/text";
import type { Code } from "../common/rpcCodes";

/** The methods of `google.longrunning.Operations` that REST has. */
export type Method = "cancel" | "get" | "list";

/** A call, as the errors of this folder describe it. */
export interface Call {
  readonly method: Method;
  /** The operation, or the collection of a list. */
  readonly name: string;
  /** The endpoint and the version, for example `https://cloudchannel.googleapis.com/v1`. */
  readonly base: string;
}

/** The error of a call. It never holds a header, so it never holds a credential. */
export abstract class CallError extends Error {
  constructor(
    readonly call: Call,
    message: string,
    /** How long the server asks to wait before another call, in milliseconds. */
    readonly retryAfter?: number,
  ) {
    super(`${call.name}: ${message}`);
    this.name = new.target.name;
  }
}

/** The service responded with an error of its own (AIP-193). */
export class RpcError extends CallError {
  constructor(
    call: Call,
    readonly code: Code,
    readonly httpStatus: number,
    /** The service's message. */
    readonly reason: string,
    readonly details: readonly unknown[] = [],
    retryAfter?: number,
  ) {
    const reasons = singleLine(reason, maxMessageLength).replace(/\.+$/, "");
    super(
      call,
      `the ${call.method} call failed with ${code} (HTTP ${httpStatus})${reasons && `: ${reasons}`}`,
      retryAfter,
    );
  }
}

/** The response isn't one of the operations API. It may come from a proxy, another host, or another version. */
export class InvalidResponseError extends CallError {
  constructor(
    call: Call,
    readonly httpStatus: number,
    /** What is wrong with the response, for example `a body that isn't a JSON object`. */
    readonly flaw: string,
    /** The body of the response. The message shows its beginning, on one line. */
    body = "",
    retryAfter?: number,
  ) {
    const start = singleLine(body, maxExcerptLength);
    super(
      call,
      `${call.base} responded to the ${call.method} call with HTTP ${httpStatus} and ${flaw}. ` +
        "Check that service.endpoint, service.version, and the config cancellation:endpoint are those of the service" +
        (start ? `. The response begins: ${start}` : ""),
      retryAfter,
    );
  }
}

/** No response came, for example because of a refused connection, a name that doesn't resolve, or a timeout. */
export class NoResponseError extends CallError {
  constructor(
    call: Call,
    /** The error code of Node.js or axios, for example ECONNRESET or ETIMEDOUT. */
    readonly reason: string,
    /** Whether the request never left this machine, because its connection was never ready. */
    readonly neverSent: boolean,
    /** What went wrong. Default: the meaning of the code. */
    readonly detail = describeNetworkError(reason),
  ) {
    super(
      call,
      `no response from ${call.base} to the ${call.method} call: ${detail} (${reason})` +
        (neverSent ? ", so nothing was sent" : ""),
    );
  }
}

/**
 * This machine refused the connection, because nothing listens at the endpoint's port, or at the proxy's. A service on
 * this machine that restarts is back within seconds, so retries end soon.
 */
export class NoListenerError extends NoResponseError {
  /** @param detail what went wrong at a proxy, and what to do */
  constructor(call: Call, detail?: string) {
    super(call, "ECONNREFUSED", true, detail);
    if (detail === undefined) {
      this.message +=
        ". Nothing listens at this address. Start the emulator or the server there. If calls are to go elsewhere, unset " +
        "what names the address: the variable CANCELLATION_ENDPOINT, the config cancellation:endpoint, or service.endpoint";
    }
  }
}

/**
 * The retry of a cancel failed, after an earlier attempt whose response was lost. The service may have carried out the
 * earlier attempt.
 */
export class RetriedCancelError extends CallError {
  constructor(
    /** The error of the earlier attempt. */
    readonly earlier: CallError,
    /** The error of the last attempt. It can also be one of the header source. */
    override readonly cause: unknown,
  ) {
    super(earlier.call, "the server may have carried out an earlier cancel call, and the retry failed");
  }
}

/** Returns whether the service, or a proxy before it, refused the credential. */
export function isUnauthenticated(error: unknown): boolean {
  if (error instanceof RpcError) return error.code === "UNAUTHENTICATED";
  return error instanceof InvalidResponseError && error.httpStatus === 401;
}

/** The call was not made, because the host was down or asked for a pause until the deadline. */
export class PausedError extends CallError {
  /** @param last the host's last error */
  constructor(call: Call, last: CallError | undefined) {
    super(
      call,
      `the ${call.method} call wasn't made, because ${call.base} wasn't accepting calls` +
        (last ? `. The last error: ${last.message}` : ""),
    );
  }
}

/** The call was not made, because the step's time limit was over. */
export class TimeLimitError extends CallError {
  /** @param allowance the step's time limit, in milliseconds */
  constructor(call: Call, allowance: number) {
    super(call, `the ${call.method} call wasn't made, because the time limit of ${allowance / 1000} s was over`);
  }
}

/** The call was not made, because the user interrupted the deployment. */
export class InterruptedError extends CallError {
  constructor(call: Call) {
    super(call, `the ${call.method} call wasn't made, because the deployment was interrupted`);
  }
}

/** The maximum length of the excerpt of an invalid response, in characters. It must not fill the screen. */
const maxExcerptLength = 200;

/** The maximum length of a service's message, in characters. It has room for the link that ends Google's messages. */
const maxMessageLength = 500;
