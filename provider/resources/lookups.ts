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
import { selects } from "./inputs/selection";
import { describeIssue, duration, type Issue, unknownProperty, validateSchema } from "./inputs/schema";

/** How long a lookup may take if `timeout` doesn't say, in milliseconds. A preview waits for its lookups. */
const defaultTimeout = 60_000;

/** The arguments of every lookup. All but the last are arguments of resources too. */
const commonArguments = ["service", "impersonateServiceAccount", "subject", "timeout"];

/** The arguments of {@link getOperation}. */
export const getArguments = ["operation", ...commonArguments];

/** The arguments of {@link listOperations}. */
export const listArguments = ["collection", "filter", "match", "limit", ...commonArguments];

/**
 * Reads one operation.
 *
 * @throws {StepError} before any call, if an argument isn't valid
 * @throws an error if the response is ambiguous
 */
export async function getOperation(args: Properties, context: Context): Promise<Properties> {
  const { timeout, ...known } = validGetArguments(args, context);
  const deadline = deadlineOf(timeout, context);
  const { operation, service, identity } = request.requestSettings(known);
  const { client } = connect(context, service, identity);
  const target = { client, name: operation, deadline, display: context };
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
  const { timeout, ...known } = validListArguments(args, context);
  const inputs = selectionOf(known);
  const deadline = deadlineOf(timeout, context);
  const { collection, selection, service, identity, limit } = sweep.sweepSettings(inputs);
  const { client } = connect(context, service, identity);
  const listing = { client, name: collection, selection, deadline };
  return withinTimeout(deadline, () => collect(listing, service, limit, context));
}

/** Returns the operations of a listing, of which there may be `limit`. Shows how far it is. */
async function collect(listing: Collection, service: Service, limit: number, context: Context): Promise<Properties[]> {
  const { name: collection, deadline } = listing;
  const found: Properties[] = [];
  let pages = 0;
  const stopShowing = showProgress(context, deadline.start, () => describeListing(collection, pages, found.length));
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
 * Returns the arguments of {@link getOperation}, without those that are undefined.
 *
 * @throws {StepError} if an argument isn't valid
 */
export function validGetArguments(args: Properties, context: Context): Properties {
  return validArguments(args, getArguments, (known) => request.validateRequestInputs(known, context));
}

/**
 * Returns the arguments of {@link listOperations}, without those that are undefined.
 *
 * @throws {StepError} if an argument isn't valid
 */
export function validListArguments(args: Properties, context: Context): Properties {
  return validArguments(args, listArguments, (known) => sweep.validateSweepInputs(selectionOf(known), context));
}

/** Returns the arguments of a sweep. A listing without a selection lists everything. */
function selectionOf(known: Properties): Properties {
  return selects(known["filter"]) || selects(known["match"]) ? known : { ...known, all: true };
}

/**
 * Returns a result without the time of the lookup. It would differ in each lookup, and change everything that depends
 * on the result.
 */
function result({ host }: Service, name: string, { outcome, operation }: CancellationRecord): Properties {
  return { id: fullName(host, name), name, outcome, ...operation };
}

/**
 * Returns the arguments of a lookup that are given.
 *
 * @param validate validates the arguments that a resource has too
 * @throws {StepError} if an argument isn't valid, or if a lookup doesn't have it
 */
function validArguments(
  args: Properties,
  names: readonly string[],
  validate: (known: Properties) => readonly Issue[],
): Properties {
  const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
  const unknown = Object.keys(given).filter((name) => !names.includes(name));
  const { timeout, ...known } = Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name)));
  refuse([
    ...unknown.map((property) => ({
      property,
      reason: unknownProperty(property, names, "isn't an argument of this lookup"),
    })),
    ...validateSchema(timeoutSchema, { timeout }),
    ...validate(known),
  ]);
  return given;
}

const timeoutSchema = v.object({ timeout: v.optional(duration) });

/** Returns the deadline of a lookup with a valid `timeout`. */
function deadlineOf(timeout: unknown, { interruption }: Context): Deadline {
  const milliseconds = typeof timeout === "string" ? parseDuration(timeout) : undefined;
  return Deadline.after(milliseconds ?? defaultTimeout, interruption);
}

function refuse(failures: readonly Issue[]): void {
  if (failures.length === 0) return;
  const reasons = failures.map((failure) => `- ${describeIssue(failure)}`);
  throw new StepError(`The arguments of this lookup aren't valid:\n${reasons.join("\n")}`);
}
