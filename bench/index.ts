/** `npm run bench`: runs the measurements, prints every goal with its figure, and writes docs/performance.md. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeMachine, machineInWords } from "./machine";
import type { Findings, Measurement, Results } from "./measurement";
import { hosts } from "./measurements/hosts";
import { latency } from "./measurements/latency";
import { load } from "./measurements/load";
import { memory, tokens } from "./measurements/productSweeps";
import { settle } from "./measurements/settle";
import { stack } from "./measurements/stack";
import { sweep } from "./measurements/sweep";
import { type Options, readOptions, usage } from "./options";
import { writeDocument } from "./report/document";
import { explanations, goalsTable, renderTable } from "./report/tables";

/** In the order of the runs and of the report. */
const measurements: readonly Measurement[] = [sweep, stack, hosts, latency, memory, settle, load, tokens];

async function main(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv);
  if (options.document !== undefined) {
    await writeDocument(JSON.parse(readFileSync(options.document, "utf8")) as Results);
    return;
  }
  const chosen = choose(options.names);
  const results = await measure(chosen, options, argv);
  await print(results);
  writeResults(results);
  if (chosen.length === measurements.length && !options.quick) await writeDocument(results);
}

function choose(names: readonly string[]): readonly Measurement[] {
  const unknown = names.find((name) => !measurements.some((measurement) => measurement.name === name));
  if (unknown !== undefined) {
    const known = measurements.map(({ name }) => name).join(", ");
    throw new Error(`"${unknown}" isn't a measurement; choose from ${known}\n\n${usage}`);
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
  const log = (line: string) => {
    console.log(`${minutes().toFixed(1).padStart(5)} min  ${line}`);
  };
  log(machineInWords(machine));
  for (const measurement of chosen) found[measurement.name] = await measurement.run({ rounds, quick, log });
  const command = ["npm run bench", ...(argv.length > 0 ? ["--", ...argv] : [])].join(" ");
  return { date, command, quick, rounds, minutes: minutes(), machine, measurements: found };
}

async function print({ measurements: found, minutes, quick }: Results): Promise<void> {
  const all = Object.values(found);
  const goals = all.flatMap((findings) => findings.goals);
  const tables = [...all.flatMap((findings) => findings.tables), goalsTable(goals)];
  for (const table of tables) console.log(`\n${await renderTable(table)}`);
  for (const explanation of explanations(goals)) console.log(`\n${explanation}`);
  console.log(`\n${minutes.toFixed(1)} minutes${quick ? ". The figures of a quick run aren't valid results." : ""}`);
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
