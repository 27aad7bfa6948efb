import { quote } from "../common/text";
import { type CircuitBreaker, circuitBreakerFor } from "./circuitBreaker";
import type { Deadline } from "../common/deadline";
import {
  type Call,
  CallError,
  InterruptedError,
  type Method,
  NoListenerError,
  NoResponseError,
  RetriedCancelError,
  TimeLimitError,
  InvalidResponseError,
  isUnauthenticated,
} from "./errors";
import { type HttpResponse, type HttpRequest, OversizedResponseError, send, TransportError } from "./transport";
import { type CallObserver, PendingCall } from "./pendingCall";
import { encodeName, isSameOperation, nameIssues } from "./resourceName";
import { type Operation, type OperationsPage, parseOperation, parsePage, parseResponse, retryAfter } from "./response";
import { mayHaveArrived, retrying } from "./retry";

/**
 * Returns the headers that identify the caller, with `authorization` if there is a credential.
 *
 * An error ends the call, unless the error's property `transient` is true. Then the call is retried.
 *
 * @param refused an `authorization` that the server no longer accepts; asks for another one
 * @param timeout how long the call can wait for the headers, in milliseconds
 */
export type HeaderSource = (refused?: string, timeout?: number) => Promise<Readonly<Record<string, string>>>;

export interface ClientOptions {
  /** Origin of the service, for example `https://cloudchannel.googleapis.com`. */
  readonly endpoint: string;
  /** For example `v1`. */
  readonly version: string;
  readonly headers: HeaderSource;
  readonly observe?: CallObserver;
}

export interface ListOptions {
  /** Sent to the server unchanged. Cloud Channel doesn't document a grammar. */
  readonly filter?: string;
  /** Default: the server's. */
  readonly pageSize?: number;
  readonly pageToken?: string;
}

/** An operation, and how long the server asks to wait before the next read, in milliseconds. */
export interface ReadOperation {
  readonly operation: Operation;
  readonly retryAfter?: number;
}

/** The minimum time to wait for a credential, in milliseconds. It matters for the last call at a deadline. */
const minCredentialTimeout = 1_000;

/**
 * Calls `google.longrunning.Operations` over REST. Retries until the deadline where that is safe and useful.
 *
 * Every method throws a {@link CallError}, a `TypeError` for an invalid name, or an error of the header source.
 *
 * Source: `google/longrunning/operations.proto`, and the reference of Cloud Channel's `operations` resource.
 */
export class OperationsClient {
  private readonly base: string;
  private readonly circuitBreaker: CircuitBreaker;
  private readonly authorizations: string[];

  constructor(private readonly options: ClientOptions) {
    this.base = `${options.endpoint}/${options.version}`;
    this.circuitBreaker = circuitBreakerFor(options.endpoint);
    this.authorizations = authorizationsFor(options.endpoint);
  }

  /**
   * Starts an asynchronous cancellation. Returns when the server has accepted the call, before the operation ends.
   *
   * For an error, {@link mayHaveArrived} returns whether the server may have carried out any attempt, also an earlier
   * one.
   *
   * @throws {RetriedCancelError} when the server didn't carry out the last attempt, but perhaps an earlier one
   */
  async cancel(name: string, deadline: Deadline): Promise<void> {
    let uncertain: CallError | undefined;
    const onFailure = (error: unknown) => {
      if (error instanceof CallError && mayHaveArrived(error)) uncertain = error;
    };
    const http = { method: "POST", path: `${encodeName(name)}:cancel` } as const;
    try {
      await this.call("cancel", name, deadline, http, expectEmpty, onFailure);
    } catch (error) {
      throw uncertain === undefined || mayHaveArrived(error) ? error : new RetriedCancelError(uncertain, error);
    }
  }

  async get(name: string, deadline: Deadline): Promise<ReadOperation> {
    return this.call("get", name, deadline, { method: "GET", path: encodeName(name) }, (body, response, call) => {
      const operation = parseOperation(body);
      if (!operation) throw wrongShape(call, response, "a body that isn't a google.longrunning.Operation");
      if (!isSameOperation(name, operation.name)) {
        throw wrongShape(call, response, "a different operation than the requested one");
      }
      const pause = retryAfter(response, body);
      const requested = { ...operation, name };
      return pause === undefined ? { operation: requested } : { operation: requested, retryAfter: pause };
    });
  }

  /** Returns one page of a collection's operations. A collection is a name that ends in `operations`. */
  async list(collection: string, options: ListOptions, deadline: Deadline): Promise<OperationsPage> {
    const query = new URLSearchParams();
    if (options.filter) query.set("filter", options.filter);
    if (options.pageSize) query.set("pageSize", String(options.pageSize));
    if (options.pageToken) query.set("pageToken", options.pageToken);
    const path = query.size > 0 ? `${encodeName(collection)}?${query.toString()}` : encodeName(collection);
    return this.call("list", collection, deadline, { method: "GET", path }, (body, response, call) => {
      const page = parsePage(body);
      if (!page) throw wrongShape(call, response, "a body that isn't a list of operations");
      return page;
    });
  }

  private async call<T>(
    method: Method,
    name: string,
    deadline: Deadline,
    http: { method: HttpRequest["method"]; path: string },
    read: (body: unknown, response: HttpResponse, call: Call) => T,
    onFailure?: (error: unknown) => void,
  ): Promise<T> {
    // Checked again, because an edited state can hold any name. A name with ".." would leave the version's path.
    const [issue] = nameIssues(name);
    if (issue !== undefined) throw new TypeError(`the name ${quote(name)} isn't valid: it ${issue}.`);
    const call: Call = { method, name, base: this.base };
    const pending = new PendingCall(call, deadline, () => this.circuitBreaker.lastError);
    const attempt = async (refused?: string): Promise<T> => {
      pending.phase = "credential";
      const headers = await this.options.headers(
        refused,
        Math.min(timeLeft(call, deadline), credentialTimeout(deadline)),
      );
      const { authorization } = headers;
      if (authorization !== undefined) remember(this.authorizations, authorization);
      const timeout = timeLeft(call, deadline);
      const url = `${this.base}/${http.path}`;
      const { interruption } = deadline;
      const request = { method: http.method, url, headers, secrets: this.authorizations, timeout, interruption };
      pending.phase = "response";
      const response = await sendRequest(call, request);
      try {
        return read(parseResponse(call, response), response, call);
      } catch (error) {
        if (refused === undefined && authorization !== undefined && isUnauthenticated(error))
          return attempt(authorization);
        throw error;
      }
    };
    const firstAttempt = () => {
      pending.attempts++;
      return attempt();
    };
    const takeTurn = () => {
      pending.phase = "turn";
      return this.circuitBreaker.execute(call, deadline, firstAttempt);
    };
    const end = this.options.observe?.(pending);
    try {
      const result = retrying(deadline, takeTurn, {
        onFailure: (error) => {
          pending.fail(error);
          onFailure?.(error);
        },
        hasNoListener: () => this.circuitBreaker.hasNoListener,
      });
      return await unlessInterrupted(result, pending);
    } finally {
      end?.();
    }
  }
}

/**
 * Returns the result of a call, unless the user interrupts the deployment while the call waits for something else than
 * a response. A request that was sent ends by itself soon (`provider/operations/transport.ts`).
 *
 * @throws {InterruptedError}
 */
function unlessInterrupted<T>(result: Promise<T>, pending: PendingCall): Promise<T> {
  const { interruption } = pending.deadline;
  if (!interruption) return result;
  return new Promise((resolve, reject) => {
    const interrupt = () => {
      if (pending.phase !== "response") reject(new InterruptedError(pending.call));
    };
    interruption.addEventListener("abort", interrupt);
    const end = () => {
      interruption.removeEventListener("abort", interrupt);
    };
    result.then(resolve, reject).finally(end);
  });
}

/** Returns how long a call waits for its credential, in milliseconds. The grace period is left for the call itself. */
function credentialTimeout(deadline: Deadline): number {
  return Math.max(minCredentialTimeout, deadline.remaining);
}

/**
 * The last authorizations that were sent to each origin. A response can repeat the authorization of an earlier call,
 * because an operation's metadata may hold the headers of its cancel.
 */
const authorizations = new Map<string, string[]>();
const maxAuthorizations = 8;

function authorizationsFor(endpoint: string): string[] {
  const known = authorizations.get(endpoint) ?? [];
  authorizations.set(endpoint, known);
  return known;
}

function remember(known: string[], authorization: string): void {
  if (known.includes(authorization)) return;
  known.push(authorization);
  if (known.length > maxAuthorizations) known.shift();
}

/**
 * Returns how long the call may take, in milliseconds.
 *
 * @throws {TimeLimitError} when no time is left
 * @throws {InterruptedError} after an interruption
 */
function timeLeft(call: Call, deadline: Deadline): number {
  if (deadline.interrupted) throw new InterruptedError(call);
  if (deadline.expired) throw new TimeLimitError(call, deadline.allowance);
  return deadline.callTimeout;
}

async function sendRequest(call: Call, request: HttpRequest): Promise<HttpResponse> {
  try {
    return await send(request);
  } catch (error) {
    if (error instanceof TransportError) {
      if (error.refusedHere) throw new NoListenerError(call, error.detail);
      throw new NoResponseError(call, error.code, error.neverSent, error.detail);
    }
    if (error instanceof OversizedResponseError)
      throw new InvalidResponseError(call, error.status, "a body of more than 32 MB");
    throw error;
  }
}

/** Throws unless the body is empty. Another server, at a wrong address, must not count as an acknowledgment. */
function expectEmpty(body: unknown, response: HttpResponse, call: Call): void {
  if (Object.keys(body as object).length > 0)
    throw wrongShape(call, response, "a body that isn't a google.protobuf.Empty");
}

function wrongShape(call: Call, response: HttpResponse, flaw: string): CallError {
  return new InvalidResponseError(call, response.status, flaw, response.body, retryAfter(response, undefined));
}
