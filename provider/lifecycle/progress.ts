/** How often the process says what it waits for, in milliseconds. However many wait, it is one line. */
const interval = 15_000;

const waiting = new Set<{ readonly since: number }>();
let ended = 0;
let timer: NodeJS.Timeout | undefined;

/** Counts one more operation that is waited for; the function it returns takes it off again. */
export function watch(): () => void {
  const entry = { since: performance.now() };
  waiting.add(entry);
  timer ??= setInterval(report, interval).unref();
  return () => {
    waiting.delete(entry);
    ended += 1;
    if (waiting.size > 0) return;
    clearInterval(timer);
    timer = undefined;
    ended = 0;
  };
}

/** Lines on stdout are shown by the engine as it goes. */
function report(): void {
  const longest = Math.max(...[...waiting].map(({ since }) => performance.now() - since));
  console.log(
    `Waiting for ${waiting.size} operation${waiting.size === 1 ? "" : "s"} to settle, the longest for ${Math.round(longest / 1000)}s; ${ended} settled so far.`,
  );
}
