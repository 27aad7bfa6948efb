/** What the measurements of `pulumi up` have in common: sizes of stacks, a chart of seconds, and samples. */
import { bytes, type Deployment, seconds } from "../engine/cli";
import type { BarChart } from "../measurement";
import { spreadOf } from "../samples";

/** The samples of each program, for each number of resources. */
export type SamplesBySize<Program extends string> = readonly (readonly [number, Record<Program, Deployment[]>])[];

/** Returns the numbers of resources to deploy. */
export function sizesOf(quick: boolean): readonly number[] {
  return quick ? [1, 50] : [1, 100, 500];
}

/** Returns a chart of the seconds that each program takes. */
export function chartOfSeconds<Program extends string>(
  { name, title }: { readonly name: string; readonly title: string },
  names: Readonly<Record<Program, string>>,
  rows: SamplesBySize<Program>,
): BarChart {
  return {
    kind: "bars",
    name,
    title,
    unit: "seconds",
    groups: rows.map(([size]) => `${size} resource${size === 1 ? "" : "s"}`),
    series: (Object.keys(names) as Program[]).map((program) => ({
      name: names[program],
      values: rows.map(([, samples]) => spreadOf(seconds(samples[program]))),
    })),
  };
}

/** Returns every sample, by what it measures. */
export function samplesOf<Program extends string>(
  names: Readonly<Record<Program, string>>,
  rows: SamplesBySize<Program>,
): [string, number[]][] {
  return rows.flatMap(([size, samples]) =>
    (Object.keys(names) as Program[]).flatMap((program): [string, number[]][] => [
      [`${names[program]}, ${size}: seconds`, seconds(samples[program])],
      [`${names[program]}, ${size}: bytes of state`, bytes(samples[program])],
    ]),
  );
}
