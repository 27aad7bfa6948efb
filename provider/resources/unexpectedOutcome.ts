import { singleLine } from "../common/text";
import { settledOutcomes } from "../operations/outcome";
import type { Expectation } from "./expectation";
import type { TimedStep } from "./inputs/schema";
import type { CancellationRecord } from "./state/record";

/** Describes an operation that ended with an outcome that isn't expected. */
export function describeUnexpected(
  { outcome, operation }: CancellationRecord,
  name: string,
  { expect }: Expectation,
): string {
  const error = operation["error"] as { status?: string; message?: string } | undefined;
  const words: Partial<Record<string, string>> = {
    cancelled: "was cancelled",
    succeeded: "completed, before the cancellation or despite it",
    failed: `failed with ${error?.status ?? "an error"}: ${singleLine(error?.message ?? "", 500)}`,
    unsupported: "is running, and the service can't cancel it (UNIMPLEMENTED)",
    notFound: "isn't known to the service, because it never existed or has expired",
  };
  return `${name} ${words[outcome] ?? outcome}. The outcome is ${outcome}, and \`expect\` allows ${expect.join(", ")}.`;
}

/** Where a step failed, and how a user can accept what it ended with. */
export interface Failure {
  readonly step: TimedStep;
  /** Whether the state has the resource. */
  readonly isInState: boolean;
  /** For example ``To accept this outcome, add "succeeded" to `expect` ``. Absent if no change of `expect` helps. */
  readonly acceptance?: string;
}

/** Returns what a user can do about a failed step. */
export function waysOut({ step, isInState, acceptance }: Failure): string {
  const ways: string[] = [];
  if (step === "delete") {
    ways.push(
      "The resource stays in the state.",
      acceptance === undefined
        ? "Run `pulumi destroy` again. If the program or the config must change first, change it and run `pulumi up` before that."
        : `${acceptance} in the program, run \`pulumi up\`, and then run \`pulumi destroy\` again.`,
      "To give up the resource without cancelling, set `retainOnDelete`, run `pulumi up`, and then run `pulumi destroy`.",
    );
  } else {
    if (acceptance !== undefined) ways.push(`${acceptance}.`);
    if (!isInState) return [...ways, "The failed creation left nothing in the state."].join(" ");
    ways.push("To give up the resource, remove it from the program, which makes no call.");
  }
  return [...ways, "To remove the resource from the state only, run `pulumi state delete`."].join(" ");
}

/** Returns how to accept an outcome. */
export function acceptanceOf(outcome: string): string {
  return `To accept this outcome, add "${outcome}" to \`expect\``;
}

/**
 * Returns the rest of a warning about recorded outcomes that aren't expected: what fails because of them, and what to do.
 */
export function describeComingFailure(outcomes: readonly string[], { cancelOn, expect }: Expectation): string {
  const mayChange = outcomes.every((outcome) => outcome === "unsupported" || outcome === "notFound");
  const update = mayChange ? "The update fails unless the outcome has changed." : "The update will fail.";
  const isForDelete = cancelOn === "delete";
  const missing = (outcomes.includes("unobserved") ? settledOutcomes : outcomes).filter(
    (outcome) => !(expect as readonly string[]).includes(outcome),
  );
  return [
    `which expect doesn't accept (${expect.join(", ")}).`,
    isForDelete ? "A destroy will fail." : update,
    `To accept ${outcomes.length === 1 ? "it" : "them"}, add ${missing.map((outcome) => `"${outcome}"`).join(", ")} to \`expect\`.`,
    isForDelete
      ? "To give up the resource without cancelling, set `retainOnDelete`."
      : "To give up the resource, remove it from the program, which makes no call.",
  ].join(" ");
}
