import type { Context } from "../context";
import type { Properties } from "../operationOutputs";
import { count, follow } from "./perform";
import { echo, settingsOf } from "./settings";
import { summaryIn, summaryOutputs } from "./summary";

/**
 * Counts what matches; of a sweep that cancelled when it was created, it reads once what was not settled.
 *
 * @throws whatever is no definite answer; the state then stays as it was
 */
export async function read(_id: string, properties: Properties, context: Context): Promise<Properties> {
  const settings = settingsOf(properties);
  const summary =
    settings.cancelOn === "delete"
      ? await count(settings, context)
      : await follow(settings, context, summaryIn(properties));
  return { ...echo(properties), ...summaryOutputs(summary) };
}
