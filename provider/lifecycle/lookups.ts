import { Deadline, fullName } from "../operations";
import { clientFor, type Context } from "./context";
import { StepError } from "./errors";
import type { Properties } from "./operationOutputs";
import { look } from "./pursuit";
import { blank, observed, recordOutputs } from "./record";
import * as request from "./request/settings";
import { pages } from "./sweep/listing";
import * as sweep from "./sweep/settings";
import type { Failure } from "./validation";

/** How long a look-up may take, in milliseconds; a listing has one call a page. */
const timeout = 10 * 60_000;

/**
 * Reads one operation.
 *
 * @throws {StepError} when the arguments are not valid, before any call
 * @throws whatever is no definite answer
 */
export async function getOperation(args: Properties, context: Context): Promise<Properties> {
  refuse(request.failuresIn(args, context));
  const { operation, service, identity } = request.settingsOf(args);
  const client = clientFor(context, service, identity);
  const record = await look(blank, { client, name: operation, deadline: Deadline.after(timeout) });
  return { id: fullName(service.host, operation), name: operation, ...recordOutputs(record) };
}

/**
 * Lists the operations of a collection that match, done or not.
 *
 * @throws {StepError} when the arguments are not valid, before any call; when more match than `limit`; when the service can't list
 * @throws whatever is no definite answer
 */
export async function listOperations(args: Properties, context: Context): Promise<Properties[]> {
  const selects = args["filter"] !== undefined || args["match"] !== undefined;
  const inputs = selects ? args : { ...args, all: true };
  refuse(sweep.failuresIn(inputs, context));
  const { collection, selection, service, identity, limit } = sweep.settingsOf(inputs);
  const client = clientFor(context, service, identity);
  const found: Properties[] = [];
  for await (const page of pages({ client, name: collection, selection, deadline: Deadline.after(timeout) })) {
    for (const operation of page) {
      const name = operation.name;
      found.push({ id: fullName(service.host, name), name, ...recordOutputs(observed(blank, operation)) });
    }
    if (found.length > limit) {
      throw new StepError(
        `${collection}: more than ${limit} operations match. Narrow \`filter\` or \`match\`, or raise \`limit\`.`,
      );
    }
  }
  return found;
}

function refuse(failures: readonly Failure[]): void {
  if (failures.length === 0) return;
  const reasons = failures.map(({ property, reason }) => `- ${property} ${reason}`);
  throw new StepError(`The arguments of this look-up are not valid:\n${reasons.join("\n")}`);
}
