import type { AxiosStatic } from "axios";
import { readFileSync } from "node:fs";
import { type ClientRequest, type IncomingMessage, request as requestOverHttp, type RequestOptions } from "node:http";
import { request as requestOverHttps } from "node:https";
import type { Socket } from "node:net";
import { join } from "node:path";
import { agentFor } from "../common/agents";
import { ProxyError, proxySecrets } from "../common/proxy";
import { redact } from "../common/redact";

/** A request, as this folder's methods need it: none has a body. */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What the response must not show, besides the credential in `headers`: an `authorization` that was refused before. */
  readonly secrets?: readonly string[];
  /** Milliseconds for the whole of it, the last byte of the response included. */
  readonly timeout: number;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** No response came, or not the whole of one. Stands in for axios's error, which holds the request's headers. */
export class TransportError extends Error {
  constructor(
    readonly code: string,
    /** Whether the request never left this machine, because its connection was never ready. */
    readonly neverSent: boolean,
    /** What went wrong, where the code alone doesn't tell it. */
    readonly detail?: string,
  ) {
    super(`no answer (${code})`);
    this.name = "TransportError";
  }
}

/** The answer was larger than anything that this API sends. */
export class OversizedResponseError extends Error {
  override readonly name = "OversizedResponseError";

  constructor(readonly status: number) {
    super("the response is too large");
  }
}

/** A list page of 1,000 operations with 16 KB of metadata each has half of this. */
const maxResponseBytes = 32 * 1024 * 1024;

interface Http {
  readonly client: InstanceType<AxiosStatic["Axios"]>;
  /** Google's servers want to know the client, as any generated one tells it; `gapic/` and `rest/` are required. */
  readonly apiClient: string;
}

let http: Http | undefined;

/** All resources of the process share one client and its connections. The first call loads it, because a preview makes no call. */
function sharedHttp(): Http {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- import() would load axios's ESM build, file by file
  const axios = require("axios") as AxiosStatic;
  return {
    // Not create(): each call would merge its defaults, which hold headers of unused methods and parse bodies as JSON.
    client: new axios.Axios({
      adapter: "http",
      // The agents know the proxies: axios's own agents for them keep no connection and have no limit.
      proxy: false,
      // A redirect would carry the token to wherever it points.
      maxRedirects: 0,
      maxContentLength: maxResponseBytes,
      responseType: "text",
      validateStatus: () => true,
    }),
    apiClient: `gl-node/${process.versions.node} gapic/${packageVersion} rest/${axios.VERSION}`,
  };
}

const packageVersion = (
  JSON.parse(readFileSync(join(__dirname, "..", "..", "package.json"), "utf8")) as { version: string }
).version;

/**
 * Sends a request and reads the whole response, whatever its status.
 *
 * @throws {TransportError} when there is none
 * @throws {OversizedResponseError} when it is larger than any page of operations
 */
export async function send(request: HttpRequest): Promise<HttpResponse> {
  const limit = new TimeLimit(request.timeout);
  const { client, apiClient } = (http ??= sharedHttp());
  const connection = new Connection(request.url);
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
    throw new TransportError(proxyError?.code ?? codeOf(error), neverSent, proxyError?.message);
  } finally {
    limit.lift();
  }
}

/**
 * The connection of one request, as axios's transport. Knows whether the connection was ready, so that the request may have been
 * sent: an error code alone doesn't tell, because TLS can break before that and after it.
 */
class Connection {
  wasReady = false;
  /** The status of the response; 0 while there is none. */
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

/** Some servers repeat what they were sent, in an error or as a result. It must reach neither a message nor the state. */
function secretsOf({ headers, secrets = [] }: HttpRequest): string[] {
  // A call's own authorization is often among the earlier ones: each is looked for once.
  const authorizations = new Set([headers["authorization"] ?? "", ...secrets]);
  return [...[...authorizations].map((value) => value.replace(/^\S+\s+/, "")), ...proxySecrets()];
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" ? code : "UNKNOWN";
}

type Listener = () => void;

/**
 * An abort signal that comes after so many milliseconds. It stands in for an AbortController, of which a request in a large
 * sweep feels the weight: it needs only what axios asks of it.
 */
export class TimeLimit {
  /** Whether the time was over before the limit was lifted. */
  aborted = false;
  private readonly listeners = new Set<Listener>();
  private readonly timer: NodeJS.Timeout;

  constructor(milliseconds: number) {
    this.timer = setTimeout(() => {
      this.aborted = true;
      for (const listener of this.listeners) listener();
    }, milliseconds);
  }

  addEventListener(_type: "abort", listener: Listener): void {
    this.listeners.add(listener);
  }

  removeEventListener(_type: "abort", listener: Listener): void {
    this.listeners.delete(listener);
  }

  /** The work is done in time. */
  lift(): void {
    clearTimeout(this.timer);
  }
}
