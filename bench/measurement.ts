import type { Spread } from "./statistics";

/** How much is measured. */
export interface Plan {
  readonly rounds: number;
  /** Smaller sizes, for the development of the bench itself; its figures are no result. */
  readonly quick: boolean;
  /** A line of progress. */
  readonly say: (line: string) => void;
}

export interface Measurement {
  /** By which it is chosen on the command line. */
  readonly name: string;
  run(plan: Plan): Promise<Findings>;
}

/** What a measurement found out. */
export interface Findings {
  readonly tables: readonly Table[];
  readonly charts: readonly Chart[];
  readonly goals: readonly Goal[];
  /** Every sample, by what it is of. */
  readonly samples: Readonly<Record<string, readonly number[]>>;
}

/** A figure that is to be within a bound. */
export interface Goal {
  readonly title: string;
  readonly figure: number;
  readonly spread?: Spread;
  /** What the figure is counted in; empty for a ratio. */
  readonly unit: string;
  readonly bound: { readonly atLeast: number } | { readonly atMost: number };
  /** Why the figure is what it is where it is out of bounds, from the same run. */
  readonly explanation?: string;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export type Chart = BarChart | LineChart;

export interface BarChart {
  readonly kind: "bars";
  /** Of its file. */
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly groups: readonly string[];
  /** A bar for each group. */
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

export function isMet({ figure, bound }: Goal): boolean {
  return "atLeast" in bound ? figure >= bound.atLeast : figure <= bound.atMost;
}
