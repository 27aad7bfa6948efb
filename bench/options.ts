import { parseArgs } from "node:util";

export interface Options {
  /** The names of the measurements to run. An empty list stands for all of them. */
  readonly names: readonly string[];
  readonly quick: boolean;
  readonly rounds: number;
  /** The path of earlier results to render, instead of a run. */
  readonly document: string | undefined;
}

export const usage = `Usage: npm run bench -- [options] [measurement…]

Runs all measurements, or the named ones, and prints every goal with its figure.
A full run writes docs/performance.md and the files in docs/performance.

  --rounds N        runs each measurement N times (default 5)
  --quick           uses smaller sizes and 2 rounds, to try the bench itself
  --document FILE   measures nothing, and renders docs/performance.md and the charts from earlier results
`;

export function readOptions(argv: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
      document: { type: "string" },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 2 : 5));
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new Error(`--rounds must be a positive integer, not "${values.rounds ?? ""}"\n\n${usage}`);
  }
  return { names: positionals, quick: values.quick, rounds, document: values.document };
}
