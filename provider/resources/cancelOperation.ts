import type { Deadline } from "../common/deadline";
import { singleLine } from "../common/text";
import type { OperationsClient } from "../operations/client";
import { RetriedCancelError, RpcError } from "../operations/errors";
import { isSettled, type Outcome } from "../operations/outcome";
import { pollUntilDone, StillRunningError } from "../operations/poll";
import { mayHaveArrived } from "../operations/transience";
import { formatDuration } from "./inputs/duration";
import { StepError, reasonOf, UnfinishedError } from "./errors";
import { type Expectation, isFinal, isSatisfied } from "./expectation";
import { showProgress } from "./progress";
import { acknowledged, type CancellationRecord, missing, observed, unconfirmed, unsupported } from "./state/record";

/** The operation that a step is about, and the means to reach it. */
export interface Target {
  readonly client: OperationsClient;
  readonly name: string;
  readonly deadline: Deadline;
}

/** Reads the operation once. */
export async function readOperation(
  record: CancellationRecord,
  { client, name, deadline }: Target,
): Promise<CancellationRecord> {
  try {
    return observed(record, (await client.get(name, deadline)).operation);
  } catch (error) {
    if (isNotFound(error)) return missing(record);
    throw error;
  }
}

/**
 * Makes the cancel call.
 *
 * @param expect the outcomes that end the step well
 * @throws {UnfinishedError} when none of its attempts was acknowledged, and one of them may have been carried out
 * @throws {StepError} when the service refuses it, with the operation running
 * @throws any other definite error as it is
 */
export async function requestCancel(
  record: CancellationRecord,
  target: Target,
  expect: readonly Outcome[] = ["notFound"],
): Promise<CancellationRecord> {
  try {
    await target.client.cancel(target.name, target.deadline);
    return acknowledged(record);
  } catch (error) {
    if (error instanceof RetriedCancelError) return afterFailedRetry(unconfirmed(record), target, error, expect);
    if (mayHaveArrived(error)) throw unknownCancel(unconfirmed(record), reasonOf(error));
    const seen = await afterRefusal(record, target, error);
    if (seen.outcome !== "running") return seen;
    throw new StepError(
      `${reasonOf(error)}. The operation is running, and the service refuses to cancel it as things stand; see its own message for what has to change, then run again.`,
    );
  }
}

/**
 * Finds out what became of an operation whose cancel the service refused. FAILED_PRECONDITION and UNIMPLEMENTED don't
 * reveal that, because the operation may have ended before the call, so a read follows.
 *
 * @throws the refusal itself when it is another one
 */
async function afterRefusal(record: CancellationRecord, target: Target, refusal: unknown): Promise<CancellationRecord> {
  if (isNotFound(refusal)) return missing(record);
  const { code } = refusal instanceof RpcError ? refusal : {};
  if (code !== "FAILED_PRECONDITION" && code !== "UNIMPLEMENTED") throw refusal;
  const seen = await readOperation({ ...record, outcome: "running" }, target);
  return seen.outcome === "running" && code === "UNIMPLEMENTED" ? unsupported(seen) : seen;
}

/**
 * Finds out what became of an operation whose cancel failed for good in a retry, after an attempt that may have been
 * carried out. Unless the operation has ended, or the service's answer is an outcome that is expected, the next run has to go
 * on from here.
 */
async function afterFailedRetry(
  record: CancellationRecord,
  target: Target,
  { message, earlier, cause }: RetriedCancelError,
  expect: readonly Outcome[],
): Promise<CancellationRecord> {
  let known = record;
  const reasons = [`the earlier attempt: ${reasonOf(earlier)}`, `the retry: ${reasonOf(cause)}`];
  try {
    const seen = await afterRefusal(record, target, cause);
    if (isSettled(seen.outcome) || expect.includes(seen.outcome)) return { ...seen, mayHaveCancelled: true };
    // Not "unsupported": the service may have taken the earlier attempt.
    known = seen.outcome === "notFound" ? seen : unconfirmed(seen);
    if (seen.outcome !== "notFound") reasons.push("a read then found the operation running");
  } catch (error) {
    if (error !== cause) reasons.push(`a read then failed: ${reasonOf(error)}`);
  }
  throw unknownCancel(known, `${message} (${reasons.join("; ")})`);
}

function unknownCancel(record: CancellationRecord, reason: string): UnfinishedError {
  return new UnfinishedError(
    `${reason}. Whether the cancel was carried out is not known; the next run makes the call again if the operation still runs.`,
    record,
  );
}

/**
 * Waits until the record is where the settings want it, and judges it.
 *
 * @throws {UnfinishedError} when the time ran out, a read failed, or the outcome is not expected
 * @throws {StepError} when an outcome is not expected that leaves nothing to keep
 */
export async function waitForExpectedOutcome(
  record: CancellationRecord,
  target: Target,
  expectation: Expectation,
): Promise<CancellationRecord> {
  const reached = await waitForOutcome(record, target, expectation);
  assertExpected(reached, target.name, expectation);
  return reached;
}

async function waitForOutcome(
  start: CancellationRecord,
  { client, name, deadline }: Target,
  expectation: Expectation,
): Promise<CancellationRecord> {
  if (isFinal(start.outcome) || isSatisfied(start.outcome, expectation)) return start;
  let record = start;
  const stopWatching = showProgress();
  try {
    const done = await pollUntilDone(
      () => client.get(name, deadline),
      deadline,
      (operation) => {
        record = observed(record, operation);
      },
    );
    return observed(record, done);
  } catch (error) {
    if (isNotFound(error)) return missing(record);
    const acknowledgement = `The cancel of ${name} was acknowledged at ${record.requestTime ?? "no time"}`;
    const reason =
      error instanceof StillRunningError
        ? `${acknowledgement}, and the operation is still running ${formatDuration(deadline.allowance)} after this step began; to wait longer at a time, set \`customTimeouts\`.`
        : `${acknowledgement}, and then waiting for it failed: ${reasonOf(error)}.`;
    const next =
      expectation.cancelOn === "create"
        ? "The next run goes on waiting, without a second cancel call."
        : "The resource stays, to be destroyed again."; // a delete can't record the acknowledgement
    throw new UnfinishedError(`${reason} ${next}`, record);
  } finally {
    stopWatching();
  }
}

/** Holds an outcome to what is expected of it. */
export function assertExpected(record: CancellationRecord, name: string, expectation: Expectation): void {
  if (!isFinal(record.outcome) || isSatisfied(record.outcome, expectation)) return;
  const message = describeUnexpected(record, name, expectation);
  const nothingToKeep = record.requestTime === undefined && record.settleTime === undefined;
  throw nothingToKeep ? new StepError(message) : new UnfinishedError(message, record);
}

function describeUnexpected(
  { outcome, operation }: CancellationRecord,
  name: string,
  { expect, cancelOn }: Expectation,
): string {
  const error = operation["error"] as { status?: string; message?: string } | undefined;
  const words: Partial<Record<string, string>> = {
    cancelled: "was cancelled",
    succeeded: "completed, before the cancellation or despite it",
    failed: `failed with ${error?.status ?? "an error"}: ${singleLine(error?.message ?? "", 500)}`,
    unsupported: "is running, and the service can't cancel it (UNIMPLEMENTED)",
    notFound: "is not known to the service: it never existed, or it expired",
  };
  const ways = [
    `to accept this, add "${outcome}" to \`expect\``,
    cancelOn === "delete"
      ? "to give the resource up without cancelling, set `retainOnDelete`"
      : "to drop it, remove it from the program (with `retainOnDelete` nothing is called)",
    "to forget it, use `pulumi state delete`",
  ];
  return `${name} ${words[outcome] ?? outcome}. The outcome is ${outcome}, and \`expect\` takes ${expect.join(", ")}. Ways out: ${ways.join("; ")}.`;
}

function isNotFound(error: unknown): boolean {
  return error instanceof RpcError && error.code === "NOT_FOUND";
}
