import { Deadline } from "../common/deadline";
import type { IdentityArgs } from "../auth/identity";
import { isUnauthenticated, RpcError } from "../operations/errors";
import type { Context } from "./context";
import { reasonOf, StepError } from "./errors";
import { hasUnknown, unknownValue } from "./inputs/schema";
import { showWarning } from "./progress";
import type { Properties } from "./state/record";

/** How long a preview tries to read what a step would meet, in milliseconds. */
const previewTimeout = 10_000;

/** Where a preview reads, and as whom. */
interface Source {
  /** The resource and what it's about. */
  readonly label: string;
  readonly endpoint: string;
  readonly identity: IdentityArgs;
}

/** The sources that a preview of this process couldn't read. It doesn't try them again for other resources. */
const unreadable = new Set<string>();

/** Does the reads of a preview. A failure is a warning, because the deployment may succeed later. */
export async function readForPreview<T>(
  context: Context,
  { label, endpoint, identity }: Source,
  read: (deadline: Deadline) => Promise<T>,
): Promise<T | undefined> {
  const source = JSON.stringify([endpoint, identity]);
  if (unreadable.has(source)) return undefined;
  try {
    return await read(Deadline.after(previewTimeout, context.interruption));
  } catch (error) {
    if (unreadable.has(source)) return undefined;
    const concernsAll = error instanceof RpcError ? isUnauthenticated(error) : !(error instanceof StepError);
    if (concernsAll) unreadable.add(source);
    const others = concernsAll ? " It doesn't try to read other operations there." : "";
    showWarning(context, `${label}: this preview couldn't read what is there: ${reasonOf(error)}.${others}`);
    return undefined;
  }
}

/** Returns whether an argument is unknown that decides what a preview reads, or what the step records. */
export function hasUnknownTarget(inputs: Properties, target: readonly string[]): boolean {
  return [...target, "service", "impersonateServiceAccount", "subject", "cancelOn", "waitFor", "expect"].some(
    (argument) => hasUnknown(inputs[argument]),
  );
}

/** Returns the output that says that a report is missing. Its value is unknown, because the step writes the report. */
export function unwrittenReport({ unreported }: { readonly unreported?: true | undefined }): Properties {
  return unreported ? unknownOutputs(["unreported"]) : {};
}

/** Returns an unknown value for each output. */
export function unknownOutputs(names: readonly string[]): Properties {
  return Object.fromEntries(names.map((name) => [name, unknownValue]));
}
