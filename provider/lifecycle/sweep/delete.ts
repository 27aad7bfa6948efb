import type { Context } from "../context";
import { StepError } from "../errors";
import type { Properties } from "../operationOutputs";
import { sweep } from "./perform";
import { settingsOf } from "./settings";

/**
 * Makes no call with `cancelOn: "create"`. With `"delete"` it sweeps; what came of it is in a line of output and in the
 * report, for a delete can't write outputs.
 *
 * @throws {StepError} when any operation did not end as expected; the resource then stays, and is destroyed again
 */
export async function remove(properties: Properties, context: Context): Promise<void> {
  const settings = settingsOf(properties);
  if (settings.cancelOn !== "delete") return;
  const { complaint } = await sweep(settings, context, "delete");
  if (complaint !== undefined) throw new StepError(complaint);
}
