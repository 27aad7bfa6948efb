import { number, spread } from "../format";
import { type Goal, isMet, type Table } from "../measurement";

/** Every goal beside its figure. */
export function goalsTable(goals: readonly Goal[]): Table {
  return {
    title: "Goals",
    columns: ["goal", "bound", "figure", ""],
    rows: goals.map((goal) => [goal.title, boundOf(goal), figureOf(goal), isMet(goal) ? "met" : "NOT MET"]),
  };
}

/** Why goals were not met, a sentence each. */
export function explanations(goals: readonly Goal[]): string[] {
  return goals.flatMap((goal) =>
    isMet(goal) ? [] : [`${capitalized(goal.title)}: ${goal.explanation ?? "not explained"}.`],
  );
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function boundOf({ bound, unit }: Goal): string {
  const [words, value] = "atLeast" in bound ? ["at least", bound.atLeast] : ["at most", bound.atMost];
  return `${words} ${number(value)}${suffix(unit)}`;
}

function figureOf({ figure, unit, spread: around }: Goal): string {
  return `${around ? spread(around) : number(figure)}${suffix(unit)}`;
}

function suffix(unit: string): string {
  return unit === "" ? "" : ` ${unit}`;
}
