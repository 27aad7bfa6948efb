import { asSentence } from "../common/text";
import type { Outcome } from "../operations/outcome";
import type { Context } from "./context";
import { reasonOf, StepError, UnexpectedOutcomeError, UnfinishedError } from "./errors";
import type { TimedStep } from "./inputs/schema";
import { labelOf } from "./logicalName";
import { describeChange, outcomeLines } from "./outcomeLines";
import { showWarning } from "./progress";
import { Report, type ReportedOperation } from "./report";
import type { RequestSettings } from "./requestInputs";
import { type CancellationRecord, errorTextIn, withReported } from "./state/record";
import { acceptanceOf, waysOut } from "./unexpectedOutcome";

/** A step of a request. */
interface Step {
  readonly step: TimedStep | "read";
  readonly settings: RequestSettings;
  readonly context: Context;
  /** The outcome in the state. `undefined` if there is none. */
  readonly recorded: Outcome | undefined;
  /** The same, or `undefined` if it doesn't hold at the endpoint that the step calls. */
  readonly before: Outcome | undefined;
}

/** What a step ended with. A failed step may have a record too. */
interface Result {
  readonly record?: CancellationRecord;
  readonly error?: unknown;
}

/**
 * Does the work of a step. If the step changed the outcome, shows it and writes it to the report, whether or not the
 * step failed.
 *
 * @throws {UnfinishedError} if the step failed, and its record must be kept
 * @throws any other error if there is nothing to keep
 */
export function reportingOutcome(
  step: Step,
  work: (report: Report) => Promise<CancellationRecord>,
): Promise<CancellationRecord> {
  const { settings, context, before } = step;
  const lines = outcomeLines(context);
  return lines.during(async () => {
    const report = new Report(settings.report, settings.resource ?? settings.operation);
    const result = await resultOf(work(report));
    const { record } = result;
    if (record && isChange(step, record)) {
      const line = `${labelOf(settings.resource, settings.operation)}: ${describeChange(before, record)}`;
      lines.add(line, record.outcome, context.own?.info);
    }
    if (!isToBeReported(step, result, report)) {
      await report.close();
      return conclude(step, result);
    }
    const reportError = await write(report, step, lineOf(step, result));
    if (!record) return conclude(step, result, reportError);
    return conclude(step, { ...result, record: withReported(record, reportError === undefined) }, reportError);
  });
}

async function resultOf(work: Promise<CancellationRecord>): Promise<Result> {
  try {
    return { record: await work };
  } catch (error) {
    const hasRecord = error instanceof UnfinishedError || error instanceof UnexpectedOutcomeError;
    return hasRecord ? { error, record: error.record } : { error };
  }
}

/** Returns whether a step changed the outcome. A first outcome counts, unless the operation only runs. */
function isChange({ step, recorded, before }: Step, { outcome }: CancellationRecord): boolean {
  // A resource that a program only looks up has no recorded outcome in a read.
  if (step === "read") return recorded !== undefined && outcome !== recorded;
  return outcome !== (before ?? "running");
}

/** Returns whether the report gets a line: for another outcome, for a failure, or for a line that is missing. */
function isToBeReported(step: Step, { record, error }: Result, report: Report): boolean {
  if (record && isChange(step, record)) return true;
  if (step.step === "read") return false;
  return record?.unreported === true || (report.isOpen && isFailure(error));
}

/** Returns whether an error says more than the outcome. */
function isFailure(error: unknown): boolean {
  return error !== undefined && !(error instanceof UnexpectedOutcomeError);
}

function lineOf({ settings, before }: Step, { record, error }: Result): ReportedOperation {
  const { outcome = before ?? "running", requestTime, settleTime } = record ?? {};
  const text = record && errorTextIn(record);
  return {
    name: settings.operation,
    outcome,
    ...(requestTime === undefined ? {} : { requestTime }),
    ...(settleTime === undefined ? {} : { settleTime }),
    ...(text === undefined ? {} : { error: text }),
    ...(isFailure(error) ? { failure: reasonOf(error) } : {}),
  };
}

/** Writes a line, and returns the error if that fails. */
async function write(report: Report, { step }: Step, line: ReportedOperation): Promise<string | undefined> {
  try {
    if (step === "read") report.writeChanged(line);
    else report.write(line);
    await report.close();
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/** Returns the record of a step, or throws its error with what a user can do. */
function conclude({ step, context }: Step, { record, error }: Result, reportError?: string): CancellationRecord {
  if (error === undefined && record) {
    if (reportError === undefined) return record;
    if (step !== "read") throw new UnfinishedError(reportError, record);
    showWarning(context, `${reportError} The next \`pulumi up\` writes what is known.`);
    return record;
  }
  if (step === "read") throw error;
  const isUnexpected = error instanceof UnexpectedOutcomeError;
  const isAcknowledgedOrSettled = record?.requestTime !== undefined || record?.settleTime !== undefined;
  const isKept = error instanceof UnfinishedError || (isUnexpected && isAcknowledgedOrSettled);
  const isInState = step !== "create" || isKept;
  const ways = isUnexpected
    ? waysOut({ step, isInState, acceptance: acceptanceOf(error.record.outcome) })
    : step === "delete"
      ? waysOut({ step, isInState })
      : undefined;
  const message = [asSentence(reasonOf(error)), reportError, ways].filter((part) => part !== undefined).join(" ");
  if (isKept && record) throw new UnfinishedError(message, record);
  throw ways === undefined && reportError === undefined ? error : new StepError(message);
}
