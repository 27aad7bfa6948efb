import { createContext, Script } from "node:vm";
import picomatch from "picomatch";

/** A name may begin with a dot, and a backslash in it isn't a separator. */
const options = { dot: true, windows: false };

/**
 * How long a glob may take for all names of a page together, in milliseconds. An ordinary page takes a few
 * milliseconds. If the page takes longer, matching its names one by one may take as long again.
 */
const pageTimeout = 250;

/** How long a glob may take for one name after its page took too long, in milliseconds. */
const nameTimeout = 20;

/** The sandbox that runs globs. In Node.js only `node:vm` can interrupt a regular expression. */
const sandbox = createContext({ work: undefined }) as { work: (() => void) | undefined };
const script = new Script("work()");

/** Whether a name matches. `undefined` if matching takes too long. */
export type Verdict = boolean | undefined;

/**
 * Returns a function that matches names against a glob in limited time. A glob becomes a regular expression, and a
 * service can choose a name that takes minutes to match. The function takes at most half a second, and at most its
 * `timeout`, in milliseconds.
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

/** Matches names one by one. A name that takes too long, or that the `timeout` leaves no time for, is undecided. */
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

/** Runs `work`, and returns whether it finished within the time limit. */
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
