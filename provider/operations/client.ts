import { quote } from "../common/text";
import { type CircuitBreaker, circuitBreakerFor } from "./circuitBreaker";
import type { Deadline } from "../common/deadline";
import {
  type Call,
  CallError,
  type Method,
  NoResponseError,
  RetriedCancelError,
  TimeLimitError,
  InvalidResponseError,
  isUnauthenticated,
} from "./errors";
import { type HttpResponse, type HttpRequest, OversizedResponseError, send, TransportError } from "./transport";
import { encodeName, isSameOperation, nameIssues } from "./resourceName";
import { type Operation, type OperationsPage, parseOperation, parsePage, parseResponse, retryAfter } from "./response";
import { mayHaveArrived, retrying } from "./retry";

/**
 * The headers that say who calls, `authorization` among them where there is a credential.
 *
 * An error of it ends the call, unless it has a property `transient` that is true: then the call is tried again, like one
 * that nobody answered.
 *
 * @param refused an `authorization` that the server no longer takes: asks for another one
 * @param timeout how long the call can wait for them, in milliseconds
 */
export type HeaderSource = (refused?: string, timeout?: number) => Promise<Readonly<Record<string, string>>>;

export interface ClientOptions {
  /** Origin of the service, for example `https://cloudchannel.googleapis.com`. */
  readonly endpoint: string;
  /** For example `v1`. */
  readonly version: string;
  readonly headers: HeaderSource;
}

export interface ListOptions {
  /** Passed to the server as it is; Cloud Channel does not document a grammar. */
  readonly filter?: string;
  /** The server's default where it is absent. */
  readonly pageSize?: number;
  readonly pageToken?: string;
}

/** An operation, and how long the server asked to wait before the next read, in milliseconds. */
export interface ReadOperation {
  readonly operation: Operation;
  readonly retryAfter?: number;
}

/** A credential is waited for at least so long, in milliseconds, for the last call at a deadline. */
const minCredentialTimeout = 1_000;

/**
 * `google.longrunning.Operations` over REST. Calls are retried until the deadline where that is safe and sensible.
 *
 * Every method throws {@link RpcError}, {@link InvalidResponseError} or {@link NoResponseError}, and the errors of the
 * header source.
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
   * Starts an asynchronous cancellation. That it returns says that the server took the request, not how it ended.
   *
   * {@link mayHaveArrived} says of the error whether any attempt may have been carried out, not only the last one.
   *
   * @throws {RetriedCancelError} when the last attempt was not carried out, and an earlier one may have been
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
    return this.call("get", name, deadline, { method: "GET", path: encodeName(name) }, (body, answer, call) => {
      const operation = parseOperation(body);
      if (!operation) throw wrongShape(call, answer, "a body that is no google.longrunning.Operation");
      if (!isSameOperation(name, operation.name)) {
        throw wrongShape(call, answer, "another operation than the one asked for");
      }
      const pause = retryAfter(answer, body);
      const asked = { ...operation, name };
      return pause === undefined ? { operation: asked } : { operation: asked, retryAfter: pause };
    });
  }

  /** One page of the operations of a collection, which is a name that ends in `operations`. */
  async list(collection: string, options: ListOptions, deadline: Deadline): Promise<OperationsPage> {
    const query = new URLSearchParams();
    if (options.filter) query.set("filter", options.filter);
    if (options.pageSize) query.set("pageSize", String(options.pageSize));
    if (options.pageToken) query.set("pageToken", options.pageToken);
    const path = query.size > 0 ? `${encodeName(collection)}?${query.toString()}` : encodeName(collection);
    return this.call("list", collection, deadline, { method: "GET", path }, (body, answer, call) => {
      const page = parsePage(body);
      if (!page) throw wrongShape(call, answer, "a body that is no list of operations");
      return page;
    });
  }

  private call<T>(
    method: Method,
    name: string,
    deadline: Deadline,
    http: { method: HttpRequest["method"]; path: string },
    read: (body: unknown, answer: HttpResponse, call: Call) => T,
    onFailure?: (error: unknown) => void,
  ): Promise<T> {
    // Checked again: an edited state holds any name, and one with ".." in it would leave the version's path.
    const [fault] = nameIssues(name);
    if (fault !== undefined) return Promise.reject(new TypeError(`${quote(name)} can't be called: it ${fault}.`));
    const call: Call = { method, name, base: this.base };
    const attempt = async (refused?: string): Promise<T> => {
      const headers = await this.options.headers(
        refused,
        Math.min(timeLeft(call, deadline), credentialTimeout(deadline)),
      );
      const { authorization } = headers;
      if (authorization !== undefined) remember(this.authorizations, authorization);
      const timeout = timeLeft(call, deadline);
      const url = `${this.base}/${http.path}`;
      const request = { method: http.method, url, headers, secrets: this.authorizations, timeout };
      const answer = await sendRequest(call, request);
      try {
        return read(parseResponse(call, answer), answer, call);
      } catch (error) {
        if (refused === undefined && authorization !== undefined && isUnauthenticated(error))
          return attempt(authorization);
        throw error;
      }
    };
    return retrying(deadline, () => this.circuitBreaker.execute(call, deadline, () => attempt()), onFailure);
  }
}

/** How long a call waits for its credential, in milliseconds: no longer than its deadline, so that there is time for the call. */
function credentialTimeout(deadline: Deadline): number {
  return Math.max(minCredentialTimeout, deadline.remaining);
}

/**
 * The last authorizations that went to each origin. A response may repeat not only its own call's, but also an earlier one:
 * an operation's metadata may hold the headers of its cancel.
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

/** @throws {TimeLimitError} when none is left */
function timeLeft(call: Call, deadline: Deadline): number {
  if (deadline.expired) throw new TimeLimitError(call, deadline.allowance);
  return deadline.callTimeout;
}

async function sendRequest(call: Call, request: HttpRequest): Promise<HttpResponse> {
  try {
    return await send(request);
  } catch (error) {
    if (error instanceof TransportError) throw new NoResponseError(call, error.code, error.neverSent, error.detail);
    if (error instanceof OversizedResponseError)
      throw new InvalidResponseError(call, error.status, "more than an answer can hold");
    throw error;
  }
}

/** Another server, at a wrong address, must not count as an acknowledgement. */
function expectEmpty(body: unknown, answer: HttpResponse, call: Call): void {
  if (Object.keys(body as object).length > 0) throw wrongShape(call, answer, "a body that is no google.protobuf.Empty");
}

function wrongShape(call: Call, answer: HttpResponse, flaw: string): CallError {
  return new InvalidResponseError(call, answer.status, flaw, answer.body, retryAfter(answer, undefined));
}
