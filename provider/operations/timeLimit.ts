type Listener = () => void;

/**
 * An abort signal that comes after so many milliseconds. It stands in for an AbortController, of which a request in a large
 * sweep feels the weight: it needs only what axios asks of it.
 */
export class TimeLimit {
  /** Whether the time was over before the limit was lifted. */
  aborted = false;
  private readonly listeners = new Set<Listener>();
  private readonly timer: NodeJS.Timeout;

  constructor(milliseconds: number) {
    this.timer = setTimeout(() => {
      this.aborted = true;
      for (const listener of this.listeners) listener();
    }, milliseconds);
  }

  addEventListener(_type: "abort", listener: Listener): void {
    this.listeners.add(listener);
  }

  removeEventListener(_type: "abort", listener: Listener): void {
    this.listeners.delete(listener);
  }

  /** The work is done in time. */
  lift(): void {
    clearTimeout(this.timer);
  }
}
