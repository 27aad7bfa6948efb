import type { Findings } from "../measurement";
import type { Machine } from "./machine";

/** A run of the bench, as it is written as JSON. */
export interface Results {
  readonly date: string;
  readonly command: string;
  readonly quick: boolean;
  readonly rounds: number;
  readonly minutes: number;
  readonly machine: Machine;
  readonly measurements: Readonly<Record<string, Findings>>;
}
