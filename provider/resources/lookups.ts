import { Deadline } from "../common/deadline";
import { singleLine, quote } from "../common/text";
import { fullName } from "../operations/resourceName";
import { connect, type Context } from "./context";
import { StepError } from "./errors";
import type { Properties } from "./state/record";
import { readOperation } from "./cancelOperation";
import { shownName } from "./sweep/ledger";
import { initialRecord, type CancellationRecord, observed } from "./state/record";
import * as request from "./requestInputs";
import type { Service } from "./inputs/service";
import { listPages } from "./sweep/listing";
import * as sweep from "./sweep/inputs";
import { describeIssue, type Issue, unknownProperty } from "./inputs/schema";

/** How long a lookup may take, in milliseconds. A listing makes one call for each page. */
const timeout = 10 * 60_000;

/** The arguments of every lookup. */
const commonArguments = ["service", "impersonateServiceAccount", "subject"];

/**
 * Reads one operation.
 *
 * @throws {StepError} before any call, if an argument isn't valid
 * @throws an error if the response is ambiguous
 */
export async function getOperation(args: Properties, context: Context): Promise<Properties> {
  const known = validGetArguments(args, context);
  const { operation, service, identity } = request.requestSettings(known);
  const { client } = connect(context, service, identity);
  const record = await readOperation(initialRecord, { client, name: operation, deadline: Deadline.after(timeout) });
  return result(service, operation, record);
}

/**
 * Lists the operations of a collection that match, done or not.
 *
 * @throws {StepError} before any call, if an argument isn't valid
 * @throws {StepError} if more operations than `limit` match, or if the service can't list
 * @throws an error if the response is ambiguous
 */
export async function listOperations(args: Properties, context: Context): Promise<Properties[]> {
  const inputs = selectionOf(validListArguments(args, context));
  const { collection, selection, service, identity, limit } = sweep.sweepSettings(inputs);
  const { client } = connect(context, service, identity);
  const found: Properties[] = [];
  for await (const page of listPages({ client, name: collection, selection, deadline: Deadline.after(timeout) })) {
    const [undecided] = page.undecided;
    if (undecided) {
      throw new StepError(
        `${collection}: \`match.name\` takes too long to match the name ${quote(singleLine(undecided.name, 120))}. Use a glob with fewer wildcards.`,
      );
    }
    for (const operation of page.operations) {
      found.push(result(service, shownName(operation.name), observed(initialRecord, operation)));
    }
    if (found.length > limit) {
      throw new StepError(
        `${collection}: more than ${limit} operations match. Narrow \`filter\` or \`match\`, or raise \`limit\`.`,
      );
    }
  }
  return found;
}

/**
 * Returns the arguments of {@link getOperation}, without those that are undefined.
 *
 * @throws {StepError} if an argument isn't valid
 */
export function validGetArguments(args: Properties, context: Context): Properties {
  const { strange, known } = divided(args, ["operation", ...commonArguments]);
  refuse([...strange, ...request.validateRequestInputs(known, context)]);
  return known;
}

/**
 * Returns the arguments of {@link listOperations}, without those that are undefined.
 *
 * @throws {StepError} if an argument isn't valid
 */
export function validListArguments(args: Properties, context: Context): Properties {
  const { strange, known } = divided(args, ["collection", "filter", "match", "limit", ...commonArguments]);
  refuse([...strange, ...sweep.validateSweepInputs(selectionOf(known), context)]);
  return known;
}

/** Returns the arguments of a sweep. A listing without a selection lists everything. */
function selectionOf(known: Properties): Properties {
  const selects = known["filter"] !== undefined || Object.keys(known["match"] ?? {}).length > 0;
  return selects ? known : { ...known, all: true };
}

/**
 * Returns a result without the time of the lookup. It would differ in each lookup, and change everything that depends
 * on the result.
 */
function result({ host }: Service, name: string, { outcome, operation }: CancellationRecord): Properties {
  return { id: fullName(host, name), name, outcome, ...operation };
}

/**
 * Returns the arguments that a lookup has, and an issue for each other one. A lookup lacks many of a resource's
 * arguments.
 */
function divided(args: Properties, names: readonly string[]): { known: Properties; strange: Issue[] } {
  const given = Object.entries(args).filter(([, value]) => value !== undefined);
  return {
    known: Object.fromEntries(given.filter(([name]) => names.includes(name))),
    strange: given
      .filter(([name]) => !names.includes(name))
      .map(([property]) => ({
        property,
        reason: unknownProperty(property, names, "isn't an argument of this lookup"),
      })),
  };
}

function refuse(failures: readonly Issue[]): void {
  if (failures.length === 0) return;
  const reasons = failures.map((failure) => `- ${describeIssue(failure)}`);
  throw new StepError(`The arguments of this lookup aren't valid:\n${reasons.join("\n")}`);
}
