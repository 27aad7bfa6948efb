import { codeName } from "../../common/rpcCodes";
import { isSettled, type Outcome, outcomes, settledOutcome } from "../../operations/outcome";
import type { Operation } from "../../operations/response";
import { truncateJson, truncateList, truncateText, sanitize } from "./sanitize";

/** What is known of an operation whose cancellation is requested. Only the functions below create a new record. */
export interface CancellationRecord {
  readonly outcome: Outcome;
  /** The operation at the last read, in the form of outputs. */
  readonly operation: Properties;
  /** RFC 3339: when the server acknowledged the cancel. */
  readonly requestTime?: string;
  /** RFC 3339: when a read first found the operation settled. */
  readonly settleTime?: string;
  /** The endpoint that this was read from. */
  readonly endpoint?: string;
  /** The report lacks this outcome, because it couldn't be written. */
  readonly unreported?: true | undefined;
  /** The server acknowledged no cancel, but may have carried out one whose response was lost. Not kept in the state. */
  readonly mayHaveCancelled?: true;
}

/** The record before the first call. The outcome is `running` until a response shows another one. */
export const initialRecord: CancellationRecord = { outcome: "running", operation: {} };

/** Returns the record after the server acknowledged a cancel. */
export function acknowledged(record: CancellationRecord): CancellationRecord {
  return { ...record, outcome: "cancelling", requestTime: timestamp() };
}

/**
 * Returns the record after a cancel without an acknowledgement, of which the service may have carried out an attempt.
 */
export function unconfirmed(record: CancellationRecord): CancellationRecord {
  // The service may have carried out this cancel, so "unsupported" may be out of date.
  return record.outcome === "unsupported" ? { ...record, outcome: "running" } : record;
}

/** Returns the record after a read of the operation. */
export function observed(record: CancellationRecord, read: Operation): CancellationRecord {
  if (isSettled(record.outcome)) return record; // a settled operation never runs again
  const operation = operationOutputs(read);
  const settled = settledOutcome(read);
  if (settled) return { ...record, outcome: settled, operation, settleTime: timestamp() };
  if (record.requestTime !== undefined) return { ...record, outcome: "cancelling", operation };
  return { ...record, outcome: record.outcome === "unsupported" ? "unsupported" : "running", operation };
}

/**
 * Returns the record after the service returned UNIMPLEMENTED for the cancel, and a read found the operation running.
 */
export function unsupported(record: CancellationRecord): CancellationRecord {
  return { ...record, outcome: "unsupported" };
}

/** Returns the record after the service returned NOT_FOUND. A settled operation keeps its outcome when it expires. */
export function missing(record: CancellationRecord): CancellationRecord {
  return isSettled(record.outcome) ? record : { ...record, outcome: "notFound" };
}

/** Returns the outputs that hold a record. Leaves out what isn't known. */
export function recordOutputs({
  outcome,
  operation,
  requestTime,
  settleTime,
  endpoint,
  unreported,
}: CancellationRecord): Properties {
  return {
    outcome,
    ...operation,
    ...(requestTime === undefined ? {} : { requestTime }),
    ...(settleTime === undefined ? {} : { settleTime }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(unreported === undefined ? {} : { unreported }),
  };
}

/** Returns the record in the outputs of an earlier step. */
export function recordedIn(outputs: Properties): CancellationRecord {
  const { outcome, requestTime, settleTime, endpoint, unreported } = outputs;
  const kept = operationKeys.filter((key) => outputs[key] !== undefined && outputs[key] !== null);
  return {
    outcome: isOutcome(outcome) ? outcome : "running",
    operation: Object.fromEntries(kept.map((key) => [key, outputs[key]])),
    ...(typeof requestTime === "string" ? { requestTime } : {}),
    ...(typeof settleTime === "string" ? { settleTime } : {}),
    ...(typeof endpoint === "string" ? { endpoint } : {}),
    ...(unreported === true ? { unreported } : {}),
  };
}

/** Returns a record that says whether the report has its outcome. */
export function withReported(record: CancellationRecord, isReported: boolean): CancellationRecord {
  return { ...record, unreported: isReported ? undefined : true };
}

function isOutcome(value: unknown): value is Outcome {
  return (outcomes as readonly unknown[]).includes(value);
}

/** The properties of a resource, as Pulumi passes them. */
export type Properties = Readonly<Record<string, unknown>>;

/** Returns the outputs that hold an operation. Leaves out what the operation doesn't have. */
export function operationOutputs({ done, error, metadata, response }: Operation): Properties {
  const operationType = metadata?.["operationType"];
  return {
    done,
    ...(error
      ? {
          error: {
            code: error.code,
            status: codeName(error.code),
            message: truncateText(sanitize(error.message)),
            details: truncateList(sanitize(error.details)),
          },
        }
      : {}),
    ...(metadata ? { metadata: truncateJson(sanitize(metadata)) } : {}),
    ...(response ? { response: truncateJson(sanitize(response)) } : {}),
    ...(typeof operationType === "string" ? { operationType: truncateText(sanitize(operationType)) } : {}),
  };
}

/** How much of an operation's error message a report has, in characters. */
const maxMessageLength = 500;

/** Returns the error that an operation ended with as text: its code's name and its message. */
export function errorText(status: string, message: string): string {
  return `${status}: ${message.slice(0, maxMessageLength)}`;
}

/** Returns the error in a record as text, or `undefined` without an error. */
export function errorTextIn({ operation }: CancellationRecord): string | undefined {
  const error = operation["error"] as { status: string; message: string } | undefined;
  return error && errorText(error.status, error.message);
}

/** The names of the properties that {@link operationOutputs} writes. */
export const operationKeys = ["done", "error", "metadata", "response", "operationType"] as const;

/** The outputs that {@link recordOutputs} leaves out when their values aren't known. */
export const optionalRecordKeys = [...operationKeys, "requestTime", "settleTime"] as const;

let last = { milliseconds: Number.NaN, text: "" };

/**
 * Returns the present time in RFC 3339. Reuses the text within a millisecond, because a large sweep keeps a time for
 * each operation.
 */
export function timestamp(): string {
  const milliseconds = Date.now();
  if (milliseconds !== last.milliseconds) last = { milliseconds, text: new Date(milliseconds).toISOString() };
  return last.text;
}
