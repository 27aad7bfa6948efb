import type { Context } from "../context";
import { StepError } from "../errors";
import type { Properties } from "../operationOutputs";
import { counting } from "./perform";
import { echo, settingsOf } from "./settings";
import { blankSummary, failureOf, summaryAfter, summaryIn, summaryOutputs } from "./summary";

/**
 * Counts what matches; of a sweep that cancelled when it was created, it reads once what was not settled.
 *
 * @throws whatever is no definite answer; the state then stays as it was
 */
export async function read(_id: string, properties: Properties, context: Context): Promise<Properties> {
  const settings = settingsOf(properties);
  const run = counting(settings, context);
  let earlier = blankSummary;
  if (settings.cancelOn === "delete") {
    await run.count();
  } else {
    earlier = summaryIn(properties);
    await run.follow(earlier);
  }
  const failure = failureOf(run);
  if (failure !== undefined) throw new StepError(failure);
  return { ...echo(properties), ...summaryOutputs(summaryAfter(earlier, run, settings)) };
}
