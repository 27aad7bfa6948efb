import type { CancellationRecord } from "./state/record";

/** A step failed, and there is nothing to keep. The message is shown to the user. */
export class StepError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "StepError";
  }
}

/** Returns that the state records what a service did, while calls go to an emulator. */
export function describeOtherEndpoint(recorded: string, endpoint: string): string {
  return `the state records what happened at ${recorded}, but calls go to the emulator at ${endpoint}.`;
}

/** What a user can do about it. */
export const leaveEmulator =
  "Unset the variable CANCELLATION_ENDPOINT or the config cancellation:endpoint, or use another stack for the emulator.";

/**
 * A step would read or cancel a service's operations at an emulator, and replace or delete what the state records of the
 * service. It made no call.
 */
export class OtherEndpointError extends StepError {
  constructor(name: string, recorded: string, endpoint: string) {
    super(
      `${name}: ${describeOtherEndpoint(recorded, endpoint)} No call was made, because ` +
        `an emulator can't read or cancel operations of a service. ${leaveEmulator}`,
    );
    this.name = "OtherEndpointError";
  }
}

/** A step ended early, and its record must be kept, because a cancel may have been carried out. */
export class UnfinishedError extends StepError {
  constructor(
    message: string,
    readonly record: CancellationRecord,
  ) {
    super(message);
    this.name = "UnfinishedError";
  }
}

/** A step ended with an outcome that the settings don't accept. */
export class UnexpectedOutcomeError extends StepError {
  constructor(
    message: string,
    readonly record: CancellationRecord,
  ) {
    super(message);
    this.name = "UnexpectedOutcomeError";
  }
}

/**
 * A step failed, and the engine keeps the resource with these outputs. The next `pulumi up` continues with `update`.
 */
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

/** Returns the message of an error, or the text of another thrown value. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
