import { announceCalls, type Context } from "./context";
import { commonSettings } from "./inputs/commonInputs";
import { hasUnknown, type Issue } from "./inputs/schema";
import type { Properties } from "./state/record";

/**
 * Returns a resource's check step, which validates the arguments that are known, and shows where the calls go. The
 * arguments go into the state unchanged, without defaults.
 */
export function checkBy(issuesIn: (inputs: Properties, context: Context) => Issue[]) {
  return (inputs: Properties, context: Context): { inputs: Properties; failures: Issue[] } => {
    const failures = issuesIn(inputs, context);
    if (failures.length === 0) announceIfKnown(inputs, context);
    return { inputs, failures };
  };
}

function announceIfKnown(inputs: Properties, context: Context): void {
  const caller = ["service", "impersonateServiceAccount", "subject"].map((argument) => inputs[argument]);
  if (caller.some(hasUnknown)) return;
  const { service, identity } = commonSettings(inputs, "create");
  announceCalls(context, service, identity);
}
