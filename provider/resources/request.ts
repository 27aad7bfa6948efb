import { Deadline } from "../common/deadline";
import { isSettled } from "../operations/outcome";
import { fullName } from "../operations/resourceName";
import { waitForExpectedOutcome, assertExpected, readOperation, requestCancel, type Target } from "./cancelOperation";
import { checkBy } from "./check";
import { connect, type Context, endpointOf } from "./context";
import { holdsAt } from "./endpoint";
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
  const { target, initial } = begin(settings, context, timeoutOf(settings.customTimeouts, "create"));
  const outputs = (record: CancellationRecord) => ({ ...echoRequestInputs(inputs), ...recordOutputs(record) });
  try {
    // The call goes first: it races with the operation's completion.
    const record =
      settings.cancelOn === "delete"
        ? await find(settings, target, initial)
        : await waitForExpectedOutcome(await requestCancel(initial, target, settings.expect), target, settings);
    return { id, outputs: outputs(record) };
  } catch (error) {
    if (error instanceof UnfinishedError) throw new PartialError(error.message, id, outputs(error.record));
    throw error;
  }
}

/** A step's target, and what is known of it at the endpoint that is called. */
function begin(
  { service, identity, operation }: RequestSettings,
  context: Context,
  timeout: number,
  recorded: CancellationRecord = initialRecord,
): { target: Target; initial: CancellationRecord } {
  const { client, endpoint } = connect(context, service, identity);
  const known = holdsAt(recorded.endpoint, endpoint) ? recorded : initialRecord;
  return { target: { client, name: operation, deadline: Deadline.after(timeout) }, initial: { ...known, endpoint } };
}

async function find(
  settings: RequestSettings,
  target: Target,
  initial: CancellationRecord,
): Promise<CancellationRecord> {
  const record = await readOperation(initial, target);
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
  const { target, initial } = begin(requestSettings(args), context, readTimeout, recordedIn(properties));
  const record = await readOperation(initial, target);
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
  if (isRecordedHere(recorded, settings, context)) {
    // With cancelOn "delete" it only watches until then.
    if (settings.cancelOn === "delete" || isSatisfied(recorded.outcome, settings)) return recorded;
    if (isSettled(recorded.outcome)) assertExpected(recorded, settings.operation, settings); // no read can change it
  }
  const { target, initial } = begin(settings, context, timeoutOf(settings.customTimeouts, "update"), recorded);
  if (settings.cancelOn === "delete") return find(settings, target, initial);
  let record = await readOperation(initial, target);
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
  const timeout = timeoutOf(settings.customTimeouts, "delete");
  const { target, initial } = begin(settings, context, timeout, recordedIn(properties));
  const asked = initial.requestTime !== undefined || isSettled(initial.outcome);
  const record = asked ? initial : await requestCancel(initial, target, settings.expect);
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
export function diff(
  outputs: Properties,
  inputs: Properties,
  context: Context,
): { changes: boolean; replaces: string[] } {
  const { changes, replaces, settings } = compare(outputs, inputs, requestSettings, comparisons);
  const recorded = recordedIn(outputs);
  const satisfied =
    isRecordedHere(recorded, settings, context) &&
    (settings.cancelOn === "delete" || isSatisfied(recorded.outcome, settings));
  return { changes: changes || !satisfied, replaces };
}

/** Whether what is recorded holds at the endpoint that a step would call. */
function isRecordedHere(
  { endpoint }: CancellationRecord,
  { service, identity }: RequestSettings,
  context: Context,
): boolean {
  return holdsAt(endpoint, endpointOf(context, service, identity));
}
