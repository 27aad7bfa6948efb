import type { AxiosStatic } from "axios";
import { type ClientRequest, type IncomingMessage, request as requestOverHttp, type RequestOptions } from "node:http";
import { request as requestOverHttps } from "node:https";
import type { Socket } from "node:net";
import { agentFor } from "../common/agents";
import { isLoopback } from "../common/loopback";
import { packageVersion } from "../common/packageVersion";
import { ProxyError, proxyOf, proxySecrets } from "../common/proxy";
import { redact } from "../common/redact";

/** An HTTP request. No method of the operations API needs a body. */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Authorizations of earlier calls, which the response must not show either. */
  readonly secrets?: readonly string[];
  /** The time limit in milliseconds, up to the last byte of the response. */
  readonly timeout: number;
  /** Aborts when the user interrupts the deployment. */
  readonly interruption?: AbortSignal | undefined;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** No complete response came. Replaces axios's error, which holds the request's headers. */
export class TransportError extends Error {
  constructor(
    readonly code: string,
    /** Whether the request never left this machine, because its connection was never ready. */
    readonly neverSent: boolean,
    /** What went wrong, if the code alone doesn't say. */
    readonly detail?: string,
    /** Whether this machine refused the connection, because nothing listens at the host's port or the proxy's. */
    readonly refusedHere = false,
  ) {
    super(`no response (${code})`);
    this.name = "TransportError";
  }
}

/** The response is larger than any response of this API. */
export class OversizedResponseError extends Error {
  override readonly name = "OversizedResponseError";

  constructor(readonly status: number) {
    super("the response is too large");
  }
}

/** The maximum size of a response. A page of 1,000 operations with 16 KB of metadata each has half of this. */
const maxResponseBytes = 32 * 1024 * 1024;

/**
 * How long a request that was sent may still take after an interruption, in milliseconds. Most responses arrive in that
 * time, and the state records what they say.
 */
const lastMoments = 700;

interface Http {
  readonly client: InstanceType<AxiosStatic["Axios"]>;
  /** The header `x-goog-api-client`, as generated clients send it. Google's servers require `gapic/` and `rest/`. */
  readonly apiClient: string;
}

let http: Http | undefined;

/** Loads the client that all resources share. The first call does this, because a preview makes no call. */
function sharedHttp(): Http {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- import() would load axios's ESM files one by one
  const axios = require("axios") as AxiosStatic;
  return {
    // Not create(): each call would merge its defaults, which hold headers of unused methods and parse bodies as JSON.
    client: new axios.Axios({
      adapter: "http",
      // The agents handle proxies. axios's own proxy agents neither keep nor limit connections.
      proxy: false,
      // A redirect would send the token to another address.
      maxRedirects: 0,
      maxContentLength: maxResponseBytes,
      responseType: "text",
      validateStatus: () => true,
    }),
    apiClient: `gl-node/${process.versions.node} gapic/${packageVersion} rest/${axios.VERSION}`,
  };
}

/**
 * Sends a request and reads the whole response, regardless of its status.
 *
 * @throws {TransportError} when no complete response comes
 * @throws {OversizedResponseError} when the response is larger than any page of operations
 */
export async function send(request: HttpRequest): Promise<HttpResponse> {
  const limit = new TimeLimit(request.timeout);
  const { client, apiClient } = (http ??= sharedHttp());
  const connection = new Connection(request.url);
  const interrupt = () => {
    // A request that waits for a connection must not be sent any more.
    limit.atMost(connection.wasReady ? lastMoments : 0);
  };
  request.interruption?.addEventListener("abort", interrupt);
  try {
    const agent = agentFor(new URL(request.url));
    const response = await client.request<string | undefined>({
      method: request.method,
      url: request.url,
      headers: {
        accept: "application/json",
        "content-type": false,
        "user-agent": `pulumi-operation-cancellation/${packageVersion}`,
        ...request.headers,
        "x-goog-api-client": apiClient,
      },
      signal: limit,
      transport: connection,
      httpAgent: agent,
      httpsAgent: agent,
    });
    const body = redact(response.data ?? "", secretsOf(request));
    return { status: response.status, headers: response.headers, body };
  } catch (error) {
    const neverSent = !connection.wasReady;
    if (limit.aborted) throw new TransportError("ETIMEDOUT", neverSent);
    if (error instanceof Error && error.message.startsWith("maxContentLength")) {
      throw new OversizedResponseError(connection.status);
    }
    const proxyError = [error, (error as { cause?: unknown }).cause].find((found) => found instanceof ProxyError);
    const code = proxyError?.code ?? codeOf(error);
    const refusedHere = code === "ECONNREFUSED" && neverSent && isLoopback(peerOf(request.url).hostname);
    throw new TransportError(code, neverSent, proxyError?.message, refusedHere);
  } finally {
    limit.lift();
    request.interruption?.removeEventListener("abort", interrupt);
  }
}

/**
 * The transport that axios uses for one request. Records whether the connection was ready, because then the request may
 * have been sent. An error code alone doesn't show this: TLS can fail before and after.
 */
class Connection {
  wasReady = false;
  /** The HTTP status of the response, or 0 while there is none. */
  status = 0;
  private readonly isSecure: boolean;

  constructor(url: string) {
    this.isSecure = url.startsWith("https:");
  }

  /** Called by axios. */
  readonly request = (options: RequestOptions, onResponse: (response: IncomingMessage) => void): ClientRequest => {
    const request = (this.isSecure ? requestOverHttps : requestOverHttp)(options, (response) => {
      this.status = response.statusCode ?? 0;
      onResponse(response);
    });
    request.once("socket", (socket: Socket & { secureConnecting?: boolean }) => {
      const isOpen = !socket.connecting && socket.secureConnecting !== true && !socket.destroyed;
      if (request.reusedSocket || isOpen) this.wasReady = true;
      else socket.once(this.isSecure ? "secureConnect" : "connect", () => (this.wasReady = true));
    });
    return request;
  };
}

/**
 * Returns the secrets to redact in a response. Some servers repeat what they receive, in an error or a result. A secret
 * must get into neither a message nor the state.
 */
function secretsOf({ headers, secrets = [] }: HttpRequest): string[] {
  // A set, because the call's own authorization is often among the earlier ones.
  const authorizations = new Set([headers["authorization"] ?? "", ...secrets]);
  return [...[...authorizations].map((value) => value.replace(/^\S+\s+/, "")), ...proxySecrets()];
}

/** Returns what a connection for a URL is made to: the proxy, if there is one. */
function peerOf(url: string): URL {
  const target = new URL(url);
  return proxyOf(target) ?? target;
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" ? code : "UNKNOWN";
}

type Listener = () => void;

/**
 * An abort signal that fires after a time. It has only what axios uses of a signal, because an AbortController for each
 * request slows down a large sweep.
 */
export class TimeLimit {
  /** Whether the time limit passed before `lift()`. */
  aborted = false;
  private readonly listeners = new Set<Listener>();
  private timer: NodeJS.Timeout;
  private readonly end: number;

  constructor(milliseconds: number) {
    this.end = performance.now() + milliseconds;
    this.timer = this.expireAfter(milliseconds);
  }

  /** Shortens the time that is left. Without any, the signal fires before this returns. */
  atMost(milliseconds: number): void {
    clearTimeout(this.timer);
    if (milliseconds > 0) this.timer = this.expireAfter(Math.min(milliseconds, this.end - performance.now()));
    else this.expire();
  }

  private expireAfter(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.expire();
    }, milliseconds);
  }

  private expire(): void {
    this.aborted = true;
    for (const listener of this.listeners) listener();
  }

  addEventListener(_type: "abort", listener: Listener): void {
    this.listeners.add(listener);
  }

  removeEventListener(_type: "abort", listener: Listener): void {
    this.listeners.delete(listener);
  }

  /** Removes the limit, because the work is done. */
  lift(): void {
    clearTimeout(this.timer);
  }
}
