import { Deadline } from "../common/deadline";
import { isSettled } from "../operations/outcome";
import { fullName } from "../operations/resourceName";
import { waitForExpectedOutcome, assertExpected, readOperation, requestCancel, type Target } from "./cancelOperation";
import { checkBy } from "./check";
import { clientFor, type Context } from "./context";
import { PartialError, StepError, UnfinishedError } from "./errors";
import { isSatisfied } from "./expectation";
import { commonComparisons, compare, type Comparison } from "./inputs/diff";
import { timeoutOf } from "./inputs/schema";
import {
  argumentsFromId,
  echoRequestInputs,
  validateRequestInputs,
  type RequestSettings,
  requestSettings,
} from "./requestInputs";
import { initialRecord, type CancellationRecord, type Properties, recordedIn, recordOutputs } from "./state/record";

export const check = checkBy(validateRequestInputs);

export interface Created {
  readonly id: string;
  readonly outputs: Properties;
}

/**
 * Sends the cancel, and waits as the settings say. With `cancelOn: "delete"` it reads the operation instead.
 *
 * @throws {PartialError} if the cancel was, or may have been, carried out and the step failed
 * @throws any other error if there is nothing to keep
 */
export async function create(inputs: Properties, context: Context): Promise<Created> {
  const settings = requestSettings(inputs);
  const id = fullName(settings.service.host, settings.operation);
  const target: Target = {
    client: clientFor(context, settings.service, settings.identity),
    name: settings.operation,
    deadline: Deadline.after(timeoutOf(settings.customTimeouts, "create")),
  };
  const outputs = (record: CancellationRecord) => ({ ...echoRequestInputs(inputs), ...recordOutputs(record) });
  try {
    // Sends the cancel before any read, because the operation may complete meanwhile.
    const record =
      settings.cancelOn === "delete"
        ? await find(settings, target)
        : await waitForExpectedOutcome(await requestCancel(initialRecord, target, settings.expect), target, settings);
    return { id, outputs: outputs(record) };
  } catch (error) {
    if (error instanceof UnfinishedError) throw new PartialError(error.message, id, outputs(error.record));
    throw error;
  }
}

async function find(settings: RequestSettings, target: Target): Promise<CancellationRecord> {
  const record = await readOperation(initialRecord, target);
  if (record.outcome === "notFound" && !settings.mayBeMissing) {
    throw new StepError(
      `${target.name} isn't known to ${settings.service.host}, so there is nothing to cancel when this resource is deleted. ` +
        'Check the name. If the operation may have expired, add "notFound" to `expect`.',
    );
  }
  return record;
}

/**
 * How long a refresh tries to read an operation, in milliseconds. Source: the total timeout in Cloud Channel's client
 * configuration.
 */
const readTimeout = 60_000;

/**
 * Reads the operation once. Doesn't check the outcome, and never drops the resource.
 *
 * @throws an error if the response is ambiguous; the state then stays unchanged
 */
export async function read(id: string, properties: Properties, context: Context): Promise<Properties> {
  const args = argumentsFromId(id, properties, context);
  const { operation, service, identity } = requestSettings(args);
  const record = await readOperation(recordedIn(properties), {
    client: clientFor(context, service, identity),
    name: operation,
    deadline: Deadline.after(readTimeout),
  });
  return { ...echoRequestInputs(args), ...recordOutputs(record) };
}

/**
 * Resumes a wait, or applies new settings. It sends the cancel only if `cancelOn` is `"create"`, no cancel was
 * acknowledged, and the operation is running. It makes no call if the recorded outcome satisfies the settings.
 *
 * @throws {PartialError} if the step failed, and its record must be kept
 * @throws any other error if the state can stay unchanged
 */
export async function update(id: string, old: Properties, inputs: Properties, context: Context): Promise<Properties> {
  const settings = requestSettings(inputs);
  const outputs = (record: CancellationRecord) => ({ ...echoRequestInputs(inputs), ...recordOutputs(record) });
  try {
    return outputs(await bringUp(recordedIn(old), settings, context));
  } catch (error) {
    if (error instanceof UnfinishedError) throw new PartialError(error.message, id, outputs(error.record));
    throw error;
  }
}

async function bringUp(
  recorded: CancellationRecord,
  settings: RequestSettings,
  context: Context,
): Promise<CancellationRecord> {
  // With cancelOn "delete", only the delete cancels.
  if (settings.cancelOn === "delete" || isSatisfied(recorded.outcome, settings)) return recorded;
  if (isSettled(recorded.outcome)) assertExpected(recorded, settings.operation, settings); // no read can change it

  const target: Target = {
    client: clientFor(context, settings.service, settings.identity),
    name: settings.operation,
    deadline: Deadline.after(timeoutOf(settings.customTimeouts, "update")),
  };
  let record = await readOperation(recorded, target);
  const runs = record.outcome === "running" || record.outcome === "unsupported";
  if (runs && record.requestTime === undefined) record = await requestCancel(record, target, settings.expect);
  return waitForExpectedOutcome(record, target, settings);
}

/**
 * Makes no call with `cancelOn: "create"`. With `"delete"` it cancels, waits and checks the outcome. A delete can't
 * write outputs, so after a failed delete the next one starts over.
 *
 * @throws if the operation didn't end as expected; the resource then stays
 */
export async function remove(properties: Properties, context: Context): Promise<void> {
  const settings = requestSettings(properties);
  if (settings.cancelOn !== "delete") return;
  const target: Target = {
    client: clientFor(context, settings.service, settings.identity),
    name: settings.operation,
    deadline: Deadline.after(timeoutOf(settings.customTimeouts, "delete")),
  };
  const recorded = recordedIn(properties);
  const asked = recorded.requestTime !== undefined || isSettled(recorded.outcome);
  const record = asked ? recorded : await requestCancel(recorded, target, settings.expect);
  await waitForExpectedOutcome(record, target, settings);
}

const comparisons: readonly Comparison<RequestSettings>[] = [
  { argument: "operation", replaces: true, of: ({ operation }) => operation },
  ...commonComparisons,
];

/**
 * Compares the arguments with those in the outputs, and checks whether the recorded outcome satisfies them. After a
 * refresh the engine calls only this step, which must report an unfinished cancel as a change.
 */
export function diff(outputs: Properties, inputs: Properties): { changes: boolean; replaces: string[] } {
  const { changes, replaces, settings } = compare(outputs, inputs, requestSettings, comparisons);
  const satisfied = settings.cancelOn === "delete" || isSatisfied(recordedIn(outputs).outcome, settings);
  return { changes: changes || !satisfied, replaces };
}
