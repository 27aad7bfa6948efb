import * as v from "valibot";
import { Deadline } from "../common/deadline";
import { singleLine, quote } from "../common/text";
import { CallError } from "../operations/errors";
import { fullName } from "../operations/resourceName";
import { connect, type Context } from "./context";
import { StepError } from "./errors";
import type { Properties } from "./state/record";
import { readOperation } from "./cancelOperation";
import { shownName } from "./sweep/ledger";
import { initialRecord, type CancellationRecord, observed } from "./state/record";
import * as request from "./requestInputs";
import type { Service } from "./inputs/service";
import { showProgress } from "./progress";
import { type Collection, describeListing, listPages } from "./sweep/listing";
import * as sweep from "./sweep/inputs";
import { formatDuration, parseDuration } from "./inputs/duration";
import { duration, type Issue, validateSchema } from "./inputs/schema";

/** How long a lookup may take if `timeout` doesn't say, in milliseconds. A preview waits for its lookups. */
const defaultTimeout = 60_000;

/** The arguments of every lookup that resources have too. */
const commonArguments = ["service", "impersonateServiceAccount", "subject"];

/**
 * Reads one operation.
 *
 * @throws {StepError} before any call, if an argument isn't valid
 * @throws an error if the response is ambiguous
 */
export async function getOperation(args: Properties, context: Context): Promise<Properties> {
  const { issues, known, deadline } = divided(args, ["operation", ...commonArguments]);
  refuse([...issues, ...request.validateRequestInputs(known, context)]);
  const { operation, service, identity } = request.requestSettings(known);
  const { client } = connect(context, service, identity);
  const target = { client, name: operation, deadline, log: context.log };
  const record = await withinTimeout(deadline, () => readOperation(initialRecord, target));
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
  const { issues, known, deadline } = divided(args, ["collection", "filter", "match", "limit", ...commonArguments]);
  const selects = known["filter"] !== undefined || Object.keys(known["match"] ?? {}).length > 0;
  const inputs = selects ? known : { ...known, all: true };
  refuse([...issues, ...sweep.validateSweepInputs(inputs, context)]);
  const { collection, selection, service, identity, limit } = sweep.sweepSettings(inputs);
  const { client } = connect(context, service, identity);
  const listing = { client, name: collection, selection, deadline };
  return withinTimeout(deadline, () => collect(listing, service, limit, context));
}

/** Returns the operations of a listing, of which there may be `limit`. Shows how far it is. */
async function collect(listing: Collection, service: Service, limit: number, { log }: Context): Promise<Properties[]> {
  const { name: collection, deadline } = listing;
  const found: Properties[] = [];
  let pages = 0;
  const stopShowing = showProgress(log, deadline.start, () => describeListing(collection, pages, found.length));
  try {
    for await (const page of listPages(listing)) {
      pages++;
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
  } finally {
    stopShowing();
  }
}

/** Does the work of a lookup. If it fails because the time is over, the error says how to allow more. */
async function withinTimeout<T>(deadline: Deadline, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CallError) || !deadline.passed) throw error;
    throw new StepError(
      `${error.message}. The lookup ended after ${formatDuration(deadline.allowance)}. To allow more time, set \`timeout\`.`,
    );
  }
}

/**
 * Returns a result without the time of the lookup. It would differ in each lookup, and change everything that depends
 * on the result.
 */
function result({ host }: Service, name: string, { outcome, operation }: CancellationRecord): Properties {
  return { id: fullName(host, name), name, outcome, ...operation };
}

/**
 * Divides a lookup's arguments into those that a resource has too, and `timeout`. Returns an issue for each argument
 * that a lookup lacks, and for a `timeout` that isn't valid.
 */
function divided(
  args: Properties,
  names: readonly string[],
): { known: Properties; issues: Issue[]; deadline: Deadline } {
  const { timeout, ...others } = args;
  const given = Object.entries(others).filter(([, value]) => value !== undefined);
  const strange = given
    .filter(([name]) => !names.includes(name))
    .map(([property]) => ({ property, reason: "isn't an argument of this lookup" }));
  const issues = validateSchema(timeoutSchema, { timeout });
  return {
    known: Object.fromEntries(given.filter(([name]) => names.includes(name))),
    issues: [...strange, ...issues],
    deadline: Deadline.after((typeof timeout === "string" ? parseDuration(timeout) : undefined) ?? defaultTimeout),
  };
}

const timeoutSchema = v.object({ timeout: v.optional(duration) });

function refuse(failures: readonly Issue[]): void {
  if (failures.length === 0) return;
  const reasons = failures.map(({ property, reason }) => `- ${`${property} ${reason}`.trim()}`);
  throw new StepError(`The arguments of this lookup aren't valid:\n${reasons.join("\n")}`);
}
