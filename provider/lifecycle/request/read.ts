import { Deadline } from "../../operations";
import { clientFor, type Context } from "../context";
import type { Properties } from "../operationOutputs";
import { look } from "../pursuit";
import { recordedIn, recordOutputs } from "../record";
import { argumentsFromId, echo, settingsOf } from "./settings";

/** How long a refresh tries to read an operation, in milliseconds; the total time-out of Cloud Channel's own client configuration. */
const readTimeout = 60_000;

/**
 * Reads the operation once. It never judges the outcome and never drops the resource.
 *
 * @throws whatever is no definite answer; the state then stays as it was
 */
export async function read(id: string, properties: Properties, context: Context): Promise<Properties> {
  const args = argumentsFromId(id, properties, context);
  const { operation, service, identity } = settingsOf(args);
  const record = await look(recordedIn(properties), {
    client: clientFor(context, service, identity),
    name: operation,
    deadline: Deadline.after(readTimeout),
  });
  return { ...echo(args), ...recordOutputs(record) };
}
