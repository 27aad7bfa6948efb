import type { IncomingHttpHeaders } from "node:http";
import { type Code, rpcCodes } from "../common/rpcCodes";
import type { CallMethod } from "./callLog";

/** The request line and the headers, which routing needs. */
export interface RequestHead {
  /** The HTTP method. */
  readonly verb: string;
  /** The path as sent, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

export interface ReceivedRequest extends RequestHead {
  readonly body: string;
}

/** A response before any fault applies to it. */
export interface HttpResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The API method that a request calls. */
export interface Route {
  readonly method: CallMethod;
  /** The resource that the request names. */
  readonly name?: string;
  respond(request: ReceivedRequest): HttpResponse;
}

/** A service at the emulator's address. Returns `undefined` for a request of another service. */
export type Service = (head: RequestHead) => Route | undefined;

/** Returns the token in the header `Authorization`. */
export function bearerToken({ authorization = "" }: IncomingHttpHeaders): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization)?.[1];
}

export function json(status: number, value: unknown, contentType = "application/json; charset=UTF-8"): HttpResponse {
  return { status, contentType, body: `${JSON.stringify(value, undefined, 2)}\n` };
}

export function text(status: number, body: string): HttpResponse {
  return { status, contentType: "text/plain; charset=utf-8", body };
}

/** Returns a page like those of Google's front end, which responds to paths that no API serves. */
export function html(status: number, title: string, message: string): HttpResponse {
  const body = `<!DOCTYPE html>
<html lang=en>
  <meta charset=utf-8>
  <title>Error ${status} (${title})!!1</title>
  <p><b>${status}.</b> <ins>That’s an error.</ins>
  <p>${escapeHtml(message)}  <ins>That’s all we know.</ins>
`;
  return { status, contentType: "text/html; charset=UTF-8", body };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** An error detail, for example a `google.rpc.ErrorInfo`. */
export type Detail = Readonly<Record<string, unknown>> & { readonly "@type": string };

/** Returns an error in the format of AIP-193. The HTTP status defaults to that of the code. */
export function rpcError(
  status: Code,
  message: string,
  details: readonly Detail[] = [],
  code: number = rpcCodes[status].http,
): HttpResponse {
  return json(code, { error: { code, message, status, ...(details.length > 0 && { details }) } });
}

export function errorInfo(reason: string, domain: string, metadata: Readonly<Record<string, string>> = {}): Detail {
  return { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason, domain, metadata };
}

/** Returns Google's error for an access token that is missing, unknown, revoked or expired. */
export function unauthenticated(): HttpResponse {
  const error = rpcError(
    "UNAUTHENTICATED",
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid " +
      "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
    [errorInfo("ACCESS_TOKEN_EXPIRED", "googleapis.com")],
  );
  return { ...error, headers: { "WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"' } };
}
