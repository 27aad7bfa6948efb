/** `npm run bench`: measures, prints every goal beside its figure, and writes docs/performance.md. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Findings, Measurement } from "./measurement";
import { measurements } from "./measurements";
import { type Options, readOptions, usage } from "./options";
import { writeDocument } from "./report/document";
import { explanations, goalsTable } from "./report/goals";
import { describeMachine, machineInWords } from "./report/machine";
import type { Results } from "./report/results";
import { textTable } from "./report/text";

async function main(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv);
  if (options.document !== undefined) {
    await writeDocument(JSON.parse(readFileSync(options.document, "utf8")) as Results);
    return;
  }
  const chosen = choose(options.names);
  const results = await measure(chosen, options, argv);
  print(results);
  writeResults(results);
  if (chosen.length === measurements.length && !options.quick) await writeDocument(results);
}

function choose(names: readonly string[]): readonly Measurement[] {
  const unknown = names.find((name) => !measurements.some((measurement) => measurement.name === name));
  if (unknown !== undefined) {
    const known = measurements.map(({ name }) => name).join(", ");
    throw new Error(`there is no measurement "${unknown}", only ${known}\n\n${usage}`);
  }
  return names.length === 0 ? measurements : measurements.filter(({ name }) => names.includes(name));
}

async function measure(
  chosen: readonly Measurement[],
  { rounds, quick }: Options,
  argv: readonly string[],
): Promise<Results> {
  const date = new Date().toISOString();
  const machine = describeMachine();
  const start = performance.now();
  const found: Record<string, Findings> = {};
  const minutes = () => (performance.now() - start) / 60_000;
  const say = (line: string) => {
    console.log(`${minutes().toFixed(1).padStart(5)} min  ${line}`);
  };
  say(machineInWords(machine));
  for (const measurement of chosen) found[measurement.name] = await measurement.run({ rounds, quick, say });
  const command = ["npm run bench", ...(argv.length > 0 ? ["--", ...argv] : [])].join(" ");
  return { date, command, quick, rounds, minutes: minutes(), machine, measurements: found };
}

function print({ measurements: found, minutes, quick }: Results): void {
  const all = Object.values(found);
  for (const { tables } of all) for (const table of tables) console.log(textTable(table));
  const goals = all.flatMap((findings) => findings.goals);
  console.log(textTable(goalsTable(goals)));
  for (const explanation of explanations(goals)) console.log(`\n${explanation}`);
  console.log(`\n${minutes.toFixed(1)} minutes${quick ? "; a quick run is no result" : ""}`);
}

function writeResults(results: Results): void {
  const folder = join(__dirname, "results");
  mkdirSync(folder, { recursive: true });
  const json = `${JSON.stringify(results, undefined, 2)}\n`;
  for (const name of [results.date.replaceAll(":", "-"), "latest"]) writeFileSync(join(folder, `${name}.json`), json);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
