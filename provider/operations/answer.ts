import * as v from "valibot";
import { type Code, isCode } from "./code";
import { type Call, RpcError, UnexpectedAnswerError } from "./errors";
import type { HttpAnswer } from "./http";

/** The body of an error (AIP-193). */
const errorBody = v.object({
  error: v.object({
    status: v.custom<Code>(isCode),
    message: v.nullish(v.string(), ""),
    details: v.nullish(v.array(v.unknown()), []),
  }),
});

/**
 * The JSON of a successful answer.
 *
 * @throws {RpcError} when the service answered with an error of its own
 * @throws {UnexpectedAnswerError} when the answer is none that the service would give
 */
export function readAnswer(call: Call, answer: HttpAnswer): unknown {
  const body = parseJson(answer.body);
  const succeeded = answer.status >= 200 && answer.status < 300;
  if (succeeded && isObject(body)) return body;

  const pause = retryAfter(answer, body);
  if (succeeded) {
    throw new UnexpectedAnswerError(call, answer.status, "a body that is no JSON object", answer.body, pause);
  }
  const parsed = v.safeParse(errorBody, body);
  if (parsed.success) {
    const { status, message, details } = parsed.output.error;
    throw new RpcError(call, status, answer.status, message, details, pause);
  }
  const flaw =
    answer.status >= 300 && answer.status < 400
      ? "a redirect, which is not followed"
      : "a body that is no google.rpc error";
  throw new UnexpectedAnswerError(call, answer.status, flaw, answer.body, pause);
}

/**
 * How long the server asks to wait, in milliseconds: from `google.rpc.RetryInfo` in the details, else from the header
 * `Retry-After` in seconds or as a date (RFC 9110, 10.2.3). `undefined` where it does not ask, or asks for nonsense.
 * `Infinity` where the number is beyond all bounds.
 */
export function retryAfter(answer: HttpAnswer, body: unknown): number | undefined {
  const info = retryInfo(body);
  if (info !== undefined) return info;
  const header = answer.headers["retry-after"];
  if (typeof header !== "string") return undefined;
  if (/^\d+(\.\d+)?$/.test(header.trim())) return Number(header) * 1000;
  const date = httpDate(header);
  if (date === undefined) return undefined;
  // The local clock may be wrong, and the server's own can't be.
  const now = httpDate(answer.headers["date"]) ?? Date.now();
  return Math.max(0, date - now);
}

/** Milliseconds of a date in one of HTTP's three forms (RFC 9110, 5.6.7). `Date.parse` alone takes "-5" and "3600.5" for dates. */
function httpDate(header: unknown): number | undefined {
  if (typeof header !== "string" || !/^\s*(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /.test(header)) return undefined;
  // The form of asctime() names no zone, and means UTC.
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
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
