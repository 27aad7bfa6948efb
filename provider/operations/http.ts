import { readFileSync } from "node:fs";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { join } from "node:path";
import type { AxiosStatic } from "axios";
import { TimeLimit } from "./timeLimit";

/** A request, as this folder's methods need it: none has a body. */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds for the whole of it, the last byte of the response included. */
  readonly timeout: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** No answer came, or not the whole of one. Stands in for axios's error, which holds the request's headers. */
export class TransportError extends Error {
  constructor(readonly code: string) {
    super(`no answer (${code})`);
    this.name = "TransportError";
  }
}

/** The answer was larger than anything that this API sends. */
export class OversizedAnswerError extends Error {
  override readonly name = "OversizedAnswerError";
}

/** A list page of 1,000 operations with 16 KB of metadata each has half of this. */
const maxResponseBytes = 32 * 1024 * 1024;

/** More than a server is glad to be sent at once over HTTP/1.1; what is above waits for a free connection. */
const maxSockets = 64;

interface Http {
  readonly client: InstanceType<AxiosStatic["Axios"]>;
  /** Google's servers want to know the client, as any generated one tells it; `gapic/` and `rest/` are required. */
  readonly apiClient: string;
}

let http: Http | undefined;

/** One for the process: connections are kept and shared by all resources. Loaded by the first call, for a preview makes none. */
function sharedHttp(): Http {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- import() would load axios's ESM build, file by file
  const axios = require("axios") as AxiosStatic;
  return {
    // Not create(), whose defaults every call would merge anew: headers of methods that are not used, and bodies read as JSON.
    client: new axios.Axios({
      adapter: "http",
      httpAgent: new HttpAgent({ keepAlive: true, maxSockets }),
      httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets }),
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
 * @throws {OversizedAnswerError} when it is larger than any page of operations
 */
export async function send(request: HttpRequest): Promise<HttpAnswer> {
  const limit = new TimeLimit(request.timeout);
  const { client, apiClient } = (http ??= sharedHttp());
  try {
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
      // Plain http goes to this machine only; a proxy would be another one, and see the token.
      ...(request.url.startsWith("http:") ? { proxy: false as const } : {}),
    });
    const body = withoutCredential(response.data ?? "", request.headers["authorization"]);
    return { status: response.status, headers: response.headers, body };
  } catch (error) {
    if (limit.aborted) throw new TransportError("ETIMEDOUT");
    if (error instanceof Error && error.message.startsWith("maxContentLength")) throw new OversizedAnswerError();
    throw new TransportError(codeOf(error));
  } finally {
    limit.lift();
  }
}

/** Shorter than any token that is given out; to take that out of every answer would spoil them. */
const minCredential = 12;

/** Some servers repeat what they were sent, in an error or as a result: it must come neither into a message nor into the state. */
function withoutCredential(body: string, authorization = ""): string {
  const credential = authorization.replace(/^\S+\s+/, "");
  if (credential.length < minCredential) return body;
  return [credential, encodeURIComponent(credential)].reduce((text, form) => text.replaceAll(form, "[hidden]"), body);
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" ? code : "UNKNOWN";
}
