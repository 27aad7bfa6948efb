import fc from "fast-check";
import type { Course } from "./hosts";
import { type History, historiesOf, live, Tally } from "./request";

/** How many histories run at a time. They wait for most of their time. */
const lanes = 20;
/** Stops shrinking in time to report a failure before the test's own timeout. */
const bounds = { interruptAfterTimeLimit: 280_000 };

/**
 * Runs `count` random histories.
 *
 * @param file the test file that runs them in a suite that names the course, for the command that repeats a failure
 * @throws Error with the shortest history found that fails, and the command that repeats it
 */
export async function liveThrough(course: Course, count: number, file: string): Promise<Tally> {
  const tally = new Tally();
  const property = () => fc.asyncProperty(historiesOf(course), (history) => live(history, tally));
  const repeat = `${file} --grep "${course}"`;
  const { MODEL_SEED: seed, MODEL_PATH: path } = process.env;
  if (path !== undefined) {
    await check(property(), { seed: Number(seed), path, numRuns: 1 }, repeat);
    return tally;
  }
  const first = seed === undefined ? Math.floor(Date.now() % 2 ** 31) : Number(seed);
  const each = Math.ceil(count / lanes);
  const results = await Promise.allSettled(
    Array.from({ length: lanes }, (_, lane) => check(property(), { seed: first + lane, numRuns: each }, repeat)),
  );
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
  return tally;
}

async function check(
  property: fc.IAsyncProperty<[History]>,
  parameters: fc.Parameters<[History]>,
  repeat: string,
): Promise<void> {
  const result = await fc.check(property, { ...parameters, ...bounds });
  if (!result.failed && result.interrupted) throw new Error(`after ${result.numRuns} histories the time was up`);
  if (!result.failed) return;
  const { seed, counterexamplePath, counterexample, numShrinks } = result;
  const error = result.errorInstance as Error;
  throw new Error(
    `${error.message}\nThe history, shrunk ${numShrinks} times:\n${JSON.stringify(counterexample?.[0], null, 1)}\n` +
      `To repeat it: MODEL_SEED=${seed} MODEL_PATH=${String(counterexamplePath)} npx mocha --timeout 300000 ${repeat}`,
    { cause: error },
  );
}
