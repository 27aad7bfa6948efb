import { singleLine } from "../common/text";
import { formatDuration } from "./inputs/duration";
import type { CancellationRecord, Properties } from "./state/record";

/** How much of a text in an operation's metadata is shown, in characters. */
const maxLength = 80;

/** Describes a wait for an operation: its outcome so far, how long the step waits, and how far the operation is. */
export function describeWait({ outcome, operation }: CancellationRecord, waited: number): string {
  const progress = progressIn(operation["metadata"]);
  const parts = [outcome, formatDuration(waited), ...(progress === undefined ? [] : [`${progress} % done`])];
  return `Waiting for the operation to settle (${parts.join(", ")}).`;
}

/** Describes an operation by what its metadata says: its type, and when it began. */
export function describeOperation({ operation }: CancellationRecord): string {
  const { metadata, operationType } = operation;
  const type = typeof operationType === "string" ? operationType : typeIn(metadata);
  const since = startTimeIn(metadata);
  const parts = [...(type === undefined ? [] : [type]), ...(since === undefined ? [] : [`since ${since}`])];
  return parts.length === 0 ? "" : ` (${parts.map((part) => singleLine(part, maxLength)).join(", ")})`;
}

/** Returns the last part of the type of the metadata's message, for example `CreateClusterMetadata`. */
function typeIn(metadata: unknown): string | undefined {
  const type = propertyIn(metadata, "@type");
  return typeof type === "string" ? type.split(/[./]/).at(-1) : undefined;
}

/** Returns when the operation began. Google's services use one of these fields, here or in `genericMetadata`. */
function startTimeIn(metadata: unknown): string | undefined {
  const places = [metadata, propertyIn(metadata, "genericMetadata")];
  for (const place of places) {
    for (const name of ["startTime", "createTime"]) {
      const time = propertyIn(place, name);
      if (typeof time === "string") return time;
    }
  }
  return undefined;
}

/** Returns how far the operation is, in percent. Google's services use one of these fields, here or in `progress`. */
function progressIn(metadata: unknown): number | undefined {
  const places = [metadata, propertyIn(metadata, "progress")];
  for (const place of places) {
    for (const name of ["progressPercent", "progressPercentage", "progress"]) {
      const value = propertyIn(place, name);
      const percent = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
      if (typeof percent === "number" && percent >= 0 && percent <= 100) return Math.floor(percent);
    }
  }
  return undefined;
}

function propertyIn(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Properties)[name] : undefined;
}
