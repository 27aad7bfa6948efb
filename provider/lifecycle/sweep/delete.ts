import type { Context } from "../context";
import { StepError } from "../errors";
import type { Properties } from "../operationOutputs";
import { sweep } from "./perform";
import { settingsOf } from "./settings";
import { acknowledgedIn, summaryIn } from "./summary";

/**
 * Makes no call with `cancelOn: "create"`. With `"delete"` it cancels and waits. A delete can't write outputs, so its result
 * is in a line of output and in the report.
 *
 * @throws {StepError} when an operation did not end as expected; the resource then stays, and can be destroyed again
 */
export async function remove(properties: Properties, context: Context): Promise<void> {
  const settings = settingsOf(properties);
  if (settings.cancelOn !== "delete") return;
  const { error } = await sweep(settings, context, "delete", acknowledgedIn(summaryIn(properties)));
  if (error !== undefined) throw new StepError(error);
}
