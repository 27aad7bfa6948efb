import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { Deadline } from "../../common/deadline";
import { asSentence, inDigits, quote, singleLine } from "../../common/text";
import type { OperationsClient } from "../../operations/client";
import { fullName } from "../../operations/resourceName";
import { checkBy } from "../check";
import {
  connect,
  type Context,
  explainUpdate,
  isRecordedHere,
  stepDeadline,
  warnOfEmulator,
  warnOnce,
} from "../context";
import { knownAt } from "../endpoint";
import { OtherEndpointError, PartialError, reasonOf, StepError } from "../errors";
import { commonComparisons, compare, type Comparison, type StepDifference } from "../inputs/diff";
import { hasUnknown, type TimedStep } from "../inputs/schema";
import { labelOf } from "../logicalName";
import { showInfo, showProgress, showWarning } from "../progress";
import { isReported, Report } from "../report";
import type { Properties } from "../state/record";
import { describeComingFailure, waysOut } from "../unexpectedOutcome";
import { acceptanceIn, describeUnexpected, readErrorIn } from "./errorMessage";
import { echoSweepInputs, validateSweepInputs, type SweepSettings, sweepSettings } from "./inputs";
import { Run } from "./run";
import {
  acknowledgedIn,
  countedOutcomes,
  countsInWords,
  emptySummary,
  isOutcomeSatisfied,
  isSettledCount,
  isSweepSatisfied,
  matchedIn,
  optionalSummaryKeys,
  type Summary,
  summaryAfter,
  summaryIn,
  summaryOutputs,
  unnamedIn,
} from "./summary";

/** The outputs that a step may leave out. */
export const optionalOutputs = optionalSummaryKeys;

/** The outputs that each step returns, besides the arguments. */
export const requiredOutputs = ["matched", "outcomes", "operations", "endpoint"];

export const check = checkBy(validateSweepInputs);

/**
 * Cancels, and waits as the settings say. With `cancelOn: "delete"` it counts instead.
 *
 * @throws {PartialError} if a cancel was, or may have been, carried out and the sweep failed
 * @throws any other error if there is nothing to keep
 */
export async function create(inputs: Properties, context: Context): Promise<{ id: string; outputs: Properties }> {
  const settings = sweepSettings(inputs);
  const id = `${fullName(settings.service.host, settings.collection)}#${randomBytes(4).toString("hex")}`;
  const outputs = (summary: Summary) => ({ ...echoSweepInputs(inputs), ...summaryOutputs(summary) });
  if (settings.cancelOn === "delete") return { id, outputs: outputs(await count(settings, context, "create")) };

  const { summary, error, mayHaveCancelled } = await sweep(settings, context, "create");
  if (error === undefined) return { id, outputs: outputs(summary) };
  throw mayHaveCancelled ? new PartialError(error, id, outputs(summary)) : new StepError(error);
}

/**
 * Counts what matches. If the sweep cancelled when it was created, reads once what hadn't settled.
 *
 * @throws {StepError} if the service can't list, or an operation can't be read; the state then stays unchanged
 */
export async function read(_id: string, properties: Properties, context: Context): Promise<Properties> {
  const settings = sweepSettings(properties);
  const earlier = summaryIn(properties);
  const outputs = (summary: Summary) => ({ ...echoSweepInputs(properties), ...summaryOutputs(summary) });
  try {
    return outputs(
      settings.cancelOn === "delete"
        ? await count(settings, context, "read", earlier)
        : await refresh(settings, context, earlier),
    );
  } catch (error) {
    if (!(error instanceof OtherEndpointError)) throw error;
    showWarning(context, `${labelOf(settings.resource, settings.collection)} isn't refreshed. ${error.message}`);
    return outputs(earlier);
  }
}

/** Returns whether an update continues what the state records. With another selection, it starts over. */
function continues(old: Properties, settings: SweepSettings, context: Context): boolean {
  return isRecordedHere(summaryIn(old), settings, context) && isSameSweep(sweepSettings(old), settings);
}

/** Returns what an update begins with. If it starts over, that's only the acknowledged cancels. */
export function earlierIn(old: Properties, settings: SweepSettings, context: Context): Summary {
  const recorded = summaryIn(old);
  return continues(old, settings, context) ? recorded : acknowledgedIn(recorded);
}

/** Returns whether an update has nothing to do but to apply settings and to write a report. It then makes no call. */
export function isUpToDate(old: Properties, settings: SweepSettings, context: Context): boolean {
  const isEnough = settings.cancelOn === "delete" || isSweepSatisfied(summaryIn(old), settings);
  return isEnough && continues(old, settings, context);
}

/** @throws {StepError} always, because there is nothing to read that says what a sweep selected */
export function importById(id: string): never {
  throw new StepError(
    `${quote(singleLine(id, 200))} can't be imported. A sweep exists only in the state of its stack, and the service knows nothing of it. ` +
      "Declare the sweep in the program instead. To take over one operation, import it as a CancellationRequest.",
  );
}

/**
 * Continues a sweep, or applies new settings. It makes no call if neither the selection nor `cancelOn` has changed and
 * the recorded outcomes satisfy the settings. With another selection it starts over, but doesn't send a cancel again
 * that is recorded as acknowledged.
 *
 * @throws {PartialError} if the sweep failed, and its results must be kept
 * @throws any other error if the state can stay unchanged
 */
export async function update(id: string, old: Properties, inputs: Properties, context: Context): Promise<Properties> {
  const settings = sweepSettings(inputs);
  const outputs = (summary: Summary) => ({ ...echoSweepInputs(inputs), ...summaryOutputs(summary) });
  const recorded = summaryIn(old);
  const same = continues(old, settings, context);
  const earlier = earlierIn(old, settings, context);

  // The report of the earlier selection can't be written later.
  if (!same && !isReported(recorded, settings)) await writeMissingReport(settings, recorded);

  if (isUpToDate(old, settings, context)) {
    const isWritten = settings.cancelOn === "delete" || isReported(earlier, settings);
    return outputs(isWritten ? earlier : await writeMissingReport(settings, earlier));
  }
  if (settings.cancelOn === "delete") return outputs(await count(settings, context, "update", earlier));
  const { summary, error, mayHaveCancelled } = await sweep(settings, context, "update", earlier);
  if (error === undefined) return outputs(summary);
  throw same || mayHaveCancelled ? new PartialError(error, id, outputs(summary)) : new StepError(error);
}

/**
 * Makes no call with `cancelOn: "create"`. With `"delete"` it cancels and waits. A delete can't write outputs, so it
 * prints its result and writes it to the report.
 *
 * @throws {StepError} if an operation didn't end as expected; the resource then stays, and can be destroyed again
 */
export async function remove(properties: Properties, context: Context): Promise<void> {
  const settings = sweepSettings(properties);
  if (settings.cancelOn !== "delete") return;
  const earlier = acknowledgedIn(summaryIn(properties));
  const { error } = await sweep(settings, context, "delete", earlier).catch((cause: unknown) => {
    throw new StepError(`${asSentence(reasonOf(cause))} ${waysOut({ step: "delete", isInState: true })}`);
  });
  if (error !== undefined) throw new StepError(error);
}

/** The arguments, and whether a change of them replaces the resource. */
export const comparisons: readonly Comparison<SweepSettings>[] = [
  { argument: "collection", replaces: true, of: ({ collection }) => collection },
  // A change of the selection never replaces. With a replacement, the delete of the old sweep would cancel what the
  // new, narrower selection leaves alone.
  { argument: "filter", replaces: false, of: ({ selection }) => selection.filter },
  { argument: "match", replaces: false, of: ({ selection }) => selection.match },
  { argument: "names", replaces: false, of: ({ selection }) => selection.names },
  { argument: "all", replaces: false, of: ({ selection }) => selection.all },
  { argument: "limit", replaces: false, of: ({ limit }) => limit },
  { argument: "concurrency", replaces: false, of: ({ concurrency }) => concurrency },
  ...commonComparisons,
];

/** Compares the arguments with those in the outputs, and checks whether the recorded outcomes satisfy them. */
export function diff(outputs: Properties, inputs: Properties, context: Context): StepDifference {
  const { changed, replaces, settings } = compare(outputs, inputs, sweepSettings, comparisons);
  const summary = summaryIn(outputs);
  const isHere = isRecordedHere(summary, settings, context);
  const isContinued = replaces.length === 0 && continues(outputs, settings, context);
  if (isContinued && !hasUnknown(inputs)) warnOfFailure(summary, settings, context);
  if (!isHere && replaces.length === 0)
    explainUpdate(labelOf(settings.resource, settings.collection), summary, settings, context);
  const satisfied =
    isHere &&
    (settings.cancelOn === "delete" || (isSweepSatisfied(summary, settings) && isReported(summary, settings)));
  if (replaces.length === 0 && (!satisfied || settings.cancelOn === "delete")) {
    const label = labelOf(settings.resource, settings.collection);
    warnOfEmulator(label, summary, settings, context, settings.cancelOn === "delete" ? "A destroy" : "The update");
  }
  return { changes: changed.length > 0 || !satisfied, changed, replaces };
}

/** Warns once if what is recorded fails the next step. */
function warnOfFailure({ outcomes }: Summary, settings: SweepSettings, context: Context): void {
  if (settings.cancelOn === "delete") {
    warnOfLimit(outcomes.running ?? 0, settings, context);
    return;
  }
  const failing = countedOutcomes.filter(
    (outcome) => outcomes[outcome] && isSettledCount(outcome) && !isOutcomeSatisfied(outcome, settings),
  );
  if (failing.length === 0) return;
  const counts = countsInWords(Object.fromEntries(failing.map((outcome) => [outcome, outcomes[outcome] ?? 0])));
  warnOnce(
    context,
    `${labelOf(settings.resource, settings.collection)}: ${counts}, ${describeComingFailure(failing, settings)}`,
  );
}

/** Warns once if more operations match than a delete would cancel. */
function warnOfLimit(count: number, { resource, collection, limit }: SweepSettings, context: Context): void {
  if (count <= limit) return;
  warnOnce(
    context,
    `${resource ?? collection}: ${inDigits(count)} operations match and limit is ${inDigits(limit)}: a destroy would fail before its first cancel. Narrow the selection or raise limit.`,
  );
}

/** Returns whether the selection and `cancelOn` are the same. */
function isSameSweep(before: SweepSettings, now: SweepSettings): boolean {
  return before.cancelOn === now.cancelOn && isDeepStrictEqual(before.selection, now.selection);
}

/** How long a refresh may take, in milliseconds. It makes a call for each page, or for each name. */
const readTimeout = 10 * 60_000;

/** The result of a run. */
interface Swept {
  readonly summary: Summary;
  /** The error to show to the user. */
  readonly error?: string;
  /** Whether a cancel was, or may have been, carried out. */
  readonly mayHaveCancelled: boolean;
}

/**
 * Counts what matches, and cancels nothing. A read shows the counts that changed.
 *
 * @param step the step that sets the time limit
 * @param earlier a summary that has the acknowledged cancels
 * @throws {StepError} if the service can't list, or an operation can't be read
 */
async function count(
  settings: SweepSettings,
  context: Context,
  step: TimedStep | "read",
  earlier: Summary = emptySummary,
): Promise<Summary> {
  const deadline =
    step === "read" ? Deadline.after(readTimeout, context.interruption) : stepDeadline(context, settings, step);
  let running = 0;
  const { summary } = await readOnly(settings, context, acknowledgedIn(earlier), deadline, async (run) => {
    running = (await run.count()).size;
  });
  if (step === "read") showChange(earlier, summary, settings, context);
  warnOfLimit(running, settings, context);
  return summary;
}

/**
 * Reads once what an earlier run left unsettled. Shows the outcomes that changed, and writes them to the report.
 *
 * @throws as {@link count} does
 */
async function refresh(settings: SweepSettings, context: Context, earlier: Summary): Promise<Summary> {
  const { summary, run } = await readOnly(
    settings,
    context,
    earlier,
    Deadline.after(readTimeout, context.interruption),
    (one) => one.refresh(),
  );
  showChange(earlier, summary, settings, context);
  try {
    await run.closeAfterRefresh();
    return summary;
  } catch (error) {
    showWarning(context, `${reasonOf(error)} The next \`pulumi up\` writes what is known.`);
    return { ...summary, unreported: true };
  }
}

/** Shows counts that a refresh found changed. Leaves out the earlier ones if they are of another endpoint. */
function showChange(earlier: Summary, summary: Summary, settings: SweepSettings, context: Context): void {
  const [before, now] = [countsInWords(earlier.outcomes), countsInWords(summary.outcomes)];
  if (before === now) return;
  const change = isRecordedHere(earlier, settings, context) ? `${before} → ${now}` : now;
  showInfo(context, `${labelOf(settings.resource, settings.collection)}: ${change}.`);
}

async function readOnly(
  settings: SweepSettings,
  context: Context,
  earlier: Summary,
  deadline: Deadline,
  work: (run: Run) => Promise<void>,
): Promise<{ summary: Summary; run: Run }> {
  const { client, known } = begin(settings, context, earlier);
  const run = new Run(client, settings, deadline, reportOf(settings), known, context);
  const stopShowing = showProgress(context, deadline.start, () => run.progress);
  await work(run).finally(stopShowing);
  const error = readErrorIn(run.ledger);
  if (error !== undefined) throw new StepError(error);
  const unreported = earlier.unreported === true ? { unreported: true as const } : {};
  return { summary: { ...summaryAfter(known, run, settings), ...unreported }, run };
}

/** Returns a sweep's report, which isn't open yet. */
function reportOf({ report, resource, collection }: SweepSettings): Report {
  return new Report(report, resource ?? collection);
}

/**
 * Cancels, waits as the settings say, writes the report, and prints the counts.
 *
 * @param earlier the summary of the earlier run that this run continues
 * @throws {StepError} before any call, if the service can't be called or the report can't be opened
 */
async function sweep(
  settings: SweepSettings,
  context: Context,
  step: TimedStep,
  earlier: Summary = emptySummary,
): Promise<Swept> {
  const { client, known } = begin(settings, context, earlier);
  const deadline = stepDeadline(context, settings, step);
  const report = reportOf(settings);
  report.open();
  const run = new Run(client, settings, deadline, report, known, context);
  const stopShowing = showProgress(context, deadline.start, () => run.progress);
  const errors = new Set<string>();
  const attempt = async (work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      errors.add(reasonOf(error));
      return false;
    }
  };
  await attempt(() => run.cancel());
  // After an error, still waits for the cancels already sent.
  if (settings.waitFor === "settled") await attempt(() => run.wait());
  await attempt(() => run.recheck());
  const isReported = await attempt(() => run.close());
  stopShowing();

  const summary: Summary = {
    ...summaryAfter(known, run, settings),
    ...(isReported ? {} : { unreported: true }),
  };
  const matched = matchedIn(summary);
  if (errors.size === 0 || matched > 0) {
    const counts = matched === 0 ? "no operations" : `${inDigits(matched)}: ${countsInWords(summary.outcomes)}`;
    showInfo(context, `${labelOf(settings.resource, settings.collection)}: swept ${counts}.`);
  }
  const { mayHaveCancelled } = run;
  const unexpected = describeUnexpected(summary, run.ledger, settings.collection, settings);
  // Shown once and in full, because the line of each operation has only its beginning.
  if (errors.size === 0 && unexpected !== undefined && run.noListener) errors.add(reasonOf(run.noListener));
  const problems = [...errors, ...(unexpected === undefined ? [] : [unexpected])];
  if (problems.length === 0) return { summary, mayHaveCancelled };
  const acceptance = acceptanceIn(summary, settings);
  const ways = waysOut({
    step,
    isInState: step !== "create" || mayHaveCancelled,
    ...(acceptance === undefined ? {} : { acceptance }),
  });
  if (unexpected !== undefined || step === "delete") problems.push(ways);
  return { summary, mayHaveCancelled, error: problems.map(asSentence).join(" ") };
}

/**
 * Writes what the state has of the report that an earlier run couldn't write.
 *
 * @throws {StepError} if the report can't be written this time either
 */
async function writeMissingReport(settings: SweepSettings, earlier: Summary): Promise<Summary> {
  const report = reportOf(settings);
  report.open();
  for (const operation of earlier.operations) report.write(operation);
  report.writeUnnamed(unnamedIn(earlier));
  await report.close();
  return Object.fromEntries(Object.entries(earlier).filter(([key]) => key !== "unreported")) as unknown as Summary;
}

/**
 * Returns a client, and the summary that holds at its endpoint.
 *
 * @throws {OtherEndpointError} if the summary is a service's and the endpoint an emulator's
 */
function begin(
  { service, identity, cancelOn, collection }: SweepSettings,
  context: Context,
  record: Summary,
): { client: OperationsClient; known: Summary } {
  const { client, endpoint } = connect(context, service, identity);
  // A summary of another endpoint doesn't show what is left to cancel at this one.
  const nothing: Summary = cancelOn === "create" ? { ...emptySummary, incomplete: true } : emptySummary;
  return { client, known: knownAt(endpoint, collection, { record, nothing }) };
}
