import { Deadline } from "../common/deadline";
import { isSettled, type Outcome } from "../operations/outcome";
import { fullName } from "../operations/resourceName";
import { assertExpected, waitForExpectedOutcome, readOperation, requestCancel, type Target } from "./cancelOperation";
import { checkBy } from "./check";
import {
  connect,
  type Context,
  explainUpdate,
  isRecordedHere,
  stepDeadline,
  warnOfEmulator,
  warnOnce,
} from "./context";
import { knownAt } from "./endpoint";
import { OtherEndpointError, PartialError, StepError, UnfinishedError } from "./errors";
import { isFinal, isSatisfied } from "./expectation";
import { commonComparisons, compare, type Comparison, type StepDifference } from "./inputs/diff";
import { hasUnknown } from "./inputs/schema";
import { labelOf } from "./logicalName";
import { reportingOutcome } from "./outcomeReport";
import { showWarning } from "./progress";
import { isReported, type Report } from "./report";
import {
  argumentsFromId,
  echoRequestInputs,
  validateRequestInputs,
  type RequestSettings,
  requestSettings,
} from "./requestInputs";
import {
  initialRecord,
  type CancellationRecord,
  optionalRecordKeys,
  type Properties,
  recordedIn,
  recordOutputs,
} from "./state/record";
import { describeComingFailure } from "./unexpectedOutcome";

/** The outputs that a step may leave out. */
export const optionalOutputs = [...optionalRecordKeys, "unreported"];

/** The outputs that each step returns, besides the arguments. */
export const requiredOutputs = ["outcome", "endpoint"];

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
  const step = { step: "create", settings, context, recorded: undefined, before: undefined } as const;
  const outputs = await keeping(id, inputs, () =>
    reportingOutcome(step, async (report) => {
      const { target, initial } = begin(settings, context, stepDeadline(context, settings, "create"));
      if (settings.cancelOn === "delete") {
        const record = await find(settings, target, initial);
        warnOfFailure(record, settings, context);
        return record;
      }
      report.open();
      // Sends the cancel before any read, because the operation may complete meanwhile.
      return waitForExpectedOutcome(await requestCancel(initial, target, settings.expect), target, settings);
    }),
  );
  return { id, outputs };
}

/**
 * Returns the outputs of a step that changes the state.
 *
 * @throws {PartialError} if the step failed, and its record must be kept
 */
async function keeping(id: string, inputs: Properties, step: () => Promise<CancellationRecord>): Promise<Properties> {
  const outputs = (record: CancellationRecord) => ({ ...echoRequestInputs(inputs), ...recordOutputs(record) });
  try {
    return outputs(await step());
  } catch (error) {
    if (error instanceof UnfinishedError) throw new PartialError(error.message, id, outputs(error.record));
    throw error;
  }
}

/**
 * Returns a step's target, and the record that holds at its endpoint.
 *
 * @throws {OtherEndpointError} if the record is a service's and the endpoint an emulator's
 */
function begin(
  { service, identity, operation }: RequestSettings,
  context: Context,
  deadline: Deadline,
  record: CancellationRecord = initialRecord,
): { target: Target; initial: CancellationRecord } {
  const { client, endpoint } = connect(context, service, identity);
  const initial = knownAt(endpoint, operation, { record, nothing: initialRecord });
  return { target: { client, name: operation, deadline, display: context }, initial };
}

async function find(
  settings: RequestSettings,
  target: Target,
  initial: CancellationRecord,
): Promise<CancellationRecord> {
  const record = await readOperation(initial, target);
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
  const settings = requestSettings(args);
  const recorded = recordedIn(properties);
  const step = { step: "read", settings, context, ...outcomesIn(properties, settings, context) } as const;
  const record = await reportingOutcome(step, async () => {
    try {
      const deadline = Deadline.after(readTimeout, context.interruption);
      const { target, initial } = begin(settings, context, deadline, recorded);
      return await readOperation(initial, target);
    } catch (error) {
      if (!(error instanceof OtherEndpointError)) throw error;
      showWarning(context, `${labelOf(settings.resource, settings.operation)} isn't refreshed. ${error.message}`);
      return recorded;
    }
  });
  if (settings.cancelOn === "delete") warnOfFailure(record, settings, context);
  return { ...echoRequestInputs(args), ...recordOutputs(record) };
}

/**
 * Reads an operation for an import. An imported request only watches until its deletion, so an import never leads to a
 * cancel that the program didn't ask for.
 *
 * @returns the arguments and the outputs, or `undefined` if the service doesn't know the operation
 * @throws {StepError} if the id isn't valid
 * @throws an error if the response is ambiguous
 */
export async function importById(
  id: string,
  context: Context,
): Promise<{ inputs: Properties; outputs: Properties } | undefined> {
  const inputs = { ...argumentsFromId(id, {}, context), cancelOn: "delete" };
  const settings = requestSettings(inputs);
  const deadline = Deadline.after(readTimeout, context.interruption);
  const { target, initial } = begin(settings, context, deadline);
  const record = await readOperation(initial, target);
  if (record.outcome === "notFound") return undefined;
  return { inputs, outputs: { ...echoRequestInputs(inputs), ...recordOutputs(record) } };
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
  const step = { step: "update", settings, context, ...outcomesIn(old, settings, context) } as const;
  return keeping(id, inputs, () =>
    reportingOutcome(step, (report) => bringUp(recordedIn(old), settings, context, report)),
  );
}

/** Returns whether an update has nothing to do but to apply settings. It then makes no call. */
export function isUpToDate(recorded: CancellationRecord, settings: RequestSettings, context: Context): boolean {
  // With cancelOn "delete", only the delete cancels.
  const isEnough = settings.cancelOn === "delete" || isSatisfied(recorded.outcome, settings);
  return isEnough && isRecordedHere(recorded, settings, context);
}

async function bringUp(
  recorded: CancellationRecord,
  settings: RequestSettings,
  context: Context,
  report: Report,
): Promise<CancellationRecord> {
  if (isUpToDate(recorded, settings, context)) return recorded;
  if (isRecordedHere(recorded, settings, context) && isSettled(recorded.outcome)) {
    assertExpected(recorded, settings.operation, settings); // no read can change it
  }
  const { target, initial } = begin(settings, context, stepDeadline(context, settings, "update"), recorded);
  if (settings.cancelOn === "delete") return find(settings, target, initial);
  report.open();
  let record = await readOperation(initial, target);
  const runs = record.outcome === "running" || record.outcome === "unsupported";
  if (runs && record.requestTime === undefined) record = await requestCancel(record, target, settings.expect);
  return waitForExpectedOutcome(record, target, settings);
}

/**
 * Makes no call with `cancelOn: "create"`. With `"delete"` it cancels, waits and checks the outcome, unless the state
 * records the end. A delete can't write outputs, so after a failed delete the next one starts over.
 *
 * @throws if the operation didn't end as expected; the resource then stays
 */
export async function remove(properties: Properties, context: Context): Promise<void> {
  const settings = requestSettings(properties);
  if (settings.cancelOn !== "delete") return;
  const step = { step: "delete", settings, context, ...outcomesIn(properties, settings, context) } as const;
  await reportingOutcome(step, async (report) => {
    const recorded = recordedIn(properties);
    if (isRecordedHere(recorded, settings, context) && isOver(recorded, settings)) {
      assertExpected(recorded, settings.operation, settings);
      return recorded;
    }
    const deadline = stepDeadline(context, settings, "delete");
    const { target, initial } = begin(settings, context, deadline, recorded);
    report.open();
    const isAsked = initial.requestTime !== undefined;
    const record = isAsked ? initial : await requestCancel(initial, target, settings.expect);
    return waitForExpectedOutcome(record, target, settings);
  });
}

/** Returns whether a delete has nothing to cancel and nothing to wait for. */
function isOver({ outcome, requestTime }: CancellationRecord, settings: RequestSettings): boolean {
  if (isSettled(outcome)) return true;
  return requestTime !== undefined && (isFinal(outcome) || isSatisfied(outcome, settings));
}

/** The arguments, and whether a change of them replaces the resource. */
export const comparisons: readonly Comparison<RequestSettings>[] = [
  { argument: "operation", replaces: true, of: ({ operation }) => operation },
  ...commonComparisons,
];

/**
 * Compares the arguments with those in the outputs, and checks whether the recorded outcome satisfies them. After a
 * refresh the engine calls only this step, which must report an unfinished cancel as a change.
 */
export function diff(outputs: Properties, inputs: Properties, context: Context): StepDifference {
  const { changed, replaces, settings } = compare(outputs, inputs, requestSettings, comparisons);
  const recorded = recordedIn(outputs);
  const isHere = isRecordedHere(recorded, settings, context);
  if (isHere && replaces.length === 0 && !hasUnknown(inputs)) warnOfFailure(recorded, settings, context);
  if (!isHere && replaces.length === 0)
    explainUpdate(labelOf(settings.resource, settings.operation), recorded, settings, context);
  const satisfied = isHere && (settings.cancelOn === "delete" || isSatisfied(recorded.outcome, settings));
  const changes = changed.length > 0 || !satisfied || !isReported(recorded, settings);
  const calling = callingStep(recorded, settings);
  if (calling !== undefined && replaces.length === 0) {
    warnOfEmulator(labelOf(settings.resource, settings.operation), recorded, settings, context, calling);
  }
  return { changes, changed, replaces };
}

/** Returns the next step that makes a call, as a sentence begins with it. */
function callingStep(recorded: CancellationRecord, settings: RequestSettings): "The update" | "A destroy" | undefined {
  if (settings.cancelOn === "delete") return isOver(recorded, settings) ? undefined : "A destroy";
  return isSettled(recorded.outcome) || isSatisfied(recorded.outcome, settings) ? undefined : "The update";
}

/** Warns once if the outcome that is known fails the next step. */
function warnOfFailure({ outcome }: CancellationRecord, settings: RequestSettings, context: Context): void {
  const isUnexpected = isFinal(outcome) && !isSatisfied(outcome, settings);
  // A delete sends the cancel again unless the operation has settled.
  if (!isUnexpected || (settings.cancelOn === "delete" && !isSettled(outcome))) return;
  const label = labelOf(settings.resource, settings.operation);
  warnOnce(context, `${label}: the outcome is ${outcome}, ${describeComingFailure([outcome], settings)}`);
}

/** Returns the outcome in the state, and whether it holds at the endpoint that a step would call. */
function outcomesIn(
  properties: Properties,
  settings: RequestSettings,
  context: Context,
): { recorded: Outcome | undefined; before: Outcome | undefined } {
  const record = recordedIn(properties);
  const recorded = properties["outcome"] === undefined ? undefined : record.outcome;
  return { recorded, before: isRecordedHere(record, settings, context) ? recorded : undefined };
}
