import { isSettled, type Outcome, outcomes as allOutcomes, settledOutcomes } from "../../operations/outcome";
import { type Expectation, isSatisfied } from "../expectation";
import { type Properties, timestamp } from "../state/record";
import type { Ledger } from "./ledger";

/** How much the state names. The model of a sweep sets a lower number of operations. */
export const limits = {
  /** How many operations the state names; the rest is counted. */
  named: 100,
  /** How many acknowledged cancels the state keeps for operations that the selection doesn't mean. */
  acknowledged: 200,
};

/** `unobserved`: operations that the state doesn't name and that settled between two runs, so that their end isn't known. */
export type Counted = Outcome | "unobserved";
export type Counts = Readonly<Partial<Record<Counted, number>>>;

export const countedOutcomes: readonly Counted[] = [...allOutcomes, "unobserved"];

/** The outcomes of an operation that still runs. */
const runningOutcomes = ["running", "unsupported", "cancelling"] as const satisfies readonly Outcome[];
/** The same, with what is nearest to an end first. */
const acknowledgedFirst = [...runningOutcomes].reverse();

export interface NamedOperation {
  readonly name: string;
  readonly outcome: Outcome;
}

/** A cancel that the server acknowledged. */
export interface Acknowledgement {
  readonly name: string;
  /** RFC 3339. */
  readonly requestTime: string;
}

/** What the state keeps of a sweep: counts, and some names. It stays small, whatever the size of the sweep. */
export interface Summary {
  readonly outcomes: Counts;
  readonly operations: readonly NamedOperation[];
  /** RFC 3339: when the server acknowledged the first cancel. */
  readonly requestTime?: string;
  /** RFC 3339: when all operations were first seen settled. */
  readonly settleTime?: string;
  /** The last run didn't confirm with a listing that nothing is left to cancel. */
  readonly incomplete?: true;
  /** The last run couldn't write its report. */
  readonly unreported?: true;
  /** The endpoint that this was learned at. */
  readonly endpoint?: string;
  /** Cancels of operations that an earlier selection meant and this one doesn't: they aren't sent again if that changes. */
  readonly acknowledged: readonly Acknowledgement[];
}

export const emptySummary: Summary = { outcomes: {}, operations: [], acknowledged: [] };

/** Reads the summary from the outputs of an earlier step. */
export function summaryIn(outputs: Properties): Summary {
  const { outcomes, operations, requestTime, settleTime, incomplete, unreported, endpoint, acknowledged } = outputs;
  return {
    outcomes: outcomes ?? {},
    operations: (operations ?? []) as Summary["operations"],
    ...(typeof requestTime === "string" ? { requestTime } : {}),
    ...(typeof settleTime === "string" ? { settleTime } : {}),
    ...(incomplete === true ? { incomplete } : {}),
    ...(unreported === true ? { unreported } : {}),
    ...(typeof endpoint === "string" ? { endpoint } : {}),
    acknowledged: (acknowledged ?? []) as Summary["acknowledged"],
  };
}

/** The outputs that hold a summary. */
export function summaryOutputs({ outcomes, operations, acknowledged, ...rest }: Summary): Properties {
  return {
    matched: total(outcomes),
    outcomes,
    operations,
    ...rest,
    ...(acknowledged.length === 0 ? {} : { acknowledged }),
  };
}

/** A summary of nothing yet that keeps which cancels were acknowledged: what a sweep with another selection begins with. */
export function acknowledgedIn({ operations, requestTime, acknowledged, endpoint }: Summary): Summary {
  const named = requestTime === undefined ? [] : operations.filter(({ outcome }) => outcome === "cancelling");
  const all = [...named.map(({ name }) => ({ name, requestTime: requestTime ?? "" })), ...acknowledged];
  const byName = new Map(all.map((one) => [one.name, one]));
  return { ...emptySummary, ...(endpoint === undefined ? {} : { endpoint }), acknowledged: [...byName.values()] };
}

/** How many operations a sweep is about. */
export function matchedIn({ outcomes }: Summary): number {
  return total(outcomes);
}

/** How many operations the state doesn't name, by outcome. */
export function unnamedIn({ outcomes, operations }: Summary): Counts {
  const unnamed = { ...outcomes };
  for (const { outcome } of operations) unnamed[outcome] = (unnamed[outcome] ?? 0) - 1;
  return present(unnamed);
}

/** How many of the counted operations run. */
export function runningIn(counts: Counts): number {
  return runningOutcomes.reduce((sum, outcome) => sum + (counts[outcome] ?? 0), 0);
}

/** What a run has learned. */
export interface Learned {
  readonly ledger: Ledger;
  readonly requestTime: string | undefined;
  /** Whether a listing has confirmed that nothing is left to cancel. */
  readonly complete: boolean;
  /** The counts of operations that neither the state nor this run names. */
  readonly unnamed: Counts;
}

/** The summary after a run. */
export function summaryAfter(earlier: Summary, run: Learned, expectation: Expectation): Summary {
  const { ledger } = run;
  const counts: Partial<Record<Counted, number>> = { ...run.unnamed };
  for (const [, { outcome }] of ledger.all()) add(counts, outcome, 1);
  add(counts, "running", ledger.uncallableCount);

  const outcomes = present(counts);
  const requestTime = earlier.requestTime ?? run.requestTime;
  const settled = run.complete && total(outcomes) > 0 && runningOutcomes.every((outcome) => !outcomes[outcome]);
  const expired = outcomes.notFound !== undefined;
  const operations = named(ledger, expectation);
  const isNamed = new Set(operations.map(({ name }) => name));
  // One that has joined the ledger and isn't named stays, unless it has settled.
  const isKept = ({ name }: Acknowledgement) =>
    !isNamed.has(name) && !isSettled(ledger.get(name)?.outcome ?? "running");
  return {
    outcomes,
    operations,
    ...(requestTime === undefined ? {} : { requestTime }),
    ...(settled && !expired ? { settleTime: lastSettled(ledger) ?? earlier.settleTime ?? timestamp() } : {}),
    ...(run.complete ? {} : { incomplete: true }),
    ...(earlier.endpoint === undefined ? {} : { endpoint: earlier.endpoint }),
    acknowledged: earlier.acknowledged.filter(isKept).slice(0, limits.acknowledged),
  };
}

/** What a run has seen of the operations that run and that the state doesn't name. */
export interface Seen {
  readonly seen: number;
  /** How many of those join the ledger. */
  readonly named: number;
  /** Whether the ends of the others were not seen. */
  readonly unobserved: boolean;
}

/**
 * The counts of unnamed operations when everything that runs was seen. Which of those seen are counted already isn't known: as
 * many as possible, so that no operation is counted twice. The other counted ones have ended.
 */
export function unnamedAfter(unnamed: Counts, { seen, named, unobserved }: Seen, expectation: Expectation): Counts {
  const counts: Partial<Record<Counted, number>> = { ...unnamed };
  const running = runningIn(unnamed);
  const ended = Math.max(0, running - seen);
  // To count too few acknowledged cancels is safe, and to count too many is not.
  take(counts, acknowledgedFirst, ended);
  if (unobserved) add(counts, "unobserved", ended);
  take(counts, runningOutcomes, Math.min(named, running - ended));
  if (unobserved && ended > 0) {
    // Others may have started meanwhile, so none of those seen is claimed to be acknowledged while it is still waited for.
    for (const outcome of ["unsupported", "cancelling"] as const) {
      if (!isSatisfied(outcome, expectation)) add(counts, "running", take(counts, [outcome], Infinity));
    }
  }
  return present(counts);
}

/**
 * The counts of unnamed operations after each operation of `names` was read that the state doesn't name.
 *
 * @param seen the outcomes that were read of those that don't run; the operations join the ledger
 * @param unread how many couldn't be read
 * @returns the counts, and how many of those read as `notFound` are counted already, because an earlier run saw them settle
 */
export function unnamedAfterReads(
  unnamed: Counts,
  seen: readonly Outcome[],
  unread: number,
): { counts: Counts; expired: number } {
  const counts: Partial<Record<Counted, number>> = { ...unnamed };
  let unmatched = 0;
  let ambiguous = 0;
  for (const outcome of settledOutcomes) {
    const ended = seen.filter((one) => one === outcome).length;
    const matched = take(counts, [outcome], ended);
    ambiguous += matched;
    unmatched += ended - matched;
  }
  take(counts, acknowledgedFirst, unmatched);
  const missing = seen.filter((outcome) => outcome === "notFound").length;
  const settled = [...settledOutcomes, "unobserved"] as const;
  const certain = Math.min(
    missing,
    settled.reduce((sum, outcome) => sum + (counts[outcome] ?? 0), 0),
  );
  // It isn't known whether those had been seen to settle, or others that are read as settled now.
  const unobserved = Math.min(missing - certain, ambiguous);
  take(counts, acknowledgedFirst, unobserved);
  add(counts, "unobserved", unobserved);
  take(counts, ["notFound", ...acknowledgedFirst], missing - certain - unobserved);
  if (unread === 0) {
    const kept = settled.map((outcome) => [outcome, counts[outcome] ?? 0] as const);
    let left = certain + unobserved;
    for (const [outcome, count] of kept) {
      counts[outcome] = Math.min(count, left);
      left -= counts[outcome];
    }
    counts.notFound = 0;
  }
  return { counts: present(counts), expired: certain + unobserved };
}

/** Whether a sweep has reached what it was declared for. */
export function isSweepSatisfied({ outcomes, incomplete }: Summary, expectation: Expectation): boolean {
  return (
    incomplete !== true &&
    countedOutcomes.every((outcome) => !outcomes[outcome] || isOutcomeSatisfied(outcome, expectation))
  );
}

/** Whether the report of the last run is written, if one is wanted. */
export function isReported({ unreported }: Summary, { report }: { report: string | undefined }): boolean {
  return unreported !== true || report === undefined;
}

export function isOutcomeSatisfied(outcome: Counted, expectation: Expectation): boolean {
  if (outcome !== "unobserved") return isSatisfied(outcome, expectation);
  return settledOutcomes.every((settled) => expectation.expect.includes(settled));
}

/** `120 cancelled, 3 succeeded`. */
export function countsInWords(outcomes: Counts): string {
  const some = countedOutcomes.filter((outcome) => outcomes[outcome]);
  return some.map((outcome) => `${outcomes[outcome] ?? 0} ${outcome}`).join(", ") || "no operations";
}

export function total(outcomes: Counts): number {
  return Object.values(outcomes).reduce((sum, number) => sum + number, 0);
}

/**
 * The operations that the state names. First those with an acknowledged cancel that still run, whose cancel must not be sent
 * again; then the unexpected ones, then others that may be read again, and the rest last.
 */
function named(ledger: Ledger, expectation: Expectation): NamedOperation[] {
  const acknowledged: NamedOperation[] = [];
  const unexpected: NamedOperation[] = [];
  const open: NamedOperation[] = [];
  const done: NamedOperation[] = [];
  for (const [name, { outcome }] of ledger.all()) {
    const met = isSatisfied(outcome, expectation);
    const alike = outcome === "cancelling" ? acknowledged : !met ? unexpected : isSettled(outcome) ? done : open;
    if (alike.length < limits.named) alike.push({ name, outcome });
  }
  return [...acknowledged, ...unexpected, ...open, ...done].slice(0, limits.named);
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

/** Takes up to `most` off the counts, one outcome after the other. Returns how many it took. */
function take(counts: Partial<Record<Counted, number>>, outcomes: readonly Counted[], most: number): number {
  let sum = 0;
  for (const outcome of outcomes) {
    const taken = Math.min(most - sum, counts[outcome] ?? 0);
    counts[outcome] = (counts[outcome] ?? 0) - taken;
    sum += taken;
  }
  return sum;
}

/** Without outcomes that no operation has come to. */
function present(counts: Counts): Counts {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
