import type { Context } from "./context";
import type { Properties } from "./state/record";
import type { Issue } from "./inputs/schema";

/**
 * Returns a resource's check step, which validates the arguments that are known. The arguments go into the state
 * unchanged, without defaults.
 */
export function checkBy(failuresIn: (inputs: Properties, context: Context) => Issue[]) {
  return (inputs: Properties, context: Context): { inputs: Properties; failures: Issue[] } => ({
    inputs,
    failures: failuresIn(inputs, context),
  });
}
