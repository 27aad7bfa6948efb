import { type Clock, withGlobal } from "@sinonjs/fake-timers";
import { Deadline } from "../../provider/common/deadline";
import { pollUntilDone } from "../../provider/operations/poll";
import type { Schedule } from "./schedules";

/** What came of watching one operation. */
export interface Watched {
  /** From its settling to the read that found it settled, in seconds. */
  readonly delay: number;
  readonly reads: number;
}

/** Reads by a schedule an operation that settles after so many seconds; reads take no time. */
export function watchBy({ first, pause }: Schedule, settlesAfter: number): Watched {
  let [now, reads] = [first(), 1];
  while (now < settlesAfter * 1000) now += pause(reads++ - 1);
  return { delay: now / 1000 - settlesAfter, reads };
}

/** The same with this package's `settle` itself, on a clock that is moved by hand. */
export async function watchByProduct(settlesAfter: readonly number[]): Promise<Watched[]> {
  const clock = withGlobal(globalThis).install({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  try {
    const watched: Watched[] = [];
    for (const seconds of settlesAfter) watched.push(await watchOne(clock, seconds));
    return watched;
  } finally {
    clock.uninstall();
  }
}

async function watchOne(clock: Clock, settlesAfter: number): Promise<Watched> {
  const settled = clock.now + settlesAfter * 1000;
  let reads = 0;
  const read = () => {
    reads++;
    return Promise.resolve({ operation: { name: "operations/simulated", done: clock.now >= settled } });
  };
  const found = pollUntilDone(read, Deadline.after(3_600_000)).then(() => clock.now);
  await clock.runAllAsync();
  return { delay: ((await found) - settled) / 1000, reads };
}
