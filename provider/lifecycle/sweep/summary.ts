import { isSettled, type Outcome, outcomes as allOutcomes, settledOutcomes } from "../../operations";
import { type Expectation, isSatisfied } from "../expectation";
import type { Properties } from "../operationOutputs";
import { type Entry, isAmiss } from "./ledger";
import type { Run } from "./run";

/** How many operations the state names; the rest is counted. */
const maxNamed = 100;

/** How many failures an error tells. */
const maxTold = 20;

/**
 * `unobserved`: operations that settled while nobody looked and that the state does not name, so that how they ended is not
 * known.
 */
type Counted = Outcome | "unobserved";

const counted: readonly Counted[] = [...allOutcomes, "unobserved"];

export interface NamedOperation {
  readonly name: string;
  readonly outcome: Outcome;
}

/** What the state knows of a sweep: counts, and some names. It stays small, whatever the size of the sweep. */
export interface Summary {
  readonly outcomes: Readonly<Partial<Record<Counted, number>>>;
  readonly operations: readonly NamedOperation[];
  readonly requestTime?: string;
  readonly settleTime?: string;
}

export const blankSummary: Summary = { outcomes: {}, operations: [] };

/** The summary that an earlier step told in its outputs. */
export function summaryIn(outputs: Properties): Summary {
  const { outcomes, operations, requestTime, settleTime } = outputs;
  return {
    outcomes: outcomes ?? {},
    operations: (operations ?? []) as Summary["operations"],
    ...(typeof requestTime === "string" ? { requestTime } : {}),
    ...(typeof settleTime === "string" ? { settleTime } : {}),
  };
}

/** The outputs that tell a summary. */
export function summaryOutputs({ outcomes, operations, requestTime, settleTime }: Summary): Properties {
  return {
    matched: total(outcomes),
    outcomes,
    operations,
    ...(requestTime === undefined ? {} : { requestTime }),
    ...(settleTime === undefined ? {} : { settleTime }),
  };
}

/**
 * The summary after a run, which took on again the operations of the earlier summary that it names and that were not
 * settled.
 */
export function summaryAfter(earlier: Summary, run: Run, expectation: Expectation): Summary {
  const entries = [...run.ledger.all()];
  const outcomes: Partial<Record<Counted, number>> = { ...earlier.outcomes, running: 0, cancelling: 0 };

  const named = earlier.operations.filter(({ outcome }) => unsettled.includes(outcome));
  const unnamed = unsettledIn(earlier) - named.length;
  const newlyFound = entries.length - named.filter(({ name }) => run.ledger.has(name)).length;
  add(outcomes, "unobserved", Math.max(0, unnamed - newlyFound));
  for (const [, { outcome }] of entries) add(outcomes, outcome, 1);

  const settledEarlier = earlier.operations.filter(({ name, outcome }) => isSettled(outcome) && !run.ledger.has(name));
  const operations = [
    ...entries.map(([name, entry]) => ({ name, entry })),
    ...settledEarlier.map(({ name, outcome }) => ({ name, entry: { outcome } })),
  ]
    .sort((a, b) => rank(a.entry, expectation) - rank(b.entry, expectation))
    .slice(0, maxNamed)
    .map(({ name, entry }) => ({ name, outcome: entry.outcome }));

  const requestTime = earlier.requestTime ?? run.requestTime;
  const settled = total(outcomes) > 0 && unsettled.every((outcome) => !outcomes[outcome]);
  const settleTime = earlier.settleTime ?? new Date().toISOString();
  return {
    outcomes: Object.fromEntries(Object.entries(outcomes).filter(([, count]) => count > 0)),
    operations,
    ...(requestTime === undefined ? {} : { requestTime }),
    ...(settled ? { settleTime } : {}),
  };
}

const unsettled: readonly Outcome[] = ["running", "cancelling"];

/** Whether a sweep that cancels when it is created has got what it was declared for. */
export function isFulfilled({ outcomes }: Summary, expectation: Expectation): boolean {
  return counted.every((outcome) => {
    if (!outcomes[outcome]) return true;
    if (outcome !== "unobserved") return isSatisfied(outcome, expectation);
    return settledOutcomes.every((settled) => expectation.expect.includes(settled));
  });
}

/** How many operations were not settled. */
export function unsettledIn({ outcomes }: Summary): number {
  return unsettled.reduce((sum, outcome) => sum + (outcomes[outcome] ?? 0), 0);
}

/** Why some operation could not be read; `undefined` where all could. */
export function failureOf(run: Run): string | undefined {
  for (const [name, entry] of run.ledger.all()) if (entry.failure !== undefined) return reason(name, entry);
  return undefined;
}

/** What is amiss with a run, in words: counts, and the first failures; `undefined` where nothing is. */
export function complaintOf(run: Run, collection: string, expectation: Expectation): string | undefined {
  const amiss = [...run.ledger.all()].filter(([, entry]) => isAmiss(entry, expectation));
  if (amiss.length === 0) return undefined;
  const counts: Partial<Record<Counted, number>> = {};
  for (const [, { outcome }] of run.ledger.all()) add(counts, outcome, 1);
  const told = amiss.slice(0, maxTold).map(([name, entry]) => `- ${reason(name, entry)}`);
  const rest = amiss.length > maxTold ? [`- and ${amiss.length - maxTold} more`] : [];
  return [
    `${collection}: of ${run.ledger.size} operations ${amiss.length} did not end as expected (${countsInWords(counts)}; \`expect\` takes ${expectation.expect.join(", ")}).`,
    ...told,
    ...rest,
    "Run again to go on with what still runs. To accept an outcome, add it to `expect`; to give up without cancelling, set `retainOnDelete`; to forget the sweep, use `pulumi state delete`.",
  ].join("\n");
}

/** `120 cancelled, 3 succeeded`. */
export function countsInWords(outcomes: Summary["outcomes"]): string {
  const present = counted.filter((outcome) => outcomes[outcome]);
  return present.map((outcome) => `${outcomes[outcome] ?? 0} ${outcome}`).join(", ") || "no operations";
}

function reason(name: string, { outcome, failure, error }: Entry): string {
  if (failure !== undefined) return failure.startsWith(name) ? failure : `${name}: ${failure}`;
  return `${name}: ${outcome}${error === undefined ? "" : ` (${error})`}`;
}

function rank(entry: Entry, expectation: Expectation): number {
  if (isAmiss(entry, expectation)) return 0;
  return isSettled(entry.outcome) ? 2 : 1;
}

function add(counts: Partial<Record<Counted, number>>, outcome: Counted, more: number): void {
  if (more > 0) counts[outcome] = (counts[outcome] ?? 0) + more;
}

function total(outcomes: Summary["outcomes"]): number {
  return Object.values(outcomes).reduce((sum, number) => sum + number, 0);
}
