import { isDeepStrictEqual } from "node:util";
import type { Context } from "../context";
import { PartialError, StepError } from "../errors";
import type { Properties } from "../operationOutputs";
import { count, sweep } from "./perform";
import { echo, settingsOf } from "./settings";
import { blankSummary, isFulfilled, type Summary, summaryIn, summaryOutputs } from "./summary";

/**
 * Goes on with a sweep, or takes on new settings. It makes no call where neither what is selected nor when it is cancelled
 * has changed and what is recorded satisfies the settings. With another selection it begins anew.
 *
 * @throws {PartialError} when what was learnt has to be kept although the sweep did not end as it should
 * @throws any other error when the state may stay as it was
 */
export async function update(id: string, old: Properties, inputs: Properties, context: Context): Promise<Properties> {
  const settings = settingsOf(inputs);
  const before = settingsOf(old);
  const outputs = (summary: Summary) => ({ ...echo(inputs), ...summaryOutputs(summary) });
  const same = before.cancelOn === settings.cancelOn && isDeepStrictEqual(before.selection, settings.selection);
  const earlier = same ? summaryIn(old) : blankSummary;

  if (settings.cancelOn === "delete") return outputs(same ? earlier : await count(settings, context));
  if (same && isFulfilled(earlier, settings)) return outputs(earlier);

  const { summary, complaint, touched } = await sweep(settings, context, "update", earlier);
  if (complaint === undefined) return outputs(summary);
  throw same || touched ? new PartialError(complaint, id, outputs(summary)) : new StepError(complaint);
}
