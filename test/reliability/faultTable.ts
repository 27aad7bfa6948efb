import type { Fault, FaultRule } from "../../provider/emulator";

/** A fault, and its name in titles. */
export interface Row {
  readonly label: string;
  readonly rule: FaultRule;
  /** The method that the fault applies to. Default: both methods. */
  readonly method?: "cancel" | "get";
  /** The fault doesn't change the response's status, so an error keeps its own status. */
  readonly keepsStatus?: true;
  /** The response is a success that a wrong address could send forever, so the client retries only a few times. */
  readonly garbles?: true;
}

const status = (code: number, more: object = {}): Row => ({
  label: `HTTP ${code} ${describe(more)}`.trim(),
  rule: { then: { status: code, ...more } },
});
const body = (label: string, then: Fault, garbles?: true): Row => ({
  label: `${label} in place of the response`,
  rule: { then },
  keepsStatus: true,
  ...(garbles && { garbles }),
});
const reset = (where: "beforeHeaders" | "withinHeaders" | "afterHeaders" | "withinBody"): Row => ({
  label: `a connection reset (${where})`,
  rule: { then: { reset: where } },
});

function describe(more: object): string {
  return Object.keys(more).length === 0 ? "" : `with ${JSON.stringify(more)}`;
}

/** Faults that a retry overcomes. */
export const passing: readonly Row[] = [
  ...[429, 500, 502, 503, 504].map((code) => status(code)),
  status(500, { code: "UNKNOWN" }),
  status(500, { code: "DATA_LOSS", body: "html" }),
  status(503, { retryAfter: 1 }),
  status(429, { retryAfter: 1 }),
  status(503, { retryAfter: "soon" }),
  status(503, { retryAfter: -1 }),
  status(503, { retryInfo: 0.2 }),
  status(429, { retryInfo: 0.2 }),
  status(429, { retryAfter: 3600, retryInfo: 0.1 }),
  { label: "HTTP 503 with a date in Retry-After", rule: { then: { status: 503, retryAfter: new Date(0) } } },
  ...[408, 429, 500, 502, 503, 504].map((code) => status(code, { body: "html" })),
  ...[500, 503].map((code) => status(code, { body: "empty" })),
  status(503, { body: "truncated" }),
  status(502, { body: { json: { error: "bad gateway" } } }),
  { label: "HTTP 503 for a call that is carried out", rule: { then: { status: 503 }, carriedOut: true } },
  { label: "HTTP 504 for a call that is carried out", rule: { then: { status: 504, body: "html" }, carriedOut: true } },
  ...(["beforeHeaders", "withinHeaders", "afterHeaders", "withinBody"] as const).map(reset),
  {
    label: "a connection reset (withinBody) for a call that isn't carried out",
    rule: { then: { reset: "withinBody" }, carriedOut: false },
  },
  { label: "a lost response", rule: { then: "lostAnswer" } },
  { label: "a truncated body", rule: { then: { body: "truncated" } } },
  body("a page of HTML", { body: "html" }, true),
  body("an empty body", { body: "empty" }, true),
  body("a list", { body: { json: [] } }, true),
  body("null", { body: { json: null } }, true),
  body("a string", { body: { json: "operations/AbC" } }, true),
  body("an error with HTTP 200", { body: { json: { error: { code: 404, status: "NOT_FOUND", message: "" } } } }, true),
  body("a truncated object", { body: { text: '{"name": "operations/AbC", "done": tr' } }, true),
  body("an object of another type", { body: { json: { name: 5, done: "yes" } } }, true),
  { label: "an empty object in place of the response", rule: { then: "dropped" }, method: "get", garbles: true },
  {
    label: "another operation's response",
    rule: { then: { answersFor: "operations/other" } },
    method: "get",
    garbles: true,
  },
];

/** Faults that a retry can't overcome. */
export const definite: readonly Row[] = [
  ...[400, 401, 403, 409, 499].map((code) => status(code)),
  ...(["OUT_OF_RANGE", "ALREADY_EXISTS", "CANCELLED"] as const).map((code) => status(400, { code })),
  ...[400, 401, 403, 404, 405, 409, 413, 418, 501].map((code) => status(code, { body: "html" })),
  status(404, { body: "empty" }),
  status(501, { body: { json: { error: { code: 501 } } } }),
  status(404, { body: { json: { error: { status: "NO_SUCH_CODE", message: "" } } } }),
  status(403, { retryAfter: 0 }),
];
