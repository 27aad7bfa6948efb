import { type Clock, withGlobal } from "@sinonjs/fake-timers";
import { Deadline } from "../provider/common/deadline";
import { pollUntilDone } from "../provider/operations/poll";

/** The result of polling one operation until it is done. */
export interface Polled {
  /** Seconds between the settlement and the read that detects it. */
  readonly delay: number;
  readonly reads: number;
}

/** When a client reads an operation. Times are in milliseconds. */
export interface Schedule {
  readonly name: string;
  /** The pause before the first read. */
  readonly first: () => number;
  /** The pause between a read and the next. The index of the first such pause is 0. */
  readonly pause: (index: number) => number;
}

/** The schedules of other clients, from their sources. */
export const otherSchedules: readonly Schedule[] = [
  {
    // google-gax for Node.js: `createDefaultBackoffSettings`, and `Operation.startPolling_`, which reads immediately.
    name: "google-gax",
    first: () => 0,
    pause: (index) => Math.min(100 * 1.3 ** index, 60_000),
  },
  {
    // `WaitOperation` in googlecloudsdk/api_lib/util/waiter.py: one second, then exponential with one second of jitter.
    name: "gcloud",
    first: () => 1_000,
    pause: (index) => Math.min(2_000 * 1.4 ** index, 180_000) + Math.random() * 1_000,
  },
  {
    // The common operation waiter on the plugin SDK's `StateChangeConf`: at least 2 s, doubled up to 10 s.
    name: "terraform-provider-google",
    first: () => 0,
    pause: (index) => Math.min(2_000 * 2 ** index, 10_000),
  },
];

/** Polls an operation by a schedule. The operation settles after `settlesAfter` seconds, and a read takes no time. */
export function pollBySchedule({ first, pause }: Schedule, settlesAfter: number): Polled {
  let [now, reads] = [first(), 1];
  while (now < settlesAfter * 1000) now += pause(reads++ - 1);
  return { delay: now / 1000 - settlesAfter, reads };
}

/** Polls operations, one after the other, with this package's own poll loop on a fake clock. */
export async function pollByProduct(settlesAfter: readonly number[]): Promise<Polled[]> {
  const clock = withGlobal(globalThis).install({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  try {
    const polled: Polled[] = [];
    for (const seconds of settlesAfter) polled.push(await pollOne(clock, seconds));
    return polled;
  } finally {
    clock.uninstall();
  }
}

async function pollOne(clock: Clock, settlesAfter: number): Promise<Polled> {
  const settled = clock.now + settlesAfter * 1000;
  let reads = 0;
  const read = () => {
    reads++;
    return Promise.resolve({ operation: { name: "operations/simulated", done: clock.now >= settled } });
  };
  const detected = pollUntilDone(read, Deadline.after(3_600_000)).then(() => clock.now);
  await clock.runAllAsync();
  return { delay: ((await detected) - settled) / 1000, reads };
}
