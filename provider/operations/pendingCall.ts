import type { Deadline } from "../common/deadline";
import type { Call, CallError } from "./errors";

/**
 * What a call waits for: its turn at a host that fails or asks for a pause, a credential, the response, or the next
 * attempt.
 */
export type CallPhase = "turn" | "credential" | "response" | "retry";

/** A call that has no result yet, with all its attempts. */
export class PendingCall {
  /** When it began, by the monotonic clock. */
  readonly since = performance.now();
  phase: CallPhase = "turn";
  /** How many attempts were begun. */
  attempts = 0;
  /** The error of the last attempt. It can also be one of the header source. */
  error: unknown;

  /** @param hostError returns the host's last error, which may be that of another call */
  constructor(
    readonly call: Call,
    readonly deadline: Deadline,
    readonly hostError: () => CallError | undefined,
  ) {}

  /** Records the failure of an attempt. */
  fail(error: unknown): void {
    this.phase = "retry";
    this.error = error;
  }
}

/** Receives each call when it begins. Returns a function for its end. */
export type CallObserver = (call: PendingCall) => () => void;
