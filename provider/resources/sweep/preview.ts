import { inDigits } from "../../common/text";
import { connect, type Context } from "../context";
import { knownAt } from "../endpoint";
import { OtherEndpointError, StepError } from "../errors";
import { labelOf } from "../logicalName";
import { hasUnknownTarget, readForPreview, unknownOutputs, unwrittenReport } from "../preview";
import { showInfo, showWarning } from "../progress";
import { Report } from "../report";
import type { Properties } from "../state/record";
import { readErrorIn } from "./errorMessage";
import { echoSweepInputs, type SweepSettings, sweepSettings } from "./inputs";
import { Run } from "./run";
import { earlierIn, isUpToDate, optionalOutputs, requiredOutputs } from "./steps";
import { acknowledgedIn, emptySummary, type Summary, summaryIn, summaryOutputs } from "./summary";

/** How many operations a preview names. */
const named = 3;

/** The argument that a program's class sets if `names` is a secret. A preview then doesn't show names. */
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
    return { ...echo, ...summaryOutputs(recorded), ...unwrittenReport(recorded) };
  }

  const label = labelOf(settings.resource, settings.collection);
  const found = await find(label, settings, context, old ? earlierIn(old, settings, context) : emptySummary);
  if (!found) return unknown;
  const show = found.names.length > settings.limit ? showWarning : showInfo;
  show(context, `${label}: ${describe(found, settings, inputs[secretNames] !== undefined)}`);
  return unknown;
}

/** What a preview finds. */
interface Found {
  /** The running operations that need a cancel. */
  readonly names: readonly string[];
  /** How many others the sweep would wait for, because their cancels were acknowledged. */
  readonly waiting: number;
}

async function find(
  label: string,
  settings: SweepSettings,
  context: Context,
  earlier: Summary,
): Promise<Found | undefined> {
  const { service, identity, collection, cancelOn } = settings;
  const { client, endpoint } = connect(context, service, identity);
  try {
    const record = cancelOn === "delete" ? acknowledgedIn(earlier) : earlier;
    const known = knownAt(endpoint, collection, { record, nothing: emptySummary });
    return await readForPreview(context, { label, endpoint, identity }, async (deadline) => {
      const run = new Run(client, settings, deadline, new Report(undefined, label), known, context);
      const names = await run.count();
      const error = readErrorIn(run.ledger);
      if (error !== undefined) throw new StepError(error);
      return { names: [...names], waiting: run.ledger.waiting.size };
    });
  } catch (error) {
    if (!(error instanceof OtherEndpointError)) throw error;
    showWarning(context, `${label}: the step would fail. ${error.message}`);
    return undefined;
  }
}

/** Describes what the sweep would meet, and what it would do. */
function describe({ names, waiting }: Found, { limit, cancelOn, waitFor }: SweepSettings, isSecret: boolean): string {
  const count = names.length;
  const operations = `${inDigits(waiting)} operation${waiting === 1 ? "" : "s"} whose cancel was acknowledged`;
  const rest = waiting > 0 && cancelOn === "create" && waitFor === "settled" ? ` It would wait for ${operations}.` : "";
  if (count === 0) return waiting > 0 ? `no cancel would be sent.${rest}` : "no running operation matches.";
  const more = count > named ? ` and ${inDigits(count - named)} more` : "";
  const first = isSecret ? "" : ` (${names.slice(0, named).join(", ")}${more})`;
  const matching = `${inDigits(count)} running operation${count === 1 ? " matches" : "s match"}${first}`;
  if (count > limit) {
    const failing = cancelOn === "delete" ? "a destroy" : "the sweep";
    return `${matching}, and limit is ${inDigits(limit)}: ${failing} would fail before its first cancel. Narrow the selection or raise limit.`;
  }
  const when = cancelOn === "delete" ? "A destroy would cancel" : "The sweep would cancel";
  return `${matching}. ${when} ${count === 1 ? "it" : "them"}.${rest}`;
}
