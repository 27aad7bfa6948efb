/**
 * The canonical error codes, by number and by the HTTP status that REST carries them in.
 *
 * Source: `google/rpc/code.proto`.
 */
const codes = {
  OK: { number: 0, http: 200 },
  CANCELLED: { number: 1, http: 499 },
  UNKNOWN: { number: 2, http: 500 },
  INVALID_ARGUMENT: { number: 3, http: 400 },
  DEADLINE_EXCEEDED: { number: 4, http: 504 },
  NOT_FOUND: { number: 5, http: 404 },
  ALREADY_EXISTS: { number: 6, http: 409 },
  PERMISSION_DENIED: { number: 7, http: 403 },
  RESOURCE_EXHAUSTED: { number: 8, http: 429 },
  FAILED_PRECONDITION: { number: 9, http: 400 },
  ABORTED: { number: 10, http: 409 },
  OUT_OF_RANGE: { number: 11, http: 400 },
  UNIMPLEMENTED: { number: 12, http: 501 },
  INTERNAL: { number: 13, http: 500 },
  UNAVAILABLE: { number: 14, http: 503 },
  DATA_LOSS: { number: 15, http: 500 },
  UNAUTHENTICATED: { number: 16, http: 401 },
} as const;

/** The name of a `google.rpc.Code`. */
export type Code = keyof typeof codes;

/** `google.rpc.Code.CANCELLED`: the code by which an operation tells that it was cancelled. */
export const CANCELLED = codes.CANCELLED.number;

/** `google.rpc.Code.OK`: "not an error". */
export const OK = codes.OK.number;

export function isCode(name: unknown): name is Code {
  return typeof name === "string" && Object.hasOwn(codes, name);
}

/** The name of a numeric code; `UNKNOWN` for a number that is no `google.rpc.Code`, as gRPC itself treats those. */
export function codeName(number: number): Code {
  const found = Object.entries(codes).find(([, code]) => code.number === number);
  return (found?.[0] ?? "UNKNOWN") as Code;
}
