import { type Code, rpcCodes } from "../common/rpcCodes";

export type { Code };

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
