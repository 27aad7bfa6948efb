import { join } from "node:path";
import { Worker } from "../processes";

/** The functions of the emulators' process. Each measurement has its own emulator in that process. */
export interface EmulatorFunctions {
  start(options: StartOptions): Promise<Started>;
  /** Returns the number of requests received. */
  counts(endpoint: string): Counts;
  /** Returns when the emulator received the cancel calls, by operation name, on the clock that processes share. */
  cancelTimes(endpoint: string): Record<string, number>;
  stop(endpoint: string): Promise<void>;
}

export interface StartOptions {
  /** The number of operations. `operationName` names them. They run until a cancel call, which settles them immediately. */
  readonly operations: number;
  /** Keeps every call in addition to the counts. */
  readonly keepCalls?: boolean;
  /** Requires an access token. */
  readonly tokens?: boolean;
}

export interface Started {
  readonly endpoint: string;
  /** A service account key as JSON. */
  readonly key: string;
}

export interface Counts {
  readonly all: number;
  readonly list: number;
  readonly get: number;
  readonly cancel: number;
  readonly token: number;
}

export type EmulatorProcess = Worker<EmulatorFunctions>;

export function operationName(index: number): string {
  return `operations/bench-${String(index).padStart(6, "0")}`;
}

export function operationNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => operationName(index));
}

/** Runs `use` with a process for emulators. */
export async function withEmulators<Result>(use: (emulators: EmulatorProcess) => Promise<Result>): Promise<Result> {
  const emulators = Worker.start<EmulatorFunctions>(join(__dirname, "process.ts"));
  try {
    return await use(emulators);
  } finally {
    await emulators.stop();
  }
}

/** Runs `use` with a new emulator. */
export async function withEmulator<Result>(
  emulators: EmulatorProcess,
  options: StartOptions,
  use: (started: Started) => Promise<Result>,
): Promise<Result> {
  const started = await emulators.call("start", options);
  try {
    return await use(started);
  } finally {
    await emulators.call("stop", started.endpoint);
  }
}
