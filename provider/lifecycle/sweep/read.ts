import type { Context } from "../context";
import type { Properties } from "../operationOutputs";
import { count, refresh } from "./perform";
import { echo, settingsOf } from "./settings";
import { acknowledgedIn, summaryIn, summaryOutputs } from "./summary";

/**
 * Counts what matches. If the sweep cancelled when it was created, reads once what hadn't settled.
 *
 * @throws {StepError} when the service can't list, or an operation can't be read; the state then stays as it was
 */
export async function read(_id: string, properties: Properties, context: Context): Promise<Properties> {
  const settings = settingsOf(properties);
  const earlier = summaryIn(properties);
  const summary =
    settings.cancelOn === "delete"
      ? await count(settings, context, acknowledgedIn(earlier))
      : await refresh(settings, context, earlier);
  return { ...echo(properties), ...summaryOutputs(summary) };
}
