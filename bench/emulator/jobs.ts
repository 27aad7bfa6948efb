/** What the emulator's process is asked to do. Each measurement has an emulator of its own there. */
export interface EmulatorJobs {
  start(options: StartOptions): Promise<Started>;
  /** The requests received so far. */
  counts(endpoint: string): Counts;
  /** When the cancel calls were received, by the operation's name, on the clock that processes share. */
  cancelTimes(endpoint: string): Record<string, number>;
  stop(endpoint: string): Promise<void>;
}

export interface StartOptions {
  /** So many operations, named by `operationName`; they run until they are cancelled, and are then settled at once. */
  readonly operations: number;
  /** Keeps each call, and not just their number. */
  readonly keepCalls?: boolean;
  /** Lets in only who has a token. */
  readonly tokens?: boolean;
}

export interface Started {
  readonly endpoint: string;
  /** The key of a service account, as JSON. */
  readonly key: string;
}

export interface Counts {
  readonly all: number;
  readonly list: number;
  readonly get: number;
  readonly cancel: number;
  readonly token: number;
}

export function operationName(index: number): string {
  return `operations/bench-${String(index).padStart(6, "0")}`;
}
