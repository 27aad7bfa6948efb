import { number, spread } from "../format";
import { type Goal, isMet, type Table } from "../measurement";

/** Lays out a table as Markdown, which is as readable in a terminal as in a document. */
export async function renderTable({ title, columns, rows }: Table): Promise<string> {
  // The package is an ES module, and the bench runs as CommonJS.
  const { markdownTable } = await import("markdown-table");
  const align = columns.map((_, index) => (index === 0 ? "" : "right"));
  return `**${title}**\n\n${markdownTable([columns, ...rows], { align })}`;
}

/** Returns a table of every goal with its figure. */
export function goalsTable(goals: readonly Goal[]): Table {
  return {
    title: "Goals and figures",
    columns: ["goal", "bound", "figure", ""],
    rows: goals.map((goal) => [goal.title, formatBound(goal), formatFigure(goal), isMet(goal) ? "met" : "NOT MET"]),
  };
}

/** Returns a paragraph for each goal that isn't met. */
export function explanations(goals: readonly Goal[]): string[] {
  return goals.flatMap((goal) =>
    isMet(goal) ? [] : [`Not met: ${goal.title}. ${goal.explanation ?? "There is no explanation."}`],
  );
}

function formatBound({ bound, unit }: Goal): string {
  const [words, value] = "atLeast" in bound ? ["at least", bound.atLeast] : ["at most", bound.atMost];
  return `${words} ${withUnit(number(value), unit)}`;
}

function formatFigure({ figure, unit, spread: around }: Goal): string {
  return withUnit(around ? spread(around) : number(figure), unit);
}

function withUnit(figure: string, unit: string): string {
  return unit === "" ? figure : `${figure} ${unit}`;
}
