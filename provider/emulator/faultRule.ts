import { rpcCodes } from "../common/rpcCodes";
import { boolean, type Check, checkProperties, object, oneOf, text } from "./checks";
import type { FaultRule, FaultyMethod, NamedFault } from "./faults";

/** The methods that a rule from outside this process can name. A test's own services have others. */
export const faultyMethods = ["get", "list", "cancel", "delete"] as const satisfies readonly FaultyMethod[];

export const namedFaults = [
  "lostAnswer",
  "dropped",
  "noAnswer",
  "goesBack",
  "staleToken",
] as const satisfies readonly NamedFault[];

const isPositive = (value: unknown) => typeof value === "number" && Number.isInteger(value) && value > 0;
const nonnegative: Check = (value) =>
  typeof value === "number" && value >= 0 ? undefined : "must be a number, 0 or more";

const methods: Check = (value) => {
  const given = Array.isArray(value) ? (value as unknown[]) : [value];
  const isMethod = (each: unknown) => typeof each === "string" && each !== "" && each !== "admin";
  return given.length > 0 && given.every(isMethod)
    ? undefined
    : `must be one or several of ${faultyMethods.join(", ")}`;
};

const calls: Check = (value) => {
  const { from, to = from } = (object(value) === undefined ? value : {}) as { from?: unknown; to?: unknown };
  const numbers = Array.isArray(value) ? (value as unknown[]) : [value];
  return numbers.every(isPositive) || (isPositive(from) && isPositive(to) && Number(to) >= Number(from))
    ? undefined
    : "must be a number, a list of numbers, or { from, to? }, counted from 1";
};

/** Node.js fires a longer timer at once. */
const delay: Check = (value) =>
  typeof value === "number" && value >= 0 && value < 2 ** 31
    ? undefined
    : "must be a number of milliseconds, 0 or more, and less than 2147483648";

const share: Check = (value) =>
  typeof value === "number" && value >= 0 && value <= 1 ? undefined : "must be a number from 0 to 1";

const httpStatus: Check = (value) =>
  Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599
    ? undefined
    : "must be an HTTP status from 200 to 599";

const retryAfter: Check = (value) =>
  typeof value === "number" || typeof value === "string" || value instanceof Date
    ? undefined
    : "must be seconds, a date or a text";

const body: Check = (value) => {
  if (typeof value === "string") return oneOf("html", "empty", "truncated")(value);
  const isBody = object(value) === undefined && ("json" in (value as object) || "text" in (value as object));
  return isBody ? undefined : 'must be "html", "empty", "truncated", { json } or { text, contentType? }';
};

/** The properties of each kind of fault, by the property that tells the kind. */
const kinds: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  reset: { reset: oneOf("beforeHeaders", "withinHeaders", "afterHeaders", "withinBody") },
  redirect: { redirect: text, status: httpStatus },
  answersFor: { answersFor: text },
  status: {
    status: httpStatus,
    code: oneOf(...Object.keys(rpcCodes)),
    message: (value) => (typeof value === "string" ? undefined : "must be a string"),
    retryAfter,
    retryInfo: nonnegative,
    details: (value) => (Array.isArray(value) ? undefined : "must be a list"),
    body,
  },
  body: { body },
};

const fault: Check = (value) => {
  const isFault = typeof value === "string" ? oneOf(...namedFaults)(value) === undefined : kindOf(value) !== undefined;
  const keys = "status, body, reset, redirect, answersFor";
  return isFault ? undefined : `must be one of ${namedFaults.join(", ")}, or an object with ${keys}`;
};

/** Returns the checks for a fault that is an object, or `undefined` if it's of no known kind. */
function kindOf(value: unknown): Readonly<Record<string, Check>> | undefined {
  if (object(value) !== undefined) return undefined;
  return Object.entries(kinds).find(([key]) => key in (value as object))?.[1];
}

const checks: Readonly<Record<keyof FaultRule, Check>> = {
  method: methods,
  name: (value) => (value instanceof RegExp ? undefined : text(value)),
  calls,
  perOperation: boolean,
  probability: share,
  delay,
  then: fault,
  carriedOut: boolean,
};

/**
 * Validates a rule. A test whose rule has no effect would pass without testing anything.
 *
 * @throws Error that names the first property that is unknown or invalid
 */
export function validateRule(value: unknown): FaultRule {
  if (object(value) !== undefined) throw new Error("a fault must be an object");
  checkProperties("a fault", value as object, checks);
  const rule = value as FaultRule;
  if (rule.then === undefined && rule.delay === undefined) {
    throw new Error('a fault needs "then" or "delay", because it has no effect without them');
  }
  const kind = kindOf(rule.then);
  if (kind !== undefined) checkProperties('"then" of a fault', rule.then as object, kind);
  return rule;
}
