import { isSettled } from "../operations/outcome";
import { connect, type Context } from "./context";
import { knownAt } from "./endpoint";
import { reasonOf, StepError } from "./errors";
import { isFinal, isSatisfied } from "./expectation";
import { readOperation } from "./cancelOperation";
import { labelOf } from "./logicalName";
import { describeOperation } from "./operationInWords";
import { outcomeLines } from "./outcomeLines";
import { hasUnknownTarget, readForPreview, unknownOutputs, unwrittenReport } from "./preview";
import { showWarning } from "./progress";
import { isUpToDate, optionalOutputs, requiredOutputs } from "./request";
import { echoRequestInputs, type RequestSettings, requestSettings } from "./requestInputs";
import { type CancellationRecord, initialRecord, type Properties, recordedIn, recordOutputs } from "./state/record";
import { describeComingFailure } from "./unexpectedOutcome";

/**
 * Shows what a create or an update would meet. Reads the operation once, and never cancels.
 *
 * @param old the outputs before the update; absent in a create
 * @returns the outputs; those that aren't known yet are unknown
 */
export function preview(inputs: Properties, context: Context, old?: Properties): Promise<Properties> {
  return outcomeLines(context).during(() => previewOne(inputs, context, old));
}

async function previewOne(inputs: Properties, context: Context, old?: Properties): Promise<Properties> {
  const echo = echoRequestInputs(inputs);
  const unknown = { ...echo, ...unknownOutputs([...requiredOutputs, ...optionalOutputs]) };
  if (hasUnknownTarget(inputs, ["operation"])) return unknown;
  const settings = requestSettings(inputs);
  const recorded = old ? recordedIn(old) : initialRecord;
  if (old && isUpToDate(recorded, settings, context)) return { ...echo, ...knownOutputs(recorded) };

  const label = labelOf(settings.resource, settings.operation);
  const record = await readRecord(recorded, label, settings, context);
  if (!record) return unknown;
  const description = describe(record, settings);
  if (willFail(record, settings)) showWarning(context, `${label}: ${description}`);
  else outcomeLines(context).add(`${label}: ${description}`, record.outcome, context.own?.info);
  if (!isSettled(record.outcome) || mayEndWithoutRead(settings, old)) return unknown;
  // The step records its own times, and keeps earlier ones.
  const times = (["requestTime", "settleTime"] as const).filter(
    (time) => record[time] === undefined || record[time] !== recorded[time],
  );
  return { ...echo, ...knownOutputs(record), ...unknownOutputs(times) };
}

/** Returns whether a step can succeed without a read: a create that waits only for the acknowledgement of its cancel. */
function mayEndWithoutRead({ cancelOn, waitFor }: RequestSettings, old: Properties | undefined): boolean {
  return old === undefined && cancelOn !== "delete" && waitFor !== "settled";
}

/** Returns the outputs that the step will record, unless a missing report must be written first. */
function knownOutputs(record: CancellationRecord): Properties {
  const absent = Object.fromEntries(optionalOutputs.map((output) => [output, null]));
  return { ...absent, ...recordOutputs(record), ...unwrittenReport(record) };
}

async function readRecord(
  recorded: CancellationRecord,
  label: string,
  settings: RequestSettings,
  context: Context,
): Promise<CancellationRecord | undefined> {
  const { service, identity, operation } = settings;
  try {
    const { client, endpoint } = connect(context, service, identity);
    const initial = knownAt(endpoint, operation, { record: recorded, nothing: initialRecord });
    return await readForPreview(context, { label, endpoint, identity }, (deadline) =>
      readOperation(initial, { client, name: operation, deadline, display: context }),
    );
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    showWarning(context, `${label}: the step would fail. ${reasonOf(error)}`);
    return undefined;
  }
}

function willFail({ outcome }: CancellationRecord, settings: RequestSettings): boolean {
  if (outcome === "notFound" && settings.cancelOn === "delete") return !settings.mayBeMissing;
  return isFinal(outcome) && outcome !== "unsupported" && !isSatisfied(outcome, settings);
}

/** Describes what the step would meet, and what it would do. */
function describe(record: CancellationRecord, settings: RequestSettings): string {
  const { outcome, requestTime } = record;
  if (willFail(record, settings)) {
    return `the outcome is ${outcome}, ${describeComingFailure([outcome], settings)}`;
  }
  if (outcome === "notFound") return `${settings.service.host} doesn't know the operation, which expect accepts.`;
  if (isSettled(outcome))
    return `the operation has ended: ${outcome}. A cancel can't change that, and expect accepts it.`;
  const operation = `the operation is running${describeOperation(record)}.`;
  if (settings.cancelOn === "delete") return `${operation} A destroy would cancel it.`;
  return requestTime === undefined
    ? `${operation} The cancel would be sent.`
    : `${operation} Its cancel was acknowledged at ${requestTime}, so no second one would be sent.`;
}
