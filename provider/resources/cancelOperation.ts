import type { Deadline } from "../common/deadline";
import type { OperationsClient } from "../operations/client";
import { RetriedCancelError, RpcError } from "../operations/errors";
import { isSettled, type Outcome } from "../operations/outcome";
import { pollUntilDone, StillRunningError } from "../operations/poll";
import { mayHaveArrived } from "../operations/transience";
import { formatDuration } from "./inputs/duration";
import { timeoutToRaise } from "./inputs/schema";
import { StepError, reasonOf, UnexpectedOutcomeError, UnfinishedError } from "./errors";
import { type Expectation, isFinal, isSatisfied } from "./expectation";
import { describeWait } from "./operationInWords";
import { type Display, showWait } from "./progress";
import { acknowledged, type CancellationRecord, missing, observed, unconfirmed, unsupported } from "./state/record";
import { describeUnexpected } from "./unexpectedOutcome";

/** The operation of a step, the client and the deadline for its calls, and where its lines go. */
export interface Target {
  readonly client: OperationsClient;
  readonly name: string;
  readonly deadline: Deadline;
  readonly display: Display;
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
 * Sends the cancel.
 *
 * @param expect the outcomes that count as success
 * @throws {UnfinishedError} if the server acknowledged no attempt, and may have carried out one of them
 * @throws {StepError} if the service refuses the cancel and the operation is running
 * @throws any other definite error unchanged
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
      `${reasonOf(error)}. The operation is running, and the service refused to cancel it. Correct what the service's message describes, and run again.`,
    );
  }
}

/**
 * Finds out the outcome of an operation whose cancel the service refused. After FAILED_PRECONDITION or UNIMPLEMENTED it
 * reads the operation, which may have ended before the call.
 *
 * @throws the refusal itself, if it has another code
 */
async function afterRefusal(record: CancellationRecord, target: Target, refusal: unknown): Promise<CancellationRecord> {
  if (isNotFound(refusal)) return missing(record);
  const { code } = refusal instanceof RpcError ? refusal : {};
  if (code !== "FAILED_PRECONDITION" && code !== "UNIMPLEMENTED") throw refusal;
  const seen = await readOperation({ ...record, outcome: "running" }, target);
  return seen.outcome === "running" && code === "UNIMPLEMENTED" ? unsupported(seen) : seen;
}

/**
 * Finds out the outcome of an operation after the retry of its cancel failed. The server may have carried out the
 * earlier attempt.
 *
 * @throws {UnfinishedError} unless the operation has ended or the outcome is expected; the next run resumes
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
    // Never "unsupported", because the service may have carried out the earlier attempt.
    known = seen.outcome === "notFound" ? seen : unconfirmed(seen);
    if (seen.outcome !== "notFound") reasons.push("a read then found the operation running");
  } catch (error) {
    if (error !== cause) reasons.push(`a read then failed: ${reasonOf(error)}`);
  }
  throw unknownCancel(known, `${message} (${reasons.join("; ")})`);
}

function unknownCancel(record: CancellationRecord, reason: string): UnfinishedError {
  return new UnfinishedError(
    `${reason}. It isn't known whether the service carried out the cancel. The next run sends the cancel again if the operation is still running.`,
    record,
  );
}

/**
 * Waits for the outcome that the settings ask for, and checks it.
 *
 * @throws {UnfinishedError} if the time limit was over, or a read failed
 * @throws {UnexpectedOutcomeError} if the outcome isn't expected
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
  { client, name, deadline, display }: Target,
  expectation: Expectation,
): Promise<CancellationRecord> {
  if (isFinal(start.outcome) || isSatisfied(start.outcome, expectation)) return start;
  let record = start;
  const stopShowing = showWait(display, {
    since: deadline.start,
    count: () => 1,
    describe: () => describeWait(record, performance.now() - deadline.start),
  });
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
    const { interrupted } = deadline;
    const acknowledgement = `The server acknowledged the cancel of ${name} at ${record.requestTime ?? "an unknown time"}`;
    const reason = interrupted
      ? `${acknowledgement}, and the deployment was interrupted before the operation ended.`
      : error instanceof StillRunningError
        ? `${acknowledgement}, and the operation is still running ${formatDuration(deadline.allowance)} after this step began. To wait longer, set ${timeoutToRaise(expectation.cancelOn)}.`
        : `${acknowledgement}, and a read of the operation then failed: ${reasonOf(error)}.`;
    // A delete can't record the acknowledgement, so its next run can't resume the wait.
    const next = expectation.cancelOn === "create" ? " The next run resumes the wait without a second cancel." : "";
    throw new UnfinishedError(`${reason}${next}`, record);
  } finally {
    stopShowing();
  }
}

/** Throws if an outcome isn't expected. */
export function assertExpected(record: CancellationRecord, name: string, expectation: Expectation): void {
  if (!isFinal(record.outcome) || isSatisfied(record.outcome, expectation)) return;
  throw new UnexpectedOutcomeError(describeUnexpected(record, name, expectation), record);
}

function isNotFound(error: unknown): boolean {
  return error instanceof RpcError && error.code === "NOT_FOUND";
}
