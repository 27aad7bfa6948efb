import { join } from "node:path";
import { Worker } from "../processes/worker";
import type { EmulatorJobs, StartOptions, Started } from "./jobs";

export { operationName, type Counts, type StartOptions, type Started } from "./jobs";

export type EmulatorProcess = Worker<EmulatorJobs>;

/** Runs `use` with a process for emulators. */
export async function withEmulators<Result>(use: (emulators: EmulatorProcess) => Promise<Result>): Promise<Result> {
  const emulators = Worker.start<EmulatorJobs>(join(__dirname, "process.ts"));
  try {
    return await use(emulators);
  } finally {
    await emulators.stop();
  }
}

/** Runs `use` with an emulator of its own. */
export async function withEmulator<Result>(
  emulators: EmulatorProcess,
  options: StartOptions,
  use: (started: Started) => Promise<Result>,
): Promise<Result> {
  const started = await emulators.ask("start", options);
  try {
    return await use(started);
  } finally {
    await emulators.ask("stop", started.endpoint);
  }
}
