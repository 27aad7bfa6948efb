/** A moment after which a step gives up. Measured on the monotonic clock, which no clock adjustment moves. */
export class Deadline {
  private constructor(
    private readonly at: number,
    /** How long the step was given, in milliseconds. */
    readonly allowance: number,
  ) {}

  static after(milliseconds: number): Deadline {
    return new Deadline(performance.now() + milliseconds, milliseconds);
  }

  /** Milliseconds left, never negative. */
  get remaining(): number {
    return Math.max(0, this.at - performance.now());
  }

  get passed(): boolean {
    return this.remaining === 0;
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
