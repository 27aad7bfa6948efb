/**
 * How long calls may go on after a step's time limit, in milliseconds: one last read at the limit still has a chance. It
 * holds for all calls of a step together, so a step ends within its limit and this.
 */
const grace = 1_000;

/** The longest that a single attempt of a call may take, in milliseconds. */
const maxAttempt = 30_000;

/** The time limit of a step. Measured on the monotonic clock, which no clock adjustment moves. */
export class Deadline {
  private constructor(
    private readonly at: number,
    /** How long the step was given, in milliseconds. */
    readonly allowance: number,
  ) {}

  static after(milliseconds: number): Deadline {
    return new Deadline(performance.now() + milliseconds, milliseconds);
  }

  /** A part of this time: `milliseconds` from now, and never later than this deadline. */
  atMost(milliseconds: number): Deadline {
    return new Deadline(Math.min(this.at, performance.now() + milliseconds), this.allowance);
  }

  /** Milliseconds left, never negative. */
  get remaining(): number {
    return Math.max(0, this.at - performance.now());
  }

  /** Whether the time limit is over. Calls may still be made until {@link expired}. */
  get passed(): boolean {
    return this.remaining === 0;
  }

  /** Whole milliseconds that a call made now may take: until the limit and its grace are over, and never more than 30 s. */
  get callTimeout(): number {
    return Math.min(maxAttempt, Math.max(0, Math.ceil(this.at + grace - performance.now())));
  }

  /** Whether the grace is over too, so that no call may be made. */
  get expired(): boolean {
    return this.callTimeout === 0;
  }
}

/** More than this overflows a Node.js timer, which then fires at once. */
const longestTimer = 2 ** 31 - 1;

/** `milliseconds` as a timer takes them: it would drop a fraction, and fire before its time. */
export function timerDelay(milliseconds: number): number {
  return Math.min(Math.ceil(milliseconds), longestTimer);
}

/** Resolves after `milliseconds`. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, timerDelay(milliseconds)));
}
