import { Deadline, type OperationsClient } from "../../operations";
import { timeoutOf, type TimedStep } from "../arguments";
import { clientFor, type Context } from "../context";
import { reasonOf, StepError } from "../errors";
import { describeUnexpected, readErrorIn } from "./errorMessage";
import { Report } from "./report";
import { Run } from "./run";
import type { Settings } from "./settings";
import { countsInWords, emptySummary, matchedIn, type Summary, summaryAfter } from "./summary";

/** How long a count or a refresh may take, in milliseconds: it makes a call for each page, or for each name. */
const readTimeout = 10 * 60_000;

/** The result of a run. */
export interface Swept {
  readonly summary: Summary;
  /** What went wrong, for people. */
  readonly error?: string;
  /** Whether a cancel was, or may have been, carried out. */
  readonly mayHaveCancelled: boolean;
}

/**
 * Counts what matches, without cancelling any.
 *
 * @param earlier a summary that knows which cancels were acknowledged
 * @throws {StepError} when the service can't list, or an operation can't be read
 */
export function count(settings: Settings, context: Context, earlier: Summary = emptySummary): Promise<Summary> {
  return readOnly(settings, context, earlier, (run) => run.count());
}

/**
 * Reads what an earlier run left unsettled, once.
 *
 * @throws as {@link count} does
 */
export function refresh(settings: Settings, context: Context, earlier: Summary): Promise<Summary> {
  return readOnly(settings, context, earlier, (run) => run.refresh());
}

async function readOnly(
  settings: Settings,
  context: Context,
  earlier: Summary,
  work: (run: Run) => Promise<void>,
): Promise<Summary> {
  const client = clientOf(settings, context);
  const run = new Run(client, settings, Deadline.after(readTimeout), Report.open(undefined), earlier);
  await work(run);
  const error = readErrorIn(run.ledger);
  if (error !== undefined) throw new StepError(error);
  const unreported = earlier.unreported === true ? { unreported: true as const } : {};
  return { ...summaryAfter(earlier, run, settings), ...unreported };
}

/**
 * Cancels, waits as the settings say, writes the report, and prints the counts.
 *
 * @param earlier what an earlier run came to; this one goes on with it
 * @throws {StepError} when the service can't be called, or the report can't be opened; no call was made then
 */
export async function sweep(
  settings: Settings,
  context: Context,
  step: TimedStep,
  earlier: Summary = emptySummary,
): Promise<Swept> {
  const client = clientOf(settings, context);
  const deadline = Deadline.after(timeoutOf(settings.customTimeouts, step));
  const run = new Run(client, settings, deadline, Report.open(settings.report), earlier);
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
  const isReported = await attempt(() => run.close());

  const summary: Summary = {
    ...summaryAfter(earlier, run, settings),
    ...(isReported ? {} : { unreported: true }),
  };
  if (errors.size === 0 || matchedIn(summary) > 0)
    console.log(`Swept ${settings.collection}: ${countsInWords(summary.outcomes)}.`);
  const all = [...errors, describeUnexpected(summary, run.ledger, settings.collection, settings)];
  const error = all.filter((one) => one !== undefined).join("\n");
  return { summary, mayHaveCancelled: run.mayHaveCancelled, ...(error === "" ? {} : { error }) };
}

/**
 * Writes the report that an earlier run couldn't write, as far as the state knows it.
 *
 * @throws {StepError} when it can't be written this time either
 */
export async function writeMissingReport(settings: Settings, context: Context, earlier: Summary): Promise<Summary> {
  const report = Report.open(settings.report);
  const run = new Run(clientOf(settings, context), settings, Deadline.after(0), report, earlier);
  await run.close();
  const { unreported, ...summary } = earlier;
  return unreported === true ? summary : earlier;
}

function clientOf(settings: Settings, context: Context): OperationsClient {
  return clientFor(context, settings.service, settings.identity);
}
