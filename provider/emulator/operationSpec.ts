/** An operation of the emulator: what it is, and how it takes a cancellation. Every part has a default. */
export interface OperationSpec {
  /** The resource name, for example `projects/p/locations/l/operations/x`. Default: `operations/` and an opaque id. */
  readonly name?: string;
  /** Cloud Channel's only metadata, for example `CREATE_ENTITLEMENT`. Default: no metadata. */
  readonly operationType?: string;
  /** The metadata as it is, in place of `operationType`. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /**
   * What a success carries. Default: an empty `google.protobuf.Empty`; `null` leaves it out, as some services do.
   */
  readonly response?: Readonly<Record<string, unknown>> | null;
  /**
   * What a failure carries; default: code 13, INTERNAL. With it, `completeAfter` ends in a failure. An error of code 1
   * is what a cancellation carries.
   */
  readonly error?: RpcStatus;
  /**
   * What an accepted cancel comes to: the operation is cancelled (`"cancel"`, the default), succeeds despite it, fails,
   * or goes on running as though nothing had been asked. The API promises a best effort only.
   */
  readonly onCancel?: "cancel" | "complete" | "fail" | "ignore";
  /** Milliseconds from the accepted cancel to what `onCancel` says. Default 0: the next read finds it settled. */
  readonly settleAfter?: number;
  /** Milliseconds from its addition until it completes by itself. Default: never. */
  readonly completeAfter?: number;
  /** Settled from the start. Default: running. */
  readonly done?: SettledOutcome;
  /** What a cancel answers while it runs; all but `"OK"`, the default, leave it running. */
  readonly answer?: CancelAnswer;
  /** What a cancel answers once it is settled. Default `"OK"`. The API does not say which to expect. */
  readonly answerWhenDone?: CancelAnswer;
  /**
   * Milliseconds from its end until it is answered NOT_FOUND. Default: never. AIP-151 speaks of 30 days.
   */
  readonly expireAfter?: number;
}

/** The ways an operation ends. Cancelled: done, with error code 1. */
export type SettledOutcome = "cancelled" | "succeeded" | "failed";

export type CancelAnswer = "OK" | "UNIMPLEMENTED" | "FAILED_PRECONDITION";

/** `google.rpc.Status`, as an operation's `error` holds it: the code is gRPC's number, not an HTTP status. */
export interface RpcStatus {
  readonly code: number;
  readonly message: string;
  readonly details?: readonly Readonly<Record<string, unknown>>[];
}

type Check = (value: unknown) => string | undefined;

const text: Check = (value) => (typeof value === "string" && value !== "" ? undefined : "must be a text");
const object: Check = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? undefined : "must be an object";
const objectOrNull: Check = (value) => (value === null ? undefined : object(value));
const milliseconds: Check = (value) =>
  typeof value === "number" && value >= 0 ? undefined : "must be a number of milliseconds, 0 or more";
const oneOf =
  (...choices: string[]): Check =>
  (value) =>
    typeof value === "string" && choices.includes(value) ? undefined : `must be one of ${choices.join(", ")}`;
const status: Check = (value) => {
  const { code, message } = (object(value) === undefined ? value : {}) as Record<string, unknown>;
  return Number.isInteger(code) && code !== 0 && typeof message === "string"
    ? undefined
    : "must be { code, message, details? } with a numeric code other than 0";
};
const resourceName: Check = (value) =>
  typeof value === "string" && /^[^/]+(\/[^/]+)+$/.test(value)
    ? undefined
    : "must be a resource name, such as operations/AbC";

const checks: Readonly<Record<keyof OperationSpec, Check>> = {
  name: resourceName,
  operationType: text,
  metadata: object,
  response: objectOrNull,
  error: status,
  onCancel: oneOf("cancel", "complete", "fail", "ignore"),
  settleAfter: milliseconds,
  completeAfter: milliseconds,
  done: oneOf("cancelled", "succeeded", "failed"),
  answer: oneOf("OK", "UNIMPLEMENTED", "FAILED_PRECONDITION"),
  answerWhenDone: oneOf("OK", "UNIMPLEMENTED", "FAILED_PRECONDITION"),
  expireAfter: milliseconds,
};

/**
 * Reads a spec that came as JSON, or from a program without types.
 *
 * @throws Error that names the first property that is unknown or wrong: a spec with a typo would behave as the default.
 */
export function checkedSpec(value: unknown): OperationSpec {
  if (object(value) !== undefined) throw new Error("an operation must be an object");
  for (const [property, given] of Object.entries(value as Record<string, unknown>)) {
    if (!Object.hasOwn(checks, property)) throw new Error(`an operation has no property "${property}"`);
    if (given === undefined) continue;
    const problem = checks[property as keyof OperationSpec](given);
    if (problem !== undefined) throw new Error(`"${property}" of an operation ${problem}`);
  }
  return value as OperationSpec;
}
