import { showStatus } from "./status";

/** Shows a line to the user. */
export type Log = (line: string) => void;

/** Where a step shows what it does. */
export interface Display {
  /** Shows a line. All steps of a process share this function, and so the lines that are shown once. */
  readonly log: Log;
  /** Shows texts at the step's resource. Absent if the host can show them only at the stack. */
  readonly own?: OwnDisplay;
}

/** Shows texts at one resource. */
export interface OwnDisplay {
  readonly info: Log;
  readonly warn: Log;
  /** Shows what the resource does at the moment, in place of what was shown before. */
  readonly status: Log;
}

/** Shows a line at the step's resource, or at the stack if the host can't show it there. */
export function showInfo({ log, own }: Display, line: string): void {
  (own?.info ?? log)(line);
}

/** Shows a warning at the step's resource, or a line at the stack if the host can't show it there. */
export function showWarning({ log, own }: Display, line: string): void {
  (own?.warn ?? log)(line);
}

/** How long an activity takes before a line shows it, and the time between two lines of a topic, in milliseconds. */
const interval = 15_000;

/** When a topic looks again whether it has something to show, in milliseconds. */
const recheckInterval = 1_000;

/** Something that takes time. */
export interface Activity {
  /** When it began, by the monotonic clock. */
  readonly since: number;
  readonly log: Log;
}

/** Activities of the process that share one line. Shows it once one of them has taken 15 s, and then every 15 s. */
export class Topic<T extends Activity> {
  private readonly activities = new Set<T>();
  private lastShown = -Infinity;
  private timer: NodeJS.Timeout | undefined;
  /** When the timer fires. */
  private due = Infinity;

  /** @param describe returns the line, or `undefined` if none of the activities needs one at the moment */
  constructor(private readonly describe: (activities: readonly T[]) => string | undefined) {}

  /** Adds an activity. Returns a function that removes it. */
  add(activity: T): () => void {
    this.activities.add(activity);
    this.schedule(Math.max(activity.since, this.lastShown) + interval);
    return () => {
      this.activities.delete(activity);
      if (this.activities.size === 0) this.cancelTimer();
    };
  }

  private schedule(due: number): void {
    if (due >= this.due) return;
    this.cancelTimer();
    this.due = due;
    const delay = Math.max(0, Math.ceil(due - performance.now()));
    this.timer = setTimeout(() => {
      this.report();
    }, delay).unref();
  }

  private cancelTimer(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.due = Infinity;
  }

  private report(): void {
    this.cancelTimer();
    const activities = [...this.activities].sort((a, b) => a.since - b.since);
    const [oldest] = activities;
    if (!oldest) return;
    const now = performance.now();
    const due = Math.max(oldest.since, this.lastShown) + interval;
    const line = now < due ? undefined : this.describe(activities);
    if (line !== undefined) {
      this.lastShown = now;
      oldest.log(line);
    }
    this.schedule(line === undefined ? Math.max(due, now + recheckInterval) : now + interval);
  }
}

/** A wait for operations to settle. */
interface Wait extends Activity {
  /** Returns how many operations it is for at the moment. */
  readonly count: () => number;
}

const waits = new Topic<Wait>((activities) => {
  const count = activities.reduce((sum, { count: waiting }) => sum + waiting(), 0);
  const longest = Math.max(...activities.map(({ since }) => performance.now() - since));
  if (count === 0) return undefined;
  return `Waiting for ${count} operation${count === 1 ? "" : "s"} to settle, the longest for ${Math.round(longest / 1000)}s.`;
});

/**
 * Shows that a step waits for operations to settle, in one line for all waits of the process, and in the status of the
 * step's resource. Returns a function that ends it.
 *
 * @param since when the step began. The wait is the rest of it, so the time before counts too
 * @param count returns how many operations the step waits for at the moment
 * @param describe returns what the status says of the wait
 */
export function showWait(
  { log, own }: Display,
  { since, count, describe }: { since: number; count: () => number; describe: () => string },
): () => void {
  const endLine = waits.add({ since, log, count });
  const endStatus = showStatus(own?.status, describe);
  return () => {
    endLine();
    endStatus();
  };
}

/**
 * Shows how far a step is, in a line of its own and in the status of the step's resource. Returns a function that ends
 * it.
 */
export function showProgress({ log, own }: Display, since: number, describe: () => string | undefined): () => void {
  const endLine = new Topic(describe).add({ since, log });
  const endStatus = showStatus(own?.status, describe);
  return () => {
    endLine();
    endStatus();
  };
}
