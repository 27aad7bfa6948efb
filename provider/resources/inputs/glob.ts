import { createContext, Script } from "node:vm";
import picomatch from "picomatch";

/** Names may begin with a dot, and a backslash in them isn't a separator. */
const options = { dot: true, windows: false };

/**
 * How long a glob may take for all names of a page together, in milliseconds; an ordinary page takes a few. Names for which it
 * takes too long get as much time again.
 */
const pageTimeout = 250;

/** How long a glob may take for one name where a page took too long, in milliseconds. */
const nameTimeout = 20;

/** `node:vm` can interrupt a regular expression; nothing else in Node.js can. */
const sandbox = createContext({ work: undefined }) as { work: (() => void) | undefined };
const script = new Script("work()");

/** Whether a name matches; `undefined` where that takes too long to find out. */
export type Verdict = boolean | undefined;

/**
 * Matches names against a glob in bounded time. A glob becomes a regular expression, for which a service can choose a name
 * that takes it minutes. The matcher takes half a second at most, and no longer than its `timeout` in milliseconds.
 */
export function globMatcher(pattern: string): (names: readonly string[], timeout?: number) => Verdict[] {
  const isMatch = picomatch(pattern, options);
  return (names, timeout = Infinity) => {
    const verdicts: Verdict[] = [];
    const half = Math.max(1, Math.min(pageTimeout, Math.floor(timeout / 2)));
    const wasDone = within(half, () => {
      for (const name of names) verdicts.push(isMatch(name));
    });
    return wasDone ? verdicts : oneByOne(names, isMatch, half);
  };
}

/** Finds the names that take too long. Those that are left when the time for the page is over are undecided too. */
function oneByOne(names: readonly string[], isMatch: (name: string) => boolean, timeout: number): Verdict[] {
  const start = performance.now();
  return names.map((name) => {
    let verdict: Verdict;
    if (performance.now() - start > timeout) return verdict;
    within(nameTimeout, () => {
      verdict = isMatch(name);
    });
    return verdict;
  });
}

/** Does `work`, and returns whether it was done in so many milliseconds. */
function within(milliseconds: number, work: () => void): boolean {
  sandbox.work = work;
  try {
    script.runInContext(sandbox, { timeout: milliseconds });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return false;
    throw error;
  } finally {
    sandbox.work = undefined;
  }
}
