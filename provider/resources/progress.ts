/** How often the process says what it waits for, in milliseconds. However many wait, it is one line. */
const interval = 15_000;

/** Something that waits: since when, and for how many operations. */
interface Waiter {
  readonly since: number;
  readonly operations: () => number;
}

const waiters = new Set<Waiter>();
let timer: NodeJS.Timeout | undefined;

/**
 * Counts operations that are waited for; the function it returns takes them off again.
 *
 * @param operations how many they are at the moment
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

/** Lines on stdout are shown by the engine as it goes. */
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
