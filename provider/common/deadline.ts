/**
 * The grace period after a step's time limit, in milliseconds. With it, one last read at the limit can succeed. All
 * calls of a step share it, so a step ends within its time limit and the grace period.
 */
const grace = 1_000;

/** The time limit of a single attempt of a call, in milliseconds. */
const maxAttempt = 30_000;

/**
 * The time limit of a step. Uses the monotonic clock, which clock adjustments don't affect. No time is left after the
 * user interrupts the deployment.
 */
export class Deadline {
  private constructor(
    private readonly at: number,
    /** The length of the time limit, in milliseconds. */
    readonly allowance: number,
    /** When the time began, by the monotonic clock. */
    readonly start: number,
    /** Aborts when the user interrupts the deployment, if the host can tell. */
    readonly interruption: AbortSignal | undefined,
  ) {}

  static after(milliseconds: number, interruption?: AbortSignal): Deadline {
    const now = performance.now();
    return new Deadline(now + milliseconds, milliseconds, now, interruption);
  }

  /** Returns a deadline `milliseconds` from now, but never later than this one. */
  atMost(milliseconds: number): Deadline {
    const at = Math.min(this.at, performance.now() + milliseconds);
    return new Deadline(at, this.allowance, this.start, this.interruption);
  }

  /** Whether the user interrupted the deployment. */
  get interrupted(): boolean {
    return this.interruption?.aborted === true;
  }

  /** The milliseconds left, never negative. */
  get remaining(): number {
    return this.interrupted ? 0 : Math.max(0, this.at - performance.now());
  }

  /** Whether the time limit is over. Calls may still be made until {@link expired}. */
  get passed(): boolean {
    return this.remaining === 0;
  }

  /** How long a call may take from now on, in whole milliseconds: until the grace period ends, and at most 30 s. */
  get callTimeout(): number {
    return this.interrupted ? 0 : Math.min(maxAttempt, Math.max(0, Math.ceil(this.at + grace - performance.now())));
  }

  /** Whether the grace period is over too, so that no call may be made. */
  get expired(): boolean {
    return this.callTimeout === 0;
  }

  /** Resolves after `milliseconds`, or as soon as the user interrupts the deployment. */
  sleep(milliseconds: number): Promise<void> {
    const { interruption } = this;
    if (!interruption) return sleep(milliseconds);
    if (interruption.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        interruption.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, timerDelay(milliseconds));
      interruption.addEventListener("abort", end);
    });
  }
}

/** The longest delay of a Node.js timer. A longer one overflows, and the timer fires at once. */
const longestTimer = 2 ** 31 - 1;

/** Returns a valid delay for a timer. Rounds up, because a timer drops fractions and would fire too early. */
export function timerDelay(milliseconds: number): number {
  return Math.min(Math.ceil(milliseconds), longestTimer);
}

/** Resolves after `milliseconds`. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, timerDelay(milliseconds)));
}
