import { Deadline, isSettled } from "../../operations";
import { timeoutOf } from "../arguments";
import { clientFor, type Context } from "../context";
import { PartialError, UnfinishedError } from "../errors";
import { isSatisfied } from "../expectation";
import type { Properties } from "../operationOutputs";
import { conclude, judge, look, requestCancel, type Target } from "../pursuit";
import { type CancellationRecord, recordedIn, recordOutputs } from "../record";
import { echo, type Settings, settingsOf } from "./settings";

/**
 * Resumes a wait, or takes on new settings. It makes the cancel call if and only if `cancelOn` is `"create"`, no cancel
 * was ever acknowledged and the operation runs; and no call at all where what is recorded satisfies the settings.
 *
 * @throws {PartialError} when what was learnt has to be kept although the step did not end as it should
 * @throws any other error when the state may stay as it was
 */
export async function update(id: string, old: Properties, inputs: Properties, context: Context): Promise<Properties> {
  const settings = settingsOf(inputs);
  const outputs = (record: CancellationRecord) => ({ ...echo(inputs), ...recordOutputs(record) });
  try {
    return outputs(await bringUp(recordedIn(old), settings, context));
  } catch (error) {
    if (error instanceof UnfinishedError) throw new PartialError(error.message, id, outputs(error.record));
    throw error;
  }
}

async function bringUp(
  recorded: CancellationRecord,
  settings: Settings,
  context: Context,
): Promise<CancellationRecord> {
  if (isSatisfied(recorded.outcome, settings)) return recorded;
  if (isSettled(recorded.outcome)) judge(recorded, settings.operation, settings); // no read can change it

  const target: Target = {
    client: clientFor(context, settings.service, settings.identity),
    name: settings.operation,
    deadline: Deadline.after(timeoutOf(settings.customTimeouts, "update")),
  };
  let record = await look(recorded, target);
  const runs = record.outcome === "running" || record.outcome === "unsupported";
  if (runs && record.requestTime === undefined) record = await requestCancel(record, target, settings.expect);
  return conclude(record, target, settings);
}
