import { inDigits } from "../../common/text";
import { connect, type Context } from "../context";
import { StepError } from "../errors";
import { labelOf } from "../logicalName";
import { hasUnknownTarget, readForPreview, unknownOutputs } from "../preview";
import { showInfo, showWarning } from "../progress";
import { Report } from "../report";
import type { Properties } from "../state/record";
import { readErrorIn } from "./errorMessage";
import { echoSweepInputs, type SweepSettings, sweepSettings } from "./inputs";
import { Run } from "./run";
import { isUpToDate, optionalOutputs, requiredOutputs } from "./steps";
import { emptySummary, summaryIn, summaryOutputs } from "./summary";

/** How many operations a preview names. */
const named = 3;

/** The argument that a program's class sets if `names` is a secret. A preview then names no operation. */
const secretNames = "operations";

/** The arguments that decide what a sweep selects. */
const target = ["collection", "filter", "match", "names", "all", "limit"];

/**
 * Shows what a create or an update would meet. Counts what matches, and cancels nothing.
 *
 * @param old the outputs before the update; absent in a create
 * @returns the outputs; those that aren't known yet are unknown
 */
export async function preview(inputs: Properties, context: Context, old?: Properties): Promise<Properties> {
  const echo = echoSweepInputs(inputs);
  // The argument `operations` isn't the output of that name.
  const unknown = { ...echo, ...unknownOutputs([...requiredOutputs, ...optionalOutputs]) };
  if (hasUnknownTarget(inputs, target)) return unknown;
  const settings = sweepSettings(inputs);
  if (old && isUpToDate(old, settings, context)) {
    const recorded = summaryIn(old);
    // The update writes a report that is missing.
    return { ...echo, ...summaryOutputs(recorded), ...(recorded.unreported ? unknownOutputs(["unreported"]) : {}) };
  }

  const label = labelOf(settings.resource, settings.collection);
  const { client, endpoint } = connect(context, settings.service, settings.identity);
  const running = await readForPreview(context, { label, endpoint, identity: settings.identity }, async (deadline) => {
    const run = new Run(client, settings, deadline, new Report(undefined, label), emptySummary, context);
    await run.count();
    const error = readErrorIn(run.ledger);
    if (error !== undefined) throw new StepError(error);
    return [...run.ledger.all()].map(([name]) => name);
  });
  if (!running) return unknown;
  const show = running.length > settings.limit ? showWarning : showInfo;
  const names = inputs[secretNames] === undefined ? running : [];
  show(context, `${label}: ${describe(running.length, names, settings)}`);
  return unknown;
}

/** Describes what the sweep would meet, and what it would do. */
function describe(count: number, names: readonly string[], { limit, cancelOn }: SweepSettings): string {
  if (count === 0) return "no running operation matches.";
  const more = count > named ? ` and ${inDigits(count - named)} more` : "";
  const first = names.length > 0 ? ` (${names.slice(0, named).join(", ")}${more})` : "";
  const matching = `${inDigits(count)} running operation${count === 1 ? " matches" : "s match"}${first}`;
  if (count > limit) {
    const failing = cancelOn === "delete" ? "a destroy" : "the sweep";
    return `${matching}, and limit is ${inDigits(limit)}: ${failing} would fail before its first cancel. Narrow the selection or raise limit.`;
  }
  const when = cancelOn === "delete" ? "A destroy would cancel" : "The sweep would cancel";
  return `${matching}. ${when} ${count === 1 ? "it" : "them"}.`;
}
