import type { CancellationRecord } from "./state/record";

/** A step could not do what it was asked to, and nothing was learnt that has to be kept. The message is for people. */
export class StepError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "StepError";
  }
}

/** A step ended early, and what it knows must not be lost: a cancel may have been carried out. */
export class UnfinishedError extends StepError {
  constructor(
    message: string,
    readonly record: CancellationRecord,
  ) {
    super(message);
    this.name = "UnfinishedError";
  }
}

/** A resource that exists, though not as it was declared: the engine keeps it, and its next `up` goes on with `update`. */
export class PartialError extends StepError {
  constructor(
    message: string,
    readonly id: string,
    readonly outputs: Readonly<Record<string, unknown>>,
  ) {
    super(message);
    this.name = "PartialError";
  }
}

/** The message of an error, or the text of another value that was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
