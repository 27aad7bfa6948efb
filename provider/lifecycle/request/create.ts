import { Deadline, fullName } from "../../operations";
import { timeoutOf } from "../arguments";
import { clientFor, type Context } from "../context";
import { PartialError, StepError, UnfinishedError } from "../errors";
import type { Properties } from "../operationOutputs";
import { conclude, look, requestCancel, type Target } from "../pursuit";
import { blank, type CancellationRecord, recordOutputs } from "../record";
import { echo, type Settings, settingsOf } from "./settings";

export interface Created {
  readonly id: string;
  readonly outputs: Properties;
}

/**
 * Makes the cancel call, and waits as the settings say. With `cancelOn: "delete"` it reads instead.
 *
 * @throws {PartialError} when the call was, or may have been, acknowledged and the step did not end as it should
 * @throws any other error when there is nothing to keep
 */
export async function create(inputs: Properties, context: Context): Promise<Created> {
  const settings = settingsOf(inputs);
  const id = fullName(settings.service.host, settings.operation);
  const target: Target = {
    client: clientFor(context, settings.service, settings.identity),
    name: settings.operation,
    deadline: Deadline.after(timeoutOf(settings.customTimeouts, "create")),
  };
  const outputs = (record: CancellationRecord) => ({ ...echo(inputs), ...recordOutputs(record) });
  try {
    // The call goes first: it races with the operation's completion.
    const record =
      settings.cancelOn === "delete"
        ? await find(settings, target)
        : await conclude(await requestCancel(blank, target, settings.expect), target, settings);
    return { id, outputs: outputs(record) };
  } catch (error) {
    if (error instanceof UnfinishedError) throw new PartialError(error.message, id, outputs(error.record));
    throw error;
  }
}

async function find(settings: Settings, target: Target): Promise<CancellationRecord> {
  const record = await look(blank, target);
  if (record.outcome === "notFound" && !settings.mayBeMissing) {
    throw new StepError(
      `${target.name} is not known to ${settings.service.host}, so there is nothing to cancel when this resource is deleted. ` +
        'Check the name; if the operation may be gone by now, add "notFound" to `expect`.',
    );
  }
  return record;
}
