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
 * Makes the cancel call, and waits as the settings say. With `cancelOn: "delete"` it reads instead.
 *
 * @throws {PartialError} when the call was, or may have been, acknowledged and the step did not end as it should
 * @throws any other error when there is nothing to keep
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
    // The call goes first: it races with the operation's completion.
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
      `${target.name} is not known to ${settings.service.host}, so there is nothing to cancel when this resource is deleted. ` +
        'Check the name; if the operation may be gone by now, add "notFound" to `expect`.',
    );
  }
  return record;
}

/** How long a refresh tries to read an operation, in milliseconds; the total time-out of Cloud Channel's own client configuration. */
const readTimeout = 60_000;

/**
 * Reads the operation once. It never judges the outcome and never drops the resource.
 *
 * @throws an error if the response is ambiguous; the state is then unchanged
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
 * Resumes a wait, or takes on new settings. It makes the cancel call if and only if `cancelOn` is `"create"`, no cancel
 * was ever acknowledged and the operation runs; and no call at all where what is recorded satisfies the settings.
 *
 * @throws {PartialError} when what was learnt has to be kept although the step did not end as it should
 * @throws any other error when the state may stay as it was
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
  // With cancelOn "delete" it only watches until then.
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
 * Makes no call with `cancelOn: "create"`: a cancellation is history. With `"delete"` it cancels, waits and holds the
 * outcome to `expect`. A delete can't write outputs, so a failed one starts over when the resource is destroyed again.
 *
 * @throws when the operation did not end as expected; the resource then stays
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
 * Compares the arguments with those that the outputs echo, and asks whether what is recorded satisfies them: after a
 * refresh the engine asks nothing else, and a cancel that is not finished must not pass for finished.
 */
export function diff(outputs: Properties, inputs: Properties): { changes: boolean; replaces: string[] } {
  const { changes, replaces, settings } = compare(outputs, inputs, requestSettings, comparisons);
  const satisfied = settings.cancelOn === "delete" || isSatisfied(recordedIn(outputs).outcome, settings);
  return { changes: changes || !satisfied, replaces };
}
