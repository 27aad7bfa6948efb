import { isDeepStrictEqual } from "node:util";
import type { Context } from "../context";
import { PartialError, StepError } from "../errors";
import type { Properties } from "../operationOutputs";
import { count, sweep, writeMissingReport } from "./perform";
import { echo, settingsOf } from "./settings";
import { acknowledgedIn, isFulfilled, isReported, type Summary, summaryIn, summaryOutputs } from "./summary";

/**
 * Goes on with a sweep, or takes on new settings. It makes no call if neither the selection nor `cancelOn` has changed and the
 * recorded outcomes satisfy the settings. With another selection it begins anew, but doesn't send a cancel again that is
 * recorded as acknowledged.
 *
 * @throws {PartialError} when what was learned has to be kept although the sweep did not end as it should
 * @throws any other error when the state may stay as it was
 */
export async function update(id: string, old: Properties, inputs: Properties, context: Context): Promise<Properties> {
  const settings = settingsOf(inputs);
  const before = settingsOf(old);
  const outputs = (summary: Summary) => ({ ...echo(inputs), ...summaryOutputs(summary) });
  const same = before.cancelOn === settings.cancelOn && isDeepStrictEqual(before.selection, settings.selection);
  const earlier = same ? summaryIn(old) : acknowledgedIn(summaryIn(old));

  if (settings.cancelOn === "delete") return outputs(same ? earlier : await count(settings, context, earlier));
  if (same && isFulfilled(earlier, settings)) {
    return outputs(isReported(earlier, settings) ? earlier : await writeMissingReport(settings, context, earlier));
  }
  const { summary, error, mayHaveCancelled } = await sweep(settings, context, "update", earlier);
  if (error === undefined) return outputs(summary);
  throw same || mayHaveCancelled ? new PartialError(error, id, outputs(summary)) : new StepError(error);
}
