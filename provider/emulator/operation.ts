import type { OperationSpec, RpcStatus, SettledOutcome } from "./operationSpec";

/** An operation as it stands at one moment. Times are milliseconds of the emulator's clock. */
export interface OperationSnapshot {
  readonly name: string;
  readonly done: boolean;
  readonly outcome: "running" | SettledOutcome;
  /** Whether a cancel was accepted while it ran. */
  readonly cancelRequested: boolean;
  /** When the first cancel was accepted. */
  readonly cancelRequestedAt?: number;
  readonly settledAt?: number;
  /** The service no longer knows it: expired or deleted. */
  readonly gone: boolean;
}

/** `google.longrunning.Operation` in JSON. Like every proto3 message it leaves out a `done` that is false. */
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

const outcomeOfCancel = { cancel: "cancelled", complete: "succeeded", fail: "failed" } as const;

/**
 * One operation. Where it stands is worked out from time stamps whenever it is asked, never by a timer: a hundred
 * thousand of them cost nothing while they wait, and a test's clock moves them at will.
 */
export class EmulatedOperation {
  private cancelRequestedAt: number | undefined;
  private settledByHand: Settlement | undefined;
  private goneFrom = Infinity;

  constructor(
    readonly name: string,
    readonly spec: OperationSpec,
    private readonly addedAt: number,
  ) {
    if (spec.done !== undefined) this.settledByHand = { outcome: spec.done, at: addedAt };
  }

  /** A second cancel of a running operation changes nothing. */
  requestCancel(now: number): void {
    if (!this.isDone(now)) this.cancelRequestedAt ??= now;
  }

  settle(outcome: SettledOutcome, now: number): void {
    const settled = this.settlement(now);
    if (settled !== undefined) throw new Error(`${this.name} has already settled: ${settled.outcome}`);
    this.settledByHand = { outcome, at: now };
  }

  remove(now: number): void {
    this.goneFrom = Math.min(this.goneFrom, now);
  }

  isDone(now: number): boolean {
    return this.settlement(now) !== undefined;
  }

  isGone(now: number): boolean {
    if (now >= this.goneFrom) return true;
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

  /** Whatever ends it first is how it ended. */
  private settlement(now: number): Settlement | undefined {
    let first = this.settledByHand;
    const { completeAfter, onCancel = "cancel", settleAfter = 0, error } = this.spec;
    if (completeAfter !== undefined) {
      const fails = error !== undefined && error.code !== 1;
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
      return error?.code === 1 ? error : { code: 1, message: "The operation was cancelled." };
    }
    return error !== undefined && error.code !== 1 ? error : { code: 13, message: "Internal error encountered." };
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
