import { Deadline } from "../common/deadline";
import { CallError, RpcError } from "../operations/errors";
import type { Context } from "./context";
import { reasonOf } from "./errors";
import { hasUnknown, unknownValue } from "./inputs/schema";
import { showWarning } from "./progress";
import type { Properties } from "./state/record";

/** How long a preview tries to read what a step would meet, in milliseconds. */
const previewTimeout = 10_000;

/** The endpoints that a preview of this process couldn't reach. It doesn't try them again for other resources. */
const unreachable = new Set<string>();

/**
 * Does the reads of a preview. A failure is a warning, because the deployment may succeed later.
 *
 * @param label the resource and what it's about
 * @param endpoint the endpoint that the reads call
 */
export async function readForPreview<T>(
  context: Context,
  { label, endpoint }: { readonly label: string; readonly endpoint: string },
  read: (deadline: Deadline) => Promise<T>,
): Promise<T | undefined> {
  if (unreachable.has(endpoint)) return undefined;
  try {
    return await read(Deadline.after(previewTimeout, context.interruption));
  } catch (error) {
    if (unreachable.has(endpoint)) return undefined;
    const isOutOfReach = error instanceof CallError && !(error instanceof RpcError);
    if (isOutOfReach) unreachable.add(endpoint);
    const others = isOutOfReach ? " It doesn't try to read other operations there." : "";
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

/** Returns an unknown value for each output. */
export function unknownOutputs(names: readonly string[]): Properties {
  return Object.fromEntries(names.map((name) => [name, unknownValue]));
}
