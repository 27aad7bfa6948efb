import { singleLine } from "../common/text";
import type { Properties } from "./state/record";

/**
 * The property that holds a resource's name in its program. The classes of a program set it, because the
 * dynamic-provider host doesn't know the name. Pulumi shows no property whose name begins with two underscores, and
 * `__name` is a property of Pulumi's own class.
 */
export const logicalNameKey = "__resourceName";

/** How much of the name is shown, in characters. */
const maxLength = 200;

/** Returns the resource's name, or `undefined` if it isn't known. A state of an earlier version has none. */
export function logicalNameIn(properties: Properties): string | undefined {
  const name = properties[logicalNameKey];
  return typeof name === "string" ? singleLine(name, maxLength) || undefined : undefined;
}

/** Returns the text that a line begins with: the resource's name if it's known, and the operation or the collection. */
export function labelOf(resource: string | undefined, target: string): string {
  return resource === undefined || resource === target ? target : `${resource} (${target})`;
}

/** Returns the arguments that the program set, without the resource's name. */
export function withoutLogicalName(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => key !== logicalNameKey));
}
