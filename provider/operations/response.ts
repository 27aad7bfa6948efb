import * as v from "valibot";
import { type Code, isCode, OK } from "../common/rpcCodes";
import { type Call, RpcError, InvalidResponseError } from "./errors";
import type { HttpResponse } from "./transport";

/** The body of an error (AIP-193). */
const errorBody = v.object({
  error: v.object({
    status: v.custom<Code>(isCode),
    message: v.nullish(v.string(), ""),
    details: v.nullish(v.array(v.unknown()), []),
  }),
});

/**
 * Returns the JSON of a successful response.
 *
 * @throws {RpcError} when the service responded with an error of its own
 * @throws {InvalidResponseError} when the response isn't one of the operations API
 */
export function parseResponse(call: Call, response: HttpResponse): unknown {
  const body = parseJson(response.body);
  const succeeded = response.status >= 200 && response.status < 300;
  if (succeeded && isObject(body)) return body;

  const pause = retryAfter(response, body);
  if (succeeded) {
    throw new InvalidResponseError(call, response.status, "a body that isn't a JSON object", response.body, pause);
  }
  const parsed = v.safeParse(errorBody, body);
  if (parsed.success) {
    const { status, message, details } = parsed.output.error;
    throw new RpcError(call, status, response.status, message, details, pause);
  }
  const flaw =
    response.status >= 300 && response.status < 400
      ? "a redirect, which the package doesn't follow"
      : "a body that isn't a google.rpc error";
  throw new InvalidResponseError(call, response.status, flaw, response.body, pause);
}

/**
 * Returns how long the server asks to wait, in milliseconds. Reads `google.rpc.RetryInfo` in the error's details, or
 * else the header `Retry-After`, in seconds or as a date (RFC 9110, 10.2.3). Returns `undefined` if the server states
 * no valid time, and `Infinity` if the number is too large for JavaScript.
 */
export function retryAfter(response: HttpResponse, body: unknown): number | undefined {
  const info = retryInfo(body);
  if (info !== undefined) return info;
  const header = response.headers["retry-after"];
  if (typeof header !== "string") return undefined;
  if (/^\d+(\.\d+)?$/.test(header.trim())) return Number(header) * 1000;
  const date = httpDate(header);
  if (date === undefined) return undefined;
  // Relative to the server's clock, because the local clock may be wrong.
  const now = httpDate(response.headers["date"]) ?? Date.now();
  return Math.max(0, date - now);
}

/** Parses a date in one of HTTP's three forms (RFC 9110, 5.6.7). `Date.parse` alone also accepts "-5" and "3600.5". */
function httpDate(header: unknown): number | undefined {
  if (typeof header !== "string" || !/^\s*(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /.test(header)) return undefined;
  // The asctime() form has no time zone, and means UTC.
  const date = Date.parse(/GMT\s*$/.test(header) ? header : `${header.trim()} GMT`);
  return Number.isNaN(date) ? undefined : date;
}

const retryInfoBody = v.object({ error: v.object({ details: v.array(v.unknown()) }) });
const retryInfoDetail = v.object({
  "@type": v.literal("type.googleapis.com/google.rpc.RetryInfo"),
  retryDelay: v.pipe(v.string(), v.regex(/^\d+(\.\d+)?s$/)),
});

function retryInfo(body: unknown): number | undefined {
  const parsed = v.safeParse(retryInfoBody, body);
  if (!parsed.success) return undefined;
  for (const detail of parsed.output.error.details) {
    const found = v.safeParse(retryInfoDetail, detail);
    if (found.success) return Number(found.output.retryDelay.slice(0, -1)) * 1000;
  }
  return undefined;
}

function parseJson(text: string): unknown {
  if (text.length > maxContainers && holdsTooMuch(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The maximum number of objects and lists in a response, far more than 1,000 operations have. V8 needs seconds for ten
 * million of them, or for millions of levels.
 */
const maxContainers = 1_000_000;

function holdsTooMuch(json: string): boolean {
  let containers = 0;
  let inString = false;
  for (let at = 0; at < json.length && containers <= maxContainers; at++) {
    const code = json.charCodeAt(at);
    if (code === 0x22) inString = !inString;
    else if (inString) at += code === 0x5c ? 1 : 0;
    else if (code === 0x5b || code === 0x7b) containers++;
  }
  return containers > maxContainers;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A `google.protobuf.Any` in JSON, or any other object that a service sends instead. */
export type Any = Readonly<Record<string, unknown>>;

/** `google.rpc.Status`, an operation's `error`. */
export interface Status {
  /** A `google.rpc.Code`, by number. */
  readonly code: number;
  readonly message: string;
  readonly details: readonly unknown[];
}

/** `google.longrunning.Operation`. */
export interface Operation {
  readonly name: string;
  readonly done: boolean;
  /** Only set if the operation is done. Never has code 0, which is OK, "not an error" (`google/rpc/code.proto`). */
  readonly error?: Status;
  readonly metadata?: Any;
  readonly response?: Any;
}

/** A page of a list. */
export interface OperationsPage {
  readonly operations: readonly Operation[];
  /** Absent on the last page. A short or empty page that has a token isn't the last one (AIP-158). */
  readonly nextPageToken?: string;
}

const any = v.custom<Any>((value) => typeof value === "object" && value !== null && !Array.isArray(value));

/** JSON of proto3 leaves out default values, and `null` means the same. */
const status = v.pipe(
  any, // Without this, a list would pass as an object without properties.
  v.object({
    code: v.nullish(v.pipe(v.number(), v.integer()), 0),
    message: v.nullish(v.string(), ""),
    details: v.nullish(v.array(v.unknown()), []),
  }),
);

const operation = v.object({
  name: v.string(),
  done: v.nullish(v.boolean(), false),
  error: v.nullish(status),
  metadata: v.nullish(any),
  response: v.nullish(any),
});

const page = v.object({
  operations: v.nullish(v.array(operation), []),
  nextPageToken: v.nullish(v.string()),
});

/** Reads an operation from a response's JSON. Returns `undefined` if it isn't one. */
export function parseOperation(body: unknown): Operation | undefined {
  const result = v.safeParse(operation, body);
  return result.success ? meaningful(result.output) : undefined;
}

/**
 * The maximum number of operations in a page, ten times the page size that the package requests. AIP-158 lets a server
 * send fewer, but not more.
 */
const maxPageOperations = 10_000;

/** Reads a page from a response's JSON. Returns `undefined` if it isn't one, or has more than 10,000 operations. */
export function parsePage(body: unknown): OperationsPage | undefined {
  const { operations: given } = body as { operations?: unknown };
  if (Array.isArray(given) && given.length > maxPageOperations) return undefined;
  const result = v.safeParse(page, body);
  if (!result.success) return undefined;
  const { operations, nextPageToken } = result.output;
  return { operations: operations.map(meaningful), ...(nextPageToken ? { nextPageToken } : {}) };
}

/** Removes properties that are null, and an `error` that doesn't count as one. */
function meaningful(parsed: v.InferOutput<typeof operation>): Operation {
  const { name, done, error, metadata, response } = parsed;
  return {
    name,
    done,
    ...(done && error && error.code !== OK ? { error } : {}),
    ...(metadata ? { metadata } : {}),
    ...(response ? { response } : {}),
  };
}
