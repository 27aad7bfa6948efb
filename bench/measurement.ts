import type { Machine } from "./machine";
import type { Spread } from "./samples";

export interface Measurement {
  /** The name on the command line, in results.json and in the markers of docs/performance.md. */
  readonly name: string;
  run(plan: Plan): Promise<Findings>;
}

export interface Plan {
  readonly rounds: number;
  /** Uses smaller sizes, to try the bench itself. The figures aren't valid results. */
  readonly quick: boolean;
  /** Prints a line of progress. */
  readonly log: (line: string) => void;
}

/** A run of the bench, and the form of results.json. */
export interface Results {
  readonly date: string;
  readonly command: string;
  readonly quick: boolean;
  readonly rounds: number;
  readonly minutes: number;
  readonly machine: Machine;
  readonly measurements: Readonly<Record<string, Findings>>;
}

export interface Findings {
  readonly tables: readonly Table[];
  readonly charts: readonly Chart[];
  readonly goals: readonly Goal[];
  /** Every sample, by what it measures. */
  readonly samples: Readonly<Record<string, readonly number[]>>;
}

/** A figure and the bound that it must keep. */
export interface Goal {
  readonly title: string;
  readonly figure: number;
  readonly spread?: Spread;
  /** Empty for a ratio. */
  readonly unit: string;
  readonly bound: { readonly atLeast: number } | { readonly atMost: number };
  /** Whole sentences that say why the figure can miss its bound, with figures of the same run. */
  readonly explanation?: string;
}

export function isMet({ figure, bound }: Goal): boolean {
  return "atLeast" in bound ? figure >= bound.atLeast : figure <= bound.atMost;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export type Chart = BarChart | LineChart;

export interface BarChart {
  readonly kind: "bars";
  /** The name of the chart's file. */
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly groups: readonly string[];
  /** Each series has one value for each group. */
  readonly series: readonly { readonly name: string; readonly values: readonly Spread[] }[];
}

export interface LineChart {
  readonly kind: "lines";
  readonly name: string;
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly { readonly name: string; readonly points: readonly (readonly [number, number])[] }[];
}
