import { isSettled, type Outcome, outcomes as allOutcomes, settledOutcomes } from "../../operations";
import { type Expectation, isMet } from "../expectation";
import type { Properties } from "../operationOutputs";
import { timestamp } from "../timestamp";
import type { Ledger } from "./ledger";
import type { Run } from "./run";

/** How many operations the state names; the rest is counted. */
const maxNamed = 100;

/** How many failures an error tells, and how much of each, in characters: all of them are to fit what the engine is sent. */
const maxTold = 20;
const maxWords = 95;

/**
 * `unobserved`: operations that settled while nobody looked and that the state does not name, so that how they ended is not
 * known.
 */
type Counted = Outcome | "unobserved";
type Counts = Readonly<Partial<Record<Counted, number>>>;

const counted: readonly Counted[] = [...allOutcomes, "unobserved"];

/** What an operation that still runs can be recorded as: first what is furthest from an end. */
export const unsettledOutcomes = ["running", "unsupported", "cancelling"] as const satisfies readonly Outcome[];

export interface NamedOperation {
  readonly name: string;
  readonly outcome: Outcome;
}

/** What the state knows of a sweep: counts, and some names. It stays small, whatever the size of the sweep. */
export interface Summary {
  readonly outcomes: Counts;
  readonly operations: readonly NamedOperation[];
  readonly requestTime?: string;
  readonly settleTime?: string;
  /** Its listings did not come to their end: there may be operations that it never saw. */
  readonly incomplete?: true;
}

export const blankSummary: Summary = { outcomes: {}, operations: [] };

/** The summary that an earlier step told in its outputs. */
export function summaryIn(outputs: Properties): Summary {
  const { outcomes, operations, requestTime, settleTime, incomplete } = outputs;
  return {
    outcomes: outcomes ?? {},
    operations: (operations ?? []) as Summary["operations"],
    ...(typeof requestTime === "string" ? { requestTime } : {}),
    ...(typeof settleTime === "string" ? { settleTime } : {}),
    ...(incomplete === true ? { incomplete } : {}),
  };
}

/** The outputs that tell a summary. */
export function summaryOutputs(summary: Summary): Properties {
  const { outcomes, operations, requestTime, settleTime, incomplete } = summary;
  return {
    matched: total(outcomes),
    outcomes,
    operations,
    ...(requestTime === undefined ? {} : { requestTime }),
    ...(settleTime === undefined ? {} : { settleTime }),
    ...(incomplete === undefined ? {} : { incomplete }),
  };
}

/** What a run has learnt. */
type Learnt = Pick<Run, "ledger" | "requestTime" | "complete">;

/** How many operations a sweep is about. */
export function matchedIn({ outcomes }: Summary): number {
  return total(outcomes);
}

/** The counts of those that the state does not name. */
export function unnamedIn({ outcomes, operations }: Summary): Counts {
  const unnamed = { ...outcomes };
  for (const { outcome } of operations) unnamed[outcome] = (unnamed[outcome] ?? 0) - 1;
  return unnamed;
}

/** The summary after a run, which took on the operations that the earlier summary names. */
export function summaryAfter(earlier: Summary, run: Learnt, expectation: Expectation): Summary {
  const { ledger } = run;
  const outcomes: Partial<Record<Counted, number>> = { ...unnamedIn(earlier) };
  // Those that still run are among the entries by now, and the others have settled while nobody looked.
  let lost = earlier.operations.length - ledger.size;
  for (const outcome of unsettledOutcomes) {
    lost += outcomes[outcome] ?? 0;
    outcomes[outcome] = 0;
  }
  add(outcomes, "unobserved", lost);
  for (const [, { outcome }] of ledger.all()) add(outcomes, outcome, 1);

  const requestTime = earlier.requestTime ?? run.requestTime;
  const present = Object.entries(outcomes).filter(([, count]) => count > 0);
  const settled = present.length > 0 && present.every(([outcome]) => hasSettled(outcome as Counted));
  return {
    outcomes: Object.fromEntries(present),
    operations: named(ledger, expectation),
    ...(requestTime === undefined ? {} : { requestTime }),
    ...(settled ? { settleTime: lastSettled(ledger) ?? earlier.settleTime ?? timestamp() } : {}),
    ...(run.complete ? {} : { incomplete: true }),
  };
}

/** Whether a sweep has got what it was declared for. */
export function isFulfilled({ outcomes, incomplete }: Summary, expectation: Expectation): boolean {
  return incomplete !== true && counted.every((outcome) => !outcomes[outcome] || isWanted(outcome, expectation));
}

/** Why some operation could not be read; `undefined` where all could. */
export function failureOf(run: Learnt): string | undefined {
  for (const [name, { failure }] of run.ledger.all()) {
    if (failure !== undefined) return `${name}: ${bare(name, failure)}`;
  }
  return undefined;
}

/** What is amiss after a run, in words: counts, and the first failures; `undefined` where nothing is. */
export function complaintOf(
  { outcomes }: Summary,
  run: Learnt,
  collection: string,
  expectation: Expectation,
): string | undefined {
  const unwanted = counted.filter((outcome) => !isWanted(outcome, expectation));
  const count = unwanted.reduce((sum, outcome) => sum + (outcomes[outcome] ?? 0), 0);
  if (count === 0) return undefined;
  const amiss = [...run.ledger.all()].filter(([, { outcome }]) => !isMet(outcome, expectation));
  const reasons = amiss.slice(0, maxTold).map(([name, { outcome, failure, error }]) => {
    const reason = failure === undefined ? [outcome, error].filter(Boolean).join(", ") : bare(name, failure);
    return `- ${cut(name)}: ${cut(reason)}`;
  });
  const more = count - reasons.length;
  return [
    `${collection}: of ${total(outcomes)} operations ${count} did not end as expected (${countsInWords(outcomes)}; \`expect\` takes ${expectation.expect.join(", ")}).`,
    ...reasons,
    ...(more > 0 ? [`- and ${more} more`] : []),
    "The next run goes on with what still runs. Ways out: change `expect`; `retainOnDelete`; `pulumi state delete`.",
  ].join("\n");
}

/** `120 cancelled, 3 succeeded`. */
export function countsInWords(outcomes: Counts): string {
  const present = counted.filter((outcome) => outcomes[outcome]);
  return present.map((outcome) => `${outcomes[outcome] ?? 0} ${outcome}`).join(", ") || "no operations";
}

/** A reason without the name that the errors of calls begin with. */
function bare(name: string, reason: string): string {
  return reason.startsWith(`${name}: `) ? reason.slice(name.length + 2) : reason;
}

function cut(text: string): string {
  return text.length > maxWords ? `${text.slice(0, maxWords)}…` : text;
}

function isWanted(outcome: Counted, expectation: Expectation): boolean {
  if (outcome !== "unobserved") return isMet(outcome, expectation);
  return settledOutcomes.every((settled) => expectation.expect.includes(settled));
}

/** The operations that the state names: first what is amiss, then what may be read again, then what is done with. */
function named(ledger: Ledger, expectation: Expectation): NamedOperation[] {
  const amiss: NamedOperation[] = [];
  const open: NamedOperation[] = [];
  const done: NamedOperation[] = [];
  for (const [name, { outcome }] of ledger.all()) {
    const alike = isMet(outcome, expectation) ? (isSettled(outcome) ? done : open) : amiss;
    if (alike.length < maxNamed) alike.push({ name, outcome });
  }
  return [...amiss, ...open, ...done].slice(0, maxNamed);
}

function hasSettled(outcome: Counted): boolean {
  return outcome === "unobserved" || isSettled(outcome);
}

/** RFC 3339 of one form sorts as the times do. */
function lastSettled(ledger: Ledger): string | undefined {
  let last: string | undefined;
  for (const [, { settleTime }] of ledger.all()) {
    if (settleTime !== undefined && (last === undefined || settleTime > last)) last = settleTime;
  }
  return last;
}

function add(counts: Partial<Record<Counted, number>>, outcome: Counted, more: number): void {
  if (more > 0) counts[outcome] = (counts[outcome] ?? 0) + more;
}

function total(outcomes: Counts): number {
  return Object.values(outcomes).reduce((sum, number) => sum + number, 0);
}
