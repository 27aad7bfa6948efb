import type { Context } from "./context";
import type { Properties } from "./state/record";
import type { Issue } from "./inputs/schema";

/**
 * A resource's check step, which validates everything that is known. The arguments go into the state as they were written,
 * without defaults filled in.
 */
export function checkBy(failuresIn: (inputs: Properties, context: Context) => Issue[]) {
  return (inputs: Properties, context: Context): { inputs: Properties; failures: Issue[] } => ({
    inputs,
    failures: failuresIn(inputs, context),
  });
}
