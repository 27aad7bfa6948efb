import { inDigits } from "../../common/text";
import { isSettled, type Outcome, outcomes as allOutcomes, settledOutcomes } from "../../operations/outcome";
import { type Expectation, isSatisfied } from "../expectation";
import { type Properties, timestamp } from "../state/record";
import type { Ledger } from "./ledger";

/** How much the state names. The tests' model of a sweep sets a lower number of operations. */
export const limits = {
  /** How many operations the state names. It counts the others. */
  named: 100,
  /** How many acknowledged cancels the state keeps of operations that the selection doesn't include. */
  acknowledged: 200,
};

/** An outcome, or `unobserved` for operations that the state doesn't name and that settled between two runs. */
export type Counted = Outcome | "unobserved";
export type Counts = Readonly<Partial<Record<Counted, number>>>;

export const countedOutcomes: readonly Counted[] = [...allOutcomes, "unobserved"];

/** The outcomes of an operation that still runs. */
const runningOutcomes = ["running", "unsupported", "cancelling"] as const satisfies readonly Outcome[];
/** The same outcomes, those nearest to an end first. */
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

/** What the state keeps of a sweep: counts, and some names. It stays small for a sweep of any size. */
export interface Summary {
  readonly outcomes: Counts;
  readonly operations: readonly NamedOperation[];
  /** RFC 3339: when the server acknowledged the first cancel. */
  readonly requestTime?: string;
  /** RFC 3339: when a run first found all operations settled. */
  readonly settleTime?: string;
  /** The last run didn't confirm with a listing that nothing is left to cancel. */
  readonly incomplete?: true;
  /** The last run couldn't write its report. */
  readonly unreported?: true;
  /** The endpoint that this was read from. */
  readonly endpoint?: string;
  /**
   * Acknowledged cancels of operations that only an earlier selection includes. A later selection doesn't send them
   * again.
   */
  readonly acknowledged: readonly Acknowledgement[];
}

export const emptySummary: Summary = { outcomes: {}, operations: [], acknowledged: [] };

/** The outputs that {@link summaryOutputs} leaves out when they have no values. */
export const optionalSummaryKeys = ["requestTime", "settleTime", "incomplete", "unreported", "acknowledged"] as const;

/** Returns the summary in the outputs of an earlier step. */
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

/** Returns the outputs that hold a summary. */
export function summaryOutputs({ outcomes, operations, acknowledged, ...rest }: Summary): Properties {
  return {
    matched: total(outcomes),
    outcomes,
    operations,
    ...rest,
    ...(acknowledged.length === 0 ? {} : { acknowledged }),
  };
}

/** Returns an empty summary that keeps the acknowledged cancels. A sweep with another selection begins with it. */
export function acknowledgedIn({ operations, requestTime, acknowledged, endpoint }: Summary): Summary {
  const named = requestTime === undefined ? [] : operations.filter(({ outcome }) => outcome === "cancelling");
  const all = [...named.map(({ name }) => ({ name, requestTime: requestTime ?? "" })), ...acknowledged];
  const byName = new Map(all.map((one) => [one.name, one]));
  return { ...emptySummary, ...(endpoint === undefined ? {} : { endpoint }), acknowledged: [...byName.values()] };
}

/** Returns how many operations a summary counts. */
export function matchedIn({ outcomes }: Summary): number {
  return total(outcomes);
}

/** Returns how many operations the state doesn't name, by outcome. */
export function unnamedIn({ outcomes, operations }: Summary): Counts {
  const unnamed = { ...outcomes };
  for (const { outcome } of operations) unnamed[outcome] = (unnamed[outcome] ?? 0) - 1;
  return present(unnamed);
}

/** Returns how many of the counted operations are running. */
export function runningIn(counts: Counts): number {
  return runningOutcomes.reduce((sum, outcome) => sum + (counts[outcome] ?? 0), 0);
}

/** The results of a run. */
export interface Learned {
  readonly ledger: Ledger;
  readonly requestTime: string | undefined;
  /** Whether a listing has confirmed that nothing is left to cancel. */
  readonly complete: boolean;
  /** The counts of operations that neither the state nor this run names. */
  readonly unnamed: Counts;
}

/** Returns the summary after a run. */
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
  // An acknowledgement stays unless the state names its operation, or the operation has settled.
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

/** What a run has seen of the running operations that the state doesn't name. */
export interface Seen {
  /** How many the run has seen. */
  readonly seen: number;
  /** How many of those join the ledger. */
  readonly named: number;
  /** Whether the run didn't see how the others ended. */
  readonly unobserved: boolean;
}

/**
 * Returns the counts of unnamed operations after a run has seen all running operations. It isn't known which of those
 * seen are counted already. So it assumes as many as possible, and counts no operation twice. The other counted
 * operations have ended.
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
    // Those seen may have started meanwhile. So none of them counts as acknowledged while the run still waits for its
    // end.
    for (const outcome of ["unsupported", "cancelling"] as const) {
      if (!isSatisfied(outcome, expectation)) add(counts, "running", take(counts, [outcome], Infinity));
    }
  }
  return present(counts);
}

/**
 * Returns the counts of unnamed operations, after a run read each operation of `names` that the state doesn't name.
 *
 * @param seen the outcomes of those that aren't running; they join the ledger
 * @param unread how many couldn't be read
 * @returns the counts, and how many of those read as `notFound` are counted already, because an earlier run saw them
 *   settle
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
  // It isn't known whether an earlier run saw these settle, or others that are read as settled now.
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

/** Returns whether a sweep is complete, and all its outcomes satisfy the settings. */
export function isSweepSatisfied({ outcomes, incomplete }: Summary, expectation: Expectation): boolean {
  return (
    incomplete !== true &&
    countedOutcomes.every((outcome) => !outcomes[outcome] || isOutcomeSatisfied(outcome, expectation))
  );
}

/** Returns whether operations that are counted so have ended, and are counted so in each later run. */
export function isSettledCount(outcome: Counted): boolean {
  return outcome === "unobserved" || isSettled(outcome);
}

export function isOutcomeSatisfied(outcome: Counted, expectation: Expectation): boolean {
  if (outcome !== "unobserved") return isSatisfied(outcome, expectation);
  return settledOutcomes.every((settled) => expectation.expect.includes(settled));
}

/** Returns the counts as text, for example `120 cancelled, 3 succeeded`. */
export function countsInWords(outcomes: Counts): string {
  const some = countedOutcomes.filter((outcome) => outcomes[outcome]);
  return some.map((outcome) => `${inDigits(outcomes[outcome] ?? 0)} ${outcome}`).join(", ") || "no operations";
}

export function total(outcomes: Counts): number {
  return Object.values(outcomes).reduce((sum, number) => sum + number, 0);
}

/**
 * Returns the operations that the state names. First those with an acknowledged cancel that still run, because their
 * cancel must not be sent again. Then those with an unexpected outcome, then others that may be read again, and then
 * the rest.
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

/** Returns the latest `settleTime`. Times in the same form of RFC 3339 sort as text. */
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

/** Subtracts up to `most` from the counts, one outcome after the other. Returns how many it subtracted. */
function take(counts: Partial<Record<Counted, number>>, outcomes: readonly Counted[], most: number): number {
  let sum = 0;
  for (const outcome of outcomes) {
    const taken = Math.min(most - sum, counts[outcome] ?? 0);
    counts[outcome] = (counts[outcome] ?? 0) - taken;
    sum += taken;
  }
  return sum;
}

/** Returns the counts without the outcomes that no operation has. */
function present(counts: Counts): Counts {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
