import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleWhen,
} from "cockatiel";
import { type Deadline, sleep } from "./deadline";
import { type Call, CallError, PausedError, RpcError, UnexpectedAnswerError } from "./errors";
import { isTransient } from "./transience";

/**
 * So many calls in a row must fail before a host is taken to be down. Faults that come and go are left to each call's own
 * retries: of a host that fails every other call, three in a row would soon be found among many calls, and a probe at a time
 * would take an hour for what takes a minute.
 */
const failuresInARow = 10;

/** How long a host that is down is left alone before the next probe, in milliseconds: longer each time. */
const probeDelay = new ExponentialBackoff({ initialDelay: 500, maxDelay: 10_000 });

/** How long calls pause after a 429 that does not say, in milliseconds. */
const defaultPause = 1_000;

/** How often a call that is held back looks whether it may go, in milliseconds. */
const lookInterval = 100;

/**
 * Stands before one host, for all calls of the process. A server that asks for a pause gets it from all of them; one that
 * is down gets a single probe at a time. The gate delays calls, and never fails one before its deadline.
 */
export class Gate {
  private pausedUntil = 0;
  private last: CallError | undefined;
  private readonly breaker = circuitBreaker(handleWhen(isTransient), {
    halfOpenAfter: probeDelay,
    breaker: new ConsecutiveBreaker(failuresInARow),
  });

  /**
   * Makes a call when its time has come.
   *
   * @throws {PausedError} when the deadline passed before that; the call was not made
   * @throws whatever `attempt` throws
   */
  async pass<T>(call: Call, deadline: Deadline, attempt: () => Promise<T>): Promise<T> {
    for (;;) {
      const pause = this.pausedUntil - performance.now();
      // The probe is not waited for here: it may take longer than this call has.
      if (pause <= 0 && this.breaker.state !== CircuitState.HalfOpen) {
        try {
          return await this.breaker.execute(attempt);
        } catch (error) {
          if (!(error instanceof BrokenCircuitError)) {
            this.heed(error);
            throw error;
          }
        }
      }
      if (deadline.passed) throw new PausedError(call, this.last);
      await sleep(Math.min(Math.max(pause, lookInterval), deadline.remaining));
    }
  }

  private heed(error: unknown): void {
    if (!(error instanceof CallError)) return;
    if (isTransient(error)) this.last = error;
    const pause = error.retryAfter ?? (isTooMany(error) ? defaultPause : 0);
    this.pausedUntil = Math.max(this.pausedUntil, performance.now() + pause);
  }
}

function isTooMany(error: CallError): boolean {
  return error instanceof RpcError ? error.code === "RESOURCE_EXHAUSTED" : isStatus(error, 429);
}

function isStatus(error: CallError, status: number): boolean {
  return error instanceof UnexpectedAnswerError && error.httpStatus === status;
}

/** The gates of the process, by the origins of their hosts. */
export const gates = new Map<string, Gate>();

/** The gate of a host: one for the process. */
export function gateOf(origin: string): Gate {
  let gate = gates.get(origin);
  if (!gate) {
    gate = new Gate();
    gates.set(origin, gate);
  }
  return gate;
}
