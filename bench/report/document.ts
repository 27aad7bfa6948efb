import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as prettier from "prettier";
import type { Chart, Findings } from "../measurement";
import { drawChart } from "../svg";
import { explanations, goalsTable } from "./goals";
import { machineInWords } from "./machine";
import { fill, markdownTable } from "./markdown";
import type { Results } from "./results";

const docs = join(__dirname, "..", "..", "docs");
const file = join(docs, "performance.md");
const folder = join(docs, "performance");

/** Puts the figures of a run into docs/performance.md, with their charts and the figures as JSON beside it. */
export async function writeDocument(results: Results): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const findings = Object.entries(results.measurements);
  let document = readFileSync(file, "utf8");
  document = fill(document, "run", runInWords(results));
  const goals = findings.flatMap(([, { goals }]) => goals);
  const table = markdownTable({ ...goalsTable(goals), title: "Every goal and its figure" });
  document = fill(document, "goals", [table, ...explanations(goals)].join("\n\n"));
  for (const [name, found] of findings) {
    document = fill(document, name, section(found));
    for (const chart of found.charts) writeFileSync(join(folder, `${chart.name}.svg`), drawChart(chart));
  }
  await writeFormatted(file, document);
  await writeFormatted(join(folder, "results.json"), JSON.stringify(results));
}

function section({ tables, charts }: Findings): string {
  return [...charts.map(image), ...tables.map(markdownTable)].join("\n\n");
}

function image({ name, title }: Chart): string {
  return `![${title}](performance/${name}.svg)`;
}

function runInWords({ date, command, rounds, minutes, machine }: Results): string {
  return (
    `Made by \`${command}\` on ${date.slice(0, 10)}, in ${Math.ceil(minutes)} minutes and ${rounds} rounds or more, on ` +
    `${machineInWords(machine)}.`
  );
}

async function writeFormatted(path: string, text: string): Promise<void> {
  const options = await prettier.resolveConfig(path);
  writeFileSync(path, await prettier.format(text, { ...options, filepath: path }));
}
