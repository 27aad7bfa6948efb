import { Deadline, type OperationsClient } from "../../operations";
import { timeoutOf, type TimedStep } from "../arguments";
import { clientFor, type Context } from "../context";
import { reasonOf, StepError } from "../errors";
import { Report } from "./report";
import { Run } from "./run";
import type { Settings } from "./settings";
import { blankSummary, complaintOf, countsInWords, failureOf, matchedIn, type Summary, summaryAfter } from "./summary";

/** How long a count may take, in milliseconds: there is a call a page, or one for each name. */
const countTimeout = 10 * 60_000;

/** What a run came to. */
export interface Swept {
  readonly summary: Summary;
  /** What is amiss, in words. */
  readonly complaint?: string;
  /** Whether any cancel was, or may have been, acknowledged. */
  readonly touched: boolean;
}

/**
 * Counts what matches, and cancels nothing.
 *
 * @throws {StepError} when the service can't list, or an operation can't be read
 * @throws whatever is no definite answer
 */
export function count(settings: Settings, context: Context): Promise<Summary> {
  return looking(settings, context, blankSummary, (run) => run.count());
}

/**
 * Reads once what an earlier run left unsettled.
 *
 * @throws as {@link count} does
 */
export function follow(settings: Settings, context: Context, earlier: Summary): Promise<Summary> {
  return looking(settings, context, earlier, (run) => run.follow());
}

async function looking(
  settings: Settings,
  context: Context,
  earlier: Summary,
  work: (run: Run) => Promise<void>,
): Promise<Summary> {
  const run = new Run(
    clientOf(settings, context),
    settings,
    Deadline.after(countTimeout),
    Report.open(undefined),
    earlier,
  );
  await work(run);
  const failure = failureOf(run);
  if (failure !== undefined) throw new StepError(failure);
  return summaryAfter(earlier, run, settings);
}

/**
 * Cancels, waits as the settings say, and tells the counts in a line of output.
 *
 * @param earlier what an earlier run came to, which this one goes on with
 * @throws {StepError} when nothing can be called, or the report can't be written; no call was made then
 */
export async function sweep(
  settings: Settings,
  context: Context,
  step: TimedStep,
  earlier: Summary = blankSummary,
): Promise<Swept> {
  const client = clientOf(settings, context);
  const deadline = Deadline.after(timeoutOf(settings.customTimeouts, step));
  const run = new Run(client, settings, deadline, Report.open(settings.report), earlier);
  const troubles = new Set<string>();
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      troubles.add(reasonOf(error));
    }
  };
  await attempt(() => run.cancel());
  // What was asked for before the trouble is followed all the same.
  if (settings.waitFor === "settled") await attempt(() => run.settle());
  await attempt(() => run.close());
  const summary = summaryAfter(earlier, run, settings);
  const { outcomes } = summary;
  if (troubles.size === 0 || matchedIn(summary) > 0)
    console.log(`Swept ${settings.collection}: ${countsInWords(outcomes)}.`);
  const complaints = [...troubles, complaintOf(summary, run, settings.collection, settings)];
  const complaint = complaints.filter((one) => one !== undefined).join("\n");
  return { summary, touched: run.touched, ...(complaint === "" ? {} : { complaint }) };
}

function clientOf(settings: Settings, context: Context): OperationsClient {
  return clientFor(context, settings.service, settings.identity);
}
