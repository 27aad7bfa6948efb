import { codeName } from "../../common/rpcCodes";
import { isSettled, type Outcome, outcomes, settledOutcome } from "../../operations/outcome";
import type { Operation } from "../../operations/response";
import { truncateJson, truncateList, truncateText, sanitize } from "./sanitize";

/** What is known of an operation whose cancellation is requested. Only the functions below lead from one to the next. */
export interface CancellationRecord {
  readonly outcome: Outcome;
  /** The operation as it was last read, in the form of outputs. */
  readonly operation: Properties;
  /** RFC 3339: when the server acknowledged the cancel. */
  readonly requestTime?: string;
  /** RFC 3339: when the operation was first seen settled. */
  readonly settleTime?: string;
  /** The endpoint that this was learned at. */
  readonly endpoint?: string;
  /** No cancel was acknowledged, and one whose response was lost may have been carried out. Not kept in the state. */
  readonly mayHaveCancelled?: true;
}

/** Nothing is known yet, and an operation runs as long as nothing else is known. */
export const initialRecord: CancellationRecord = { outcome: "running", operation: {} };

/** The server acknowledged a cancel. */
export function acknowledged(record: CancellationRecord): CancellationRecord {
  return { ...record, outcome: "cancelling", requestTime: timestamp() };
}

/** No attempt of the cancel was acknowledged, and the service may have carried out one of them. */
export function unconfirmed(record: CancellationRecord): CancellationRecord {
  // The service may have taken this one, so "unsupported" is no longer known.
  return record.outcome === "unsupported" ? { ...record, outcome: "running" } : record;
}

/** The operation was read. */
export function observed(record: CancellationRecord, read: Operation): CancellationRecord {
  if (isSettled(record.outcome)) return record; // it never goes back
  const operation = operationOutputs(read);
  const settled = settledOutcome(read);
  if (settled) return { ...record, outcome: settled, operation, settleTime: timestamp() };
  if (record.requestTime !== undefined) return { ...record, outcome: "cancelling", operation };
  return { ...record, outcome: record.outcome === "unsupported" ? "unsupported" : "running", operation };
}

/** The service answered that it can't cancel the operation, and a read then found it running. */
export function unsupported(record: CancellationRecord): CancellationRecord {
  return { ...record, outcome: "unsupported" };
}

/** The service does not know the operation. One that expired after it settled keeps its outcome. */
export function missing(record: CancellationRecord): CancellationRecord {
  return isSettled(record.outcome) ? record : { ...record, outcome: "notFound" };
}

/** The outputs that tell a record; what is not known is left out. */
export function recordOutputs({ outcome, operation, requestTime, settleTime, endpoint }: CancellationRecord): Properties {
  return {
    outcome,
    ...operation,
    ...(requestTime === undefined ? {} : { requestTime }),
    ...(settleTime === undefined ? {} : { settleTime }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

/** Reads the record from the outputs of an earlier step. */
export function recordedIn(outputs: Properties): CancellationRecord {
  const { outcome, requestTime, settleTime, endpoint } = outputs;
  const kept = operationKeys.filter((key) => outputs[key] !== undefined && outputs[key] !== null);
  return {
    outcome: isOutcome(outcome) ? outcome : "running",
    operation: Object.fromEntries(kept.map((key) => [key, outputs[key]])),
    ...(typeof requestTime === "string" ? { requestTime } : {}),
    ...(typeof settleTime === "string" ? { settleTime } : {}),
    ...(typeof endpoint === "string" ? { endpoint } : {}),
  };
}

function isOutcome(value: unknown): value is Outcome {
  return (outcomes as readonly unknown[]).includes(value);
}

/** Properties of a resource, as Pulumi hands them over and takes them back. */
export type Properties = Readonly<Record<string, unknown>>;

/** The outputs that tell of an operation as it was read; what it does not have is left out. */
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

/** The names of the properties that {@link operationOutputs} writes. */
export const operationKeys = ["done", "error", "metadata", "response", "operationType"] as const;

let last = { milliseconds: Number.NaN, text: "" };

/** The time in RFC 3339. Written once a millisecond: a large sweep records a time for each operation, and keeps them all. */
export function timestamp(): string {
  const milliseconds = Date.now();
  if (milliseconds !== last.milliseconds) last = { milliseconds, text: new Date(milliseconds).toISOString() };
  return last.text;
}
