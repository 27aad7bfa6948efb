import type { Context } from "../../resources/context";
import { getOperation, listOperations } from "../../resources/lookups";
import type { Properties } from "../../resources/state/record";

/** The functions of the package, by their tokens. */
export const functions: Readonly<Record<string, (args: Properties, context: Context) => Promise<Properties>>> = {
  "cancellation:index:getOperation": getOperation,
  "cancellation:index:listOperations": async (args, context) => ({ operations: await listOperations(args, context) }),
};
