import type { ReadOperation } from "./client";
import type { Deadline } from "../common/deadline";
import type { Operation } from "./response";
import { boundedPause } from "./pause";

/** The first interval between two reads, in milliseconds. */
const minInterval = 250;
/** The longest interval, in milliseconds. An outcome is seen at most this much too late. */
const maxInterval = 30_000;
/** The interval as a share of the time waited so far. On average, an outcome is seen a tenth of that time too late. */
const growth = 0.2;
/** Shortens each interval by a random share of up to this much, to spread reads of operations cancelled together. */
const jitter = 0.2;

/**
 * Returns how long to wait before the next read, in milliseconds.
 *
 * @param waited how long the wait has lasted, in milliseconds
 * @param random a number from 0 up to but not including 1
 */
export function pollInterval(waited: number, random: number): number {
  const interval = Math.min(maxInterval, Math.max(minInterval, waited * growth));
  return interval * (1 - jitter * random);
}

/** The deadline passed, and the operation was still running. */
export class StillRunningError extends Error {
  constructor(
    /** The operation as last read. */
    readonly operation: Operation,
  ) {
    super(`${operation.name} is still running`);
    this.name = "StillRunningError";
  }
}

/** The result of one round of polling. */
export interface Poll {
  /** Whether polling can stop. */
  readonly done: boolean;
  /** How long the server asks to wait before the next round, in milliseconds. */
  readonly retryAfter?: number;
}

/**
 * Polls at once and then at growing intervals, until a round is done or the deadline has passed. The last interval ends
 * at the deadline, and one last round follows. No round follows an interruption.
 *
 * @returns whether a round was done
 * @throws the errors of `round`
 */
export async function poll(round: () => Promise<Poll>, deadline: Deadline): Promise<boolean> {
  const start = performance.now();
  for (;;) {
    const { done, retryAfter = 0 } = await round();
    if (done) return true;
    if (deadline.passed) return false;
    const interval = Math.max(boundedPause(retryAfter), pollInterval(performance.now() - start, Math.random()));
    await deadline.sleep(Math.min(interval, deadline.remaining));
    if (deadline.interrupted) return false;
  }
}

/**
 * Reads an operation until it is done.
 *
 * @param onRead called with the operation after each read, while it runs
 * @throws {StillRunningError} when the deadline has passed
 * @throws the errors of `read`
 */
export async function pollUntilDone(
  read: () => Promise<ReadOperation>,
  deadline: Deadline,
  onRead: (operation: Operation) => void = () => undefined,
): Promise<Operation> {
  let last!: Operation;
  const round = async (): Promise<Poll> => {
    const { operation, retryAfter = 0 } = await read();
    last = operation;
    if (!operation.done) onRead(operation);
    return { done: operation.done, retryAfter };
  };
  const done = await poll(round, deadline);
  if (!done) throw new StillRunningError(last);
  return last;
}
