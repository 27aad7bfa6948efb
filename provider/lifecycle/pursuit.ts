import {
  type Deadline,
  mayHaveArrived,
  onOneLine,
  type OperationsClient,
  RpcError,
  settle,
  StillRunningError,
} from "../operations";
import { formatDuration } from "./duration";
import { StepError, reasonOf, UnfinishedError } from "./errors";
import { type Expectation, isReached, isUnexpected } from "./expectation";
import { watch } from "./progress";
import { acknowledged, type CancellationRecord, missing, observed, unsupported } from "./record";

/** The operation that a step is about, and the means to reach it. */
export interface Target {
  readonly client: OperationsClient;
  readonly name: string;
  readonly deadline: Deadline;
}

/** Reads the operation once. */
export async function look(
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
 * @throws {UnfinishedError} when no clear answer came, so that it may have been carried out
 * @throws {StepError} when the service refuses it, with the operation running
 * @throws any other definite error as it is
 */
export async function requestCancel(record: CancellationRecord, target: Target): Promise<CancellationRecord> {
  const { client, name, deadline } = target;
  try {
    await client.cancel(name, deadline);
    return acknowledged(record);
  } catch (error) {
    if (isNotFound(error)) return missing(record);
    if (error instanceof RpcError && (error.code === "FAILED_PRECONDITION" || error.code === "UNIMPLEMENTED")) {
      return afterRefusal(record, target, error);
    }
    if (mayHaveArrived(error)) {
      throw new UnfinishedError(
        `${reasonOf(error)}. Whether the cancel was carried out is not known; the next run makes the call again if the operation still runs.`,
        record,
      );
    }
    throw error;
  }
}

/** A cancel that is refused says nothing of the operation, which may have been done before: a read does. */
async function afterRefusal(
  record: CancellationRecord,
  target: Target,
  refusal: RpcError,
): Promise<CancellationRecord> {
  const { client, name, deadline } = target;
  try {
    const { operation } = await client.get(name, deadline);
    if (operation.done) return observed(record, operation);
    if (refusal.code === "UNIMPLEMENTED") return unsupported(record, operation);
  } catch (error) {
    if (isNotFound(error)) return missing(record);
    throw error;
  }
  throw new StepError(
    `${refusal.message}. The operation is running, and the service refuses to cancel it as things stand; see its own message for what has to change, then run again.`,
  );
}

/**
 * Waits until the record is where the settings want it, and judges it.
 *
 * @throws {UnfinishedError} when the time ran out, a read failed, or the outcome is not expected
 * @throws {StepError} when an outcome is not expected that leaves nothing to keep
 */
export async function conclude(
  record: CancellationRecord,
  target: Target,
  expectation: Expectation,
): Promise<CancellationRecord> {
  const reached = await follow(record, target, expectation);
  judge(reached, target.name, expectation);
  return reached;
}

async function follow(
  start: CancellationRecord,
  { client, name, deadline }: Target,
  expectation: Expectation,
): Promise<CancellationRecord> {
  if (isReached(start.outcome, expectation)) return start;
  let record = start;
  const stopWatching = watch();
  try {
    const done = await settle(
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
export function judge(record: CancellationRecord, name: string, expectation: Expectation): void {
  if (!isUnexpected(record.outcome, expectation)) return;
  const message = unexpected(record, name, expectation);
  const nothingToKeep = record.requestTime === undefined && record.settleTime === undefined;
  throw nothingToKeep ? new StepError(message) : new UnfinishedError(message, record);
}

function unexpected(
  { outcome, operation }: CancellationRecord,
  name: string,
  { expect, cancelOn }: Expectation,
): string {
  const error = operation["error"] as { status?: string; message?: string } | undefined;
  const words: Partial<Record<string, string>> = {
    cancelled: "was cancelled",
    succeeded: "completed, before the cancellation or despite it",
    failed: `failed with ${error?.status ?? "an error"}: ${onOneLine(error?.message ?? "", 500)}`,
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
