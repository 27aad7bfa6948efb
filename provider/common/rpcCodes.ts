/**
 * The codes of `google.rpc.Code`: each one's number, and the HTTP status that REST services send with it.
 *
 * Source: `google/rpc/code.proto`.
 */
export const rpcCodes = {
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
export type Code = keyof typeof rpcCodes;

/** `google.rpc.Code.CANCELLED`: the error code of a cancelled operation. */
export const CANCELLED = rpcCodes.CANCELLED.number;

/** `google.rpc.Code.OK`: "not an error". */
export const OK = rpcCodes.OK.number;

export function isCode(name: unknown): name is Code {
  return typeof name === "string" && Object.hasOwn(rpcCodes, name);
}

/** Returns the name of a numeric code; `UNKNOWN`, as gRPC does, for a number that isn't a `google.rpc.Code`. */
export function codeName(number: number): Code {
  const found = Object.entries(rpcCodes).find(([, code]) => code.number === number);
  return (found?.[0] ?? "UNKNOWN") as Code;
}
