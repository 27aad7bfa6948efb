import { parseArgs } from "node:util";

export interface Options {
  /** The measurements to make; all where none is named. */
  readonly names: readonly string[];
  readonly quick: boolean;
  readonly rounds: number;
  /** Results to put into the documentation, in place of a run. */
  readonly document: string | undefined;
}

export const usage = `Usage: npm run bench -- [options] [measurement…]

Measures everything, or what is named, and prints every goal beside its figure. A full run writes docs/performance.md.

  --rounds N        how often each is measured (default 5)
  --quick           smaller sizes and 2 rounds, to try the bench itself
  --document FILE   no run: puts earlier results into docs/performance.md
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
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds must be a whole number\n\n${usage}`);
  return { names: positionals, quick: values.quick, rounds, document: values.document };
}
