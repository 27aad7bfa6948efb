import { join } from "node:path";
import { type Counts, type EmulatorProcess, withEmulator } from "../emulator";
import { Worker } from "../processes/worker";
import type { SweeperJobs, SweeperName, Taken } from "./jobs";
import type { SweepOptions } from "./sweep";

/** The resource's default. */
export const concurrency = 16;

/** Operations that are swept before the measurement, so that it is not of the compiler. */
const warmUp = 200;

export interface SweepTask extends Pick<SweepOptions, "waitFor"> {
  readonly operations: number;
  readonly tokens?: boolean;
}

export interface Swept extends Taken {
  readonly calls: Counts;
}

/** Sweeps in a new process, at an emulator of its own. */
export async function measureSweep(emulators: EmulatorProcess, name: SweeperName, task: SweepTask): Promise<Swept> {
  const { operations, tokens = false, waitFor } = task;
  const process = Worker.start<SweeperJobs>(join(__dirname, "process.ts"));
  try {
    await withEmulator(emulators, { operations: warmUp }, ({ endpoint }) =>
      process.ask("sweep", name, { endpoint, waitFor, concurrency }),
    );
    return await withEmulator(emulators, { operations, tokens }, async ({ endpoint, key }) => {
      const credentials = tokens ? { credentials: key } : {};
      const taken = await process.ask("sweep", name, { endpoint, waitFor, concurrency, ...credentials });
      const calls = await emulators.ask("counts", endpoint);
      if (calls.cancel < operations) throw new Error(`${name}: cancelled ${calls.cancel} of ${operations}`);
      return { ...taken, calls };
    });
  } finally {
    await process.stop();
  }
}
