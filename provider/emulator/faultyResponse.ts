import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Code } from "../common/rpcCodes";
import type { Fault, FaultyBody, RedirectFault, ResetFault, StatusFault } from "./faults";
import { type Detail, html, type HttpResponse, json, rpcError, text, unauthenticated } from "./service";

/** A response, and where it is cut off. */
export interface FaultyResponse {
  readonly response: HttpResponse;
  readonly cut?: ResetFault["reset"] | "truncated" | "noResponse";
}

/** Returns what the client receives instead of `response`, which is empty if the call wasn't carried out. */
export function applyFault(fault: Fault, response: HttpResponse): FaultyResponse {
  switch (fault) {
    case "lostAnswer":
      return { response, cut: "beforeHeaders" };
    case "dropped":
      return { response: json(200, {}) };
    case "noAnswer":
      return { response, cut: "noResponse" };
    case "goesBack":
      return { response: changeOperations(response, withoutResult) };
    case "staleToken":
      return { response: unauthenticated() };
  }
  if ("reset" in fault) return { response, cut: fault.reset };
  if ("redirect" in fault) return { response: redirect(fault) };
  if ("answersFor" in fault) {
    return { response: changeOperations(response, (operation) => ({ ...operation, name: fault.answersFor })) };
  }
  if ("status" in fault) return replaceBody(errorResponse(fault), fault.body);
  return replaceBody(response, fault.body);
}

function errorResponse({ status, code, message, retryAfter, retryInfo, details = [] }: StatusFault): HttpResponse {
  const allDetails = retryInfo === undefined ? details : [...details, retryInfoDetail(retryInfo)];
  const error = rpcError(code ?? codeOf(status), message ?? `The fault with status ${status}.`, allDetails, status);
  if (retryAfter === undefined) return error;
  const value = retryAfter instanceof Date ? retryAfter.toUTCString() : String(retryAfter);
  return { ...error, headers: { "Retry-After": value } };
}

function retryInfoDetail(seconds: number): Detail {
  return { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${seconds}s` };
}

/** Returns the most likely code for an HTTP status. Several codes share a status, so it can't be looked up. */
function codeOf(status: number): Code {
  switch (status) {
    case 400:
      return "INVALID_ARGUMENT";
    case 401:
      return "UNAUTHENTICATED";
    case 403:
      return "PERMISSION_DENIED";
    case 404:
      return "NOT_FOUND";
    case 409:
      return "ABORTED";
    case 429:
      return "RESOURCE_EXHAUSTED";
    case 499:
      return "CANCELLED";
    case 500:
      return "INTERNAL";
    case 501:
      return "UNIMPLEMENTED";
    case 502:
    case 503:
      return "UNAVAILABLE";
    case 504:
      return "DEADLINE_EXCEEDED";
    default:
      return status < 500 ? "FAILED_PRECONDITION" : "UNKNOWN";
  }
}

function redirect({ redirect: location, status = 302 }: RedirectFault): HttpResponse {
  return { ...html(status, "Moved", "The document has moved."), headers: { Location: location } };
}

function replaceBody(response: HttpResponse, body: FaultyBody | undefined): FaultyResponse {
  if (body === undefined) return { response };
  if (body === "truncated") return { response, cut: "truncated" };
  return { response: { ...response, ...otherBody(response.status, body) } };
}

function otherBody(status: number, body: Exclude<FaultyBody, "truncated">): Pick<HttpResponse, "body" | "contentType"> {
  if (body === "empty") return { body: "", contentType: "text/plain" };
  const { body: content, contentType } =
    body === "html"
      ? html(status, "Proxy", "The server encountered a temporary error.")
      : "json" in body
        ? json(status, body.json)
        : text(status, body.text);
  return {
    body: content,
    contentType: (typeof body === "object" && "contentType" in body && body.contentType) || contentType,
  };
}

type Operation = Readonly<Record<string, unknown>>;

/** Changes the operations in a successful response to a get or a list. */
function changeOperations(response: HttpResponse, change: (operation: Operation) => Operation): HttpResponse {
  if (response.status !== 200 || response.body === "") return response;
  const body = JSON.parse(response.body) as Operation;
  if (typeof body["name"] === "string") return json(200, change(body), response.contentType);
  if (!Array.isArray(body["operations"])) return response;
  const operations = (body["operations"] as Operation[]).map(change);
  return json(200, { ...body, operations }, response.contentType);
}

function withoutResult({ name, metadata }: Operation): Operation {
  return { name, ...(metadata !== undefined && { metadata }) };
}

/** Sends a response. Returns the HTTP status if the client can receive it. */
export function send({ response, cut }: FaultyResponse, to: ServerResponse): number | undefined {
  // With pipelined requests, a response has no socket of its own until the previous responses are sent.
  const { socket } = to.req;
  if (socket.destroyed || cut === "noResponse") return undefined;
  if (cut === "beforeHeaders") {
    reset(socket);
    return undefined;
  }
  const body = Buffer.from(response.body);
  const length = cut === undefined ? body.length : Math.max(body.length, 2);
  if (cut === "withinHeaders") {
    socket.write(`HTTP/1.1 ${response.status} Some\r\nContent-Len`, () => {
      resetLater(socket);
    });
    return response.status;
  }
  to.writeHead(response.status, {
    ...response.headers,
    ...(response.contentType !== "" && { "Content-Type": response.contentType }),
    "Content-Length": length,
  });
  if (cut === undefined) {
    to.end(body);
    return response.status;
  }
  const half = body.subarray(0, Math.floor(length / 2));
  if (cut === "afterHeaders" || half.length === 0) to.flushHeaders();
  else to.write(half);
  // The callback of an empty write runs after everything before it is written.
  socket.write("", () => {
    if (cut === "truncated") socket.end();
    else resetLater(socket);
  });
  return response.status;
}

/** Waits before the reset, because a client that receives data and the reset together may see an orderly end. */
function resetLater(socket: Socket): void {
  setTimeout(() => {
    reset(socket);
  }, 5);
}

/** Resets a connection. `resetAndDestroy()` alone would first end it in an orderly way, without a visible reset. */
function reset(socket: Socket): void {
  socket.destroySoon = () => {
    socket.destroy();
  };
  socket.resetAndDestroy();
}
