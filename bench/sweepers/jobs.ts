import type { SweepOptions } from "./sweep";

export const sweeperNames = ["product", "axiosPool", "gax"] as const;
export type SweeperName = (typeof sweeperNames)[number];

/** What a sweeper's process is asked to do. */
export interface SweeperJobs {
  /** Sweeps, and tells what that took. */
  sweep(name: SweeperName, options: SweepOptions): Promise<Taken>;
}

export interface Taken {
  readonly seconds: number;
  /** How much more memory the process had at its peak than before the sweep, in MB, with what it had allocated and freed. */
  readonly megabytes: number;
  /** Connections that were open at the same time, at most. */
  readonly sockets: number;
}
