import { Deadline, type OperationsClient } from "../../operations";
import { timeoutOf, type TimedStep } from "../arguments";
import { clientFor, type Context } from "../context";
import { reasonOf } from "../errors";
import { Report } from "./report";
import { Run } from "./run";
import type { Settings } from "./settings";
import { blankSummary, complaintOf, countsInWords, summaryAfter } from "./summary";

/** How long a count may take, in milliseconds: there is a call a page, or one for each name. */
const countTimeout = 10 * 60_000;

/** A run that counts, and cancels nothing. */
export function counting(settings: Settings, context: Context): Run {
  return new Run(clientOf(settings, context), settings, Deadline.after(countTimeout), Report.open(undefined));
}

/** A run that cancels, within the time of a step. */
export function cancelling(settings: Settings, context: Context, step: TimedStep): Run {
  const deadline = Deadline.after(timeoutOf(settings.customTimeouts, step));
  return new Run(clientOf(settings, context), settings, deadline, Report.open(settings.report));
}

/**
 * Cancels, waits as the settings say, and tells the counts in a line of output.
 *
 * @returns what is amiss, in words; `undefined` where nothing is
 */
export async function perform(run: Run, settings: Settings): Promise<string | undefined> {
  const troubles: string[] = [];
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      troubles.push(reasonOf(error));
    }
  };
  await attempt(() => run.cancel());
  // What was asked for before the trouble is followed all the same.
  if (settings.waitFor === "settled") await attempt(() => run.settle());
  await attempt(() => run.close());
  const { outcomes } = summaryAfter(blankSummary, run, settings);
  console.log(`Swept ${settings.collection}: ${countsInWords(outcomes)}.`);
  const complaint = complaintOf(run, settings.collection, settings);
  return [...troubles, ...(complaint === undefined ? [] : [complaint])].join("\n") || undefined;
}

function clientOf(settings: Settings, context: Context): OperationsClient {
  return clientFor(context, settings.service, settings.identity);
}
