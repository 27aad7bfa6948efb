import { join } from "node:path";
import { type Counts, type EmulatorProcess, withEmulator } from "../emulator";
import { Worker } from "../processes";
import type { SweepCost, SweeperFunctions, SweeperName, SweepOptions } from "./sweep";

/** The default of a `CancellationSweep`. */
const concurrency = 16;

/** The number of operations in a sweep before the measured one, which gives the compiler time to optimize. */
const warmUp = 200;

export interface SweepTask extends Pick<SweepOptions, "waitFor"> {
  readonly operations: number;
  readonly tokens?: boolean;
}

export interface SweepSample extends SweepCost {
  readonly calls: Counts;
}

/** Measures a sweep in a new process and with a new emulator. */
export async function measureSweep(
  emulators: EmulatorProcess,
  name: SweeperName,
  { operations, tokens = false, waitFor }: SweepTask,
): Promise<SweepSample> {
  const process = Worker.start<SweeperFunctions>(join(__dirname, "process.ts"));
  try {
    await withEmulator(emulators, { operations: warmUp }, ({ endpoint }) =>
      process.call("sweep", name, { endpoint, waitFor, concurrency }),
    );
    return await withEmulator(emulators, { operations, tokens }, async ({ endpoint, key }) => {
      const credentials = tokens ? { credentials: key } : {};
      const cost = await process.call("sweep", name, { endpoint, waitFor, concurrency, ...credentials });
      const calls = await emulators.call("counts", endpoint);
      if (calls.cancel < operations) throw new Error(`${name} cancelled ${calls.cancel} of ${operations} operations`);
      return { ...cost, calls };
    });
  } finally {
    await process.stop();
  }
}
