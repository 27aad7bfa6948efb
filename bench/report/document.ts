import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as prettier from "prettier";
import { machineInWords } from "../machine";
import type { Findings, Results } from "../measurement";
import { renderChart } from "./charts";
import { explanations, goalsTable, renderTable } from "./tables";

const docs = join(__dirname, "..", "..", "docs");
const file = join(docs, "performance.md");
const folder = join(docs, "performance");

/** Writes the figures of a run to docs/performance.md, and its charts and results.json to the folder next to it. */
export async function writeDocument(results: Results): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const measurements = Object.entries(results.measurements);
  const goals = measurements.flatMap(([, { goals }]) => goals);
  const sections = new Map([
    ["run", describeRun(results)],
    ["goals", [await renderTable(goalsTable(goals)), ...explanations(goals)].join("\n\n")],
  ]);
  for (const [name, findings] of measurements) {
    const content = await describeFindings(findings);
    // A measurement without tables and charts has only goals, which are in their own section.
    if (content !== "") sections.set(name, content);
    for (const chart of findings.charts) writeFileSync(join(folder, `${chart.name}.svg`), await renderChart(chart));
  }
  const document = [...sections].reduce(replaceSection, readFileSync(file, "utf8"));
  await writeFormatted(file, document);
  await writeFormatted(join(folder, "results.json"), JSON.stringify(results));
}

function describeRun({ date, command, rounds, minutes, machine }: Results): string {
  return (
    `\`${command}\` produced these figures on ${date.slice(0, 10)}, in ${Math.ceil(minutes)} minutes and at least ` +
    `${rounds} rounds, on ${machineInWords(machine)}.`
  );
}

async function describeFindings({ tables, charts }: Findings): Promise<string> {
  const images = charts.map(({ name, title }) => `![${title}](performance/${name}.svg)`);
  return [...images, ...(await Promise.all(tables.map(renderTable)))].join("\n\n");
}

/** Replaces the text between the two markers of a section. */
function replaceSection(document: string, [name, content]: readonly [string, string]): string {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no section "${name}" (${begin} … ${end})`);
  return `${document.slice(0, from + begin.length)}\n\n${content}\n\n${document.slice(to)}`;
}

async function writeFormatted(path: string, text: string): Promise<void> {
  const options = await prettier.resolveConfig(path);
  writeFileSync(path, await prettier.format(text, { ...options, filepath: path }));
}
