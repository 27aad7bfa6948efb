import { isDeepStrictEqual } from "node:util";
import type { Context } from "../context";
import { PartialError, StepError } from "../errors";
import type { Properties } from "../operationOutputs";
import { cancelling, counting, perform } from "./perform";
import { echo, type Settings, settingsOf } from "./settings";
import { blankSummary, failureOf, isFulfilled, type Summary, summaryAfter, summaryIn, summaryOutputs } from "./summary";

/**
 * Goes on with a sweep, or takes on new settings. It makes no call where neither what is selected nor when it is cancelled
 * has changed and what is recorded satisfies the settings.
 *
 * @throws {PartialError} when what was learnt has to be kept although the sweep did not end as it should
 * @throws any other error when the state may stay as it was
 */
export async function update(id: string, old: Properties, inputs: Properties, context: Context): Promise<Properties> {
  const settings = settingsOf(inputs);
  const before = settingsOf(old);
  const outputs = (summary: Summary) => ({ ...echo(inputs), ...summaryOutputs(summary) });
  const same = before.cancelOn === settings.cancelOn && isDeepStrictEqual(before.selection, settings.selection);

  if (settings.cancelOn === "delete") {
    if (same) return outputs(summaryIn(old));
    return outputs(await counted(settings, context));
  }
  // What a sweep that only watched has counted is no history of cancellations.
  const earlier = before.cancelOn === "create" ? summaryIn(old) : blankSummary;
  if (same && isFulfilled(earlier, settings)) return outputs(earlier);

  const run = cancelling(settings, context, "update");
  run.resume(earlier);
  const complaint = await perform(run, settings);
  const summary = summaryAfter(earlier, run, settings);
  if (complaint !== undefined) throw new PartialError(complaint, id, outputs(summary));
  return outputs(summary);
}

async function counted(settings: Settings, context: Context): Promise<Summary> {
  const run = counting(settings, context);
  await run.count();
  const failure = failureOf(run);
  if (failure !== undefined) throw new StepError(failure);
  return summaryAfter(blankSummary, run, settings);
}
