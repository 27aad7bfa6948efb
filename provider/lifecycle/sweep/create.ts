import { randomBytes } from "node:crypto";
import { fullName } from "../../operations";
import type { Context } from "../context";
import { PartialError, StepError } from "../errors";
import type { Properties } from "../operationOutputs";
import { count, sweep } from "./perform";
import { echo, settingsOf } from "./settings";
import { type Summary, summaryOutputs } from "./summary";

/**
 * Cancels, and waits as the settings say. With `cancelOn: "delete"` it counts instead.
 *
 * @throws {PartialError} when a cancel was, or may have been, carried out and the sweep did not end as it should
 * @throws any other error when there is nothing to keep
 */
export async function create(inputs: Properties, context: Context): Promise<{ id: string; outputs: Properties }> {
  const settings = settingsOf(inputs);
  const id = `${fullName(settings.service.host, settings.collection)}#${randomBytes(4).toString("hex")}`;
  const outputs = (summary: Summary) => ({ ...echo(inputs), ...summaryOutputs(summary) });
  if (settings.cancelOn === "delete") return { id, outputs: outputs(await count(settings, context)) };

  const { summary, error, mayHaveCancelled } = await sweep(settings, context, "create");
  if (error === undefined) return { id, outputs: outputs(summary) };
  throw mayHaveCancelled ? new PartialError(error, id, outputs(summary)) : new StepError(error);
}
