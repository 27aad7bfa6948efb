import { randomBytes } from "node:crypto";
import { fullName } from "../../operations";
import type { Context } from "../context";
import { PartialError, StepError } from "../errors";
import type { Properties } from "../operationOutputs";
import { cancelling, counting, perform } from "./perform";
import { echo, settingsOf } from "./settings";
import { blankSummary, failureOf, summaryAfter, summaryOutputs } from "./summary";

/**
 * Sweeps, and waits as the settings say. With `cancelOn: "delete"` it counts instead.
 *
 * @throws {PartialError} when cancels were acknowledged and the sweep did not end as it should
 * @throws any other error when there is nothing to keep
 */
export async function create(inputs: Properties, context: Context): Promise<{ id: string; outputs: Properties }> {
  const settings = settingsOf(inputs);
  const id = `${fullName(settings.service.host, settings.collection)}#${randomBytes(4).toString("hex")}`;
  const sweeps = settings.cancelOn === "create";
  const run = sweeps ? cancelling(settings, context, "create") : counting(settings, context);
  let complaint: string | undefined;
  if (sweeps) {
    complaint = await perform(run, settings);
  } else {
    await run.count();
    complaint = failureOf(run);
  }
  const outputs = { ...echo(inputs), ...summaryOutputs(summaryAfter(blankSummary, run, settings)) };
  if (complaint === undefined) return { id, outputs };
  throw run.touched ? new PartialError(complaint, id, outputs) : new StepError(complaint);
}
