/** How often the process prints what it waits for, in milliseconds. All waiters share one line. */
const interval = 15_000;

/** A wait: when it began, and how many operations it waits for. */
interface Waiter {
  readonly since: number;
  readonly operations: () => number;
}

const waiters = new Set<Waiter>();
let timer: NodeJS.Timeout | undefined;

/**
 * Adds a wait to the progress line, and returns a function that removes it.
 *
 * @param operations returns how many operations the wait is for at the moment
 */
export function showProgress(operations: () => number = () => 1): () => void {
  const waiter = { since: performance.now(), operations };
  waiters.add(waiter);
  timer ??= setInterval(report, interval).unref();
  return () => {
    waiters.delete(waiter);
    if (waiters.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Prints the progress line to stdout, which the engine shows while the step runs. */
function report(): void {
  let [count, longest] = [0, 0];
  for (const { since, operations } of waiters) {
    count += operations();
    longest = Math.max(longest, performance.now() - since);
  }
  console.log(
    `Waiting for ${count} operation${count === 1 ? "" : "s"} to settle, the longest for ${Math.round(longest / 1000)}s.`,
  );
}
