import { rpcCodes } from "../common/rpcCodes";
import { type Check, checkProperties, milliseconds, object, oneOf, text } from "./checks";

/** An emulated operation: its content, and how it responds to a cancel. Every property has a default. */
export interface OperationSpec {
  /** The resource name, for example `projects/p/locations/l/operations/x`. Default: `operations/` with a random ID. */
  readonly name?: string;
  /** The operation type in Cloud Channel's metadata, for example `CREATE_ENTITLEMENT`. Default: no metadata. */
  readonly operationType?: string;
  /** Any other metadata, instead of `operationType`. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /**
   * The response of an operation that succeeds. `null` leaves it out, as some services do. Default: a
   * `google.protobuf.Empty`.
   */
  readonly response?: Readonly<Record<string, unknown>> | null;
  /**
   * The error of an operation that fails, or with code 1 (CANCELLED) of one that is cancelled. With another code,
   * `completeAfter` makes the operation fail. Default: code 13 (INTERNAL).
   */
  readonly error?: RpcStatus;
  /**
   * What happens after an accepted cancel: the operation is cancelled, succeeds, fails, or keeps running. The API
   * promises a best effort only. Default `"cancel"`.
   */
  readonly onCancel?: "cancel" | "complete" | "fail" | "ignore";
  /** The milliseconds from the accepted cancel until `onCancel` happens. Default 0: before the next read. */
  readonly settleAfter?: number;
  /** The milliseconds until the operation completes without a cancel. Default: never. */
  readonly completeAfter?: number;
  /** Adds the operation as done, with this outcome. Default: running. */
  readonly done?: SettledOutcome;
  /** The response to a cancel while the operation runs. An error leaves it running. Default `"OK"`. */
  readonly answer?: CancelResponse;
  /** The response to a cancel of an operation that is done, which the API doesn't specify. Default `"OK"`. */
  readonly answerWhenDone?: CancelResponse;
  /** The milliseconds from the end of the operation until calls return NOT_FOUND. Default: never. AIP-151: 30 days. */
  readonly expireAfter?: number;
}

/** How an operation ends. A cancelled operation is done, and has an error with code 1. */
export type SettledOutcome = "cancelled" | "succeeded" | "failed";

export type CancelResponse = "OK" | "UNIMPLEMENTED" | "FAILED_PRECONDITION";

/** `google.rpc.Status`, an operation's `error`. The code is a number of `google.rpc.Code`, not an HTTP status. */
export interface RpcStatus {
  readonly code: number;
  readonly message: string;
  readonly details?: readonly Readonly<Record<string, unknown>>[];
}

/** The state of an operation at one moment. Times are in milliseconds of the emulator's clock. */
export interface OperationSnapshot {
  readonly name: string;
  readonly done: boolean;
  readonly outcome: "running" | SettledOutcome;
  /** Whether the service accepted a cancel while the operation ran. */
  readonly cancelRequested: boolean;
  /** When the service accepted the first cancel. */
  readonly cancelRequestedAt?: number;
  readonly settledAt?: number;
  /** Whether the operation has expired or was deleted, so that calls return NOT_FOUND. */
  readonly gone: boolean;
}

/** `google.longrunning.Operation` in JSON, which leaves out a `done` that is false. */
export interface OperationBody {
  readonly name: string;
  readonly metadata?: unknown;
  readonly done?: true;
  readonly error?: RpcStatus;
  readonly response?: unknown;
}

interface Settlement {
  readonly outcome: SettledOutcome;
  readonly at: number;
}

const CANCELLED = rpcCodes.CANCELLED.number;
const INTERNAL = rpcCodes.INTERNAL.number;

const outcomeOfCancel = { cancel: "cancelled", complete: "succeeded", fail: "failed" } as const;

/**
 * One operation. Computes its state from timestamps on every read. Without timers, waiting operations cost nothing, and
 * a test can move the clock.
 */
export class EmulatedOperation {
  private cancelRequestedAt: number | undefined;
  private settledExplicitly: Settlement | undefined;
  private goneSince = Infinity;

  constructor(
    readonly name: string,
    readonly spec: OperationSpec,
    private readonly addedAt: number,
  ) {
    if (spec.done !== undefined) this.settledExplicitly = { outcome: spec.done, at: addedAt };
  }

  /** Keeps the time of the first cancel. */
  requestCancel(now: number): void {
    if (!this.isDone(now)) this.cancelRequestedAt ??= now;
  }

  settle(outcome: SettledOutcome, now: number): void {
    const settled = this.settlement(now);
    if (settled !== undefined) throw new Error(`operation "${this.name}" is already done: ${settled.outcome}`);
    this.settledExplicitly = { outcome, at: now };
  }

  remove(now: number): void {
    this.goneSince = Math.min(this.goneSince, now);
  }

  isDone(now: number): boolean {
    return this.settlement(now) !== undefined;
  }

  isGone(now: number): boolean {
    if (now >= this.goneSince) return true;
    if (this.spec.expireAfter === undefined) return false;
    const settled = this.settlement(now);
    return settled !== undefined && now >= settled.at + this.spec.expireAfter;
  }

  body(now: number): OperationBody {
    const { name, spec } = this;
    const metadata = spec.metadata ?? metadataOf(spec.operationType);
    const running = { name, ...(metadata && { metadata }) };
    const settled = this.settlement(now);
    if (settled === undefined) return running;
    if (settled.outcome !== "succeeded") return { ...running, done: true, error: this.errorOf(settled.outcome) };
    if (spec.response === null) return { ...running, done: true };
    return {
      ...running,
      done: true,
      response: spec.response ?? { "@type": "type.googleapis.com/google.protobuf.Empty" },
    };
  }

  snapshot(now: number): OperationSnapshot {
    const settled = this.settlement(now);
    return {
      name: this.name,
      done: settled !== undefined,
      outcome: settled?.outcome ?? "running",
      cancelRequested: this.cancelRequestedAt !== undefined,
      ...(this.cancelRequestedAt !== undefined && { cancelRequestedAt: this.cancelRequestedAt }),
      ...(settled && { settledAt: settled.at }),
      gone: this.isGone(now),
    };
  }

  /** Returns what ended the operation first, if anything has. */
  private settlement(now: number): Settlement | undefined {
    let first = this.settledExplicitly;
    const { completeAfter, onCancel = "cancel", settleAfter = 0, error } = this.spec;
    if (completeAfter !== undefined) {
      const fails = error !== undefined && error.code !== CANCELLED;
      first = earlier(first, { outcome: fails ? "failed" : "succeeded", at: this.addedAt + completeAfter });
    }
    if (this.cancelRequestedAt !== undefined && onCancel !== "ignore") {
      first = earlier(first, { outcome: outcomeOfCancel[onCancel], at: this.cancelRequestedAt + settleAfter });
    }
    return first !== undefined && first.at <= now ? first : undefined;
  }

  private errorOf(outcome: "cancelled" | "failed"): RpcStatus {
    const { error } = this.spec;
    if (outcome === "cancelled") {
      return error?.code === CANCELLED ? error : { code: CANCELLED, message: "The operation was cancelled." };
    }
    return error !== undefined && error.code !== CANCELLED
      ? error
      : { code: INTERNAL, message: "Internal error encountered." };
  }
}

function earlier(one: Settlement | undefined, other: Settlement): Settlement {
  return one !== undefined && one.at <= other.at ? one : other;
}

function metadataOf(operationType: string | undefined): Record<string, unknown> | undefined {
  return operationType === undefined
    ? undefined
    : { "@type": "type.googleapis.com/google.cloud.channel.v1.OperationMetadata", operationType };
}

const objectOrNull: Check = (value) => (value === null ? undefined : object(value));
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
 * Validates a spec. One with a misspelled property would otherwise behave as the default.
 *
 * @throws Error that names the first property that is unknown or invalid
 */
export function validateSpec(value: unknown): OperationSpec {
  if (object(value) !== undefined) throw new Error("an operation must be an object");
  checkProperties("an operation", value as object, checks);
  return value as OperationSpec;
}
