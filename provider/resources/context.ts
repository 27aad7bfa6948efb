import { CredentialError } from "../auth/credentialError";
import { Deadline } from "../common/deadline";
import { describeCaller, type Identity, type IdentityArgs, resolveIdentity } from "../auth/identity";
import { headerSource, needsNoCredential } from "../auth/tokenCache";
import type { OperationsClient } from "../operations/client";
import { observeCalls } from "./callProgress";
import { type Endpoint, endpointFor, holdsAt, isRefusedAt, type Settings, validateEndpoints } from "./endpoint";
import { describeOtherEndpoint, leaveEmulator, StepError } from "./errors";
import { HintingClient } from "./errorHints";
import { type Display, type Log, showWarning } from "./progress";
import { endpointIssue, type Service } from "./inputs/service";
import { type Issue, type TimedStep, timeoutOf } from "./inputs/schema";

/** What a step receives besides its properties. */
export interface Context extends Settings, Display {
  /** The time limit of the step in milliseconds. Absent if none is set, or if the host passes it as an argument. */
  readonly timeout?: number;
  /** Aborts when the user interrupts the deployment. Absent if the host can't tell. */
  readonly interruption?: AbortSignal;
}

/** Returns the deadline of a step that begins now. */
export function stepDeadline(
  { timeout, interruption }: Context,
  { customTimeouts }: { readonly customTimeouts: Readonly<Record<string, string>> | undefined },
  step: TimedStep,
): Deadline {
  return Deadline.after(timeout ?? timeoutOf(customTimeouts, step), interruption);
}

/** A client, and the endpoint that it calls. */
export interface Connection {
  readonly client: OperationsClient;
  readonly endpoint: string;
}

/** Returns the issues of the settings that every step needs. Settings aren't arguments, so the issues name no property. */
export function validateContext(context: Context): Issue[] {
  const reasons = [...validateEndpoints(context), ...validateIdentity(context)];
  return reasons.map((reason) => ({ property: "", reason }));
}

/** Returns the issues of the identity that the stack configures, without a resource's own arguments. */
function validateIdentity({ config, environment }: Context): string[] {
  try {
    resolveIdentity({}, config, environment);
    return [];
  } catch (error) {
    if (error instanceof CredentialError) return [error.message];
    throw error;
  }
}

/**
 * Returns a client that calls a service as the configured identity. Shows once where the calls go.
 *
 * @throws {StepError} if the endpoint isn't valid
 * @throws {CredentialError} if the configured identity can't call the service
 */
export function connect(context: Context, service: Service, args: IdentityArgs): Connection {
  // Validates again, because the engine reads and deletes without a check. A token must not go to another host.
  const [issue] = validateContext(context);
  if (issue) throw new StepError(issue.reason);
  const own = endpointIssue(service.endpoint);
  if (own !== undefined) throw new StepError(`service.endpoint ${own}`);
  const destination = destinationOf(context, service, args);
  announce(context, destination, args);
  const { identity, origin } = destination;
  const headers = headerSource(identity, service.scopes, origin, context.environment);
  const options = { endpoint: origin, version: service.version, headers, observe: observeCalls(context.log, origin) };
  return { client: new HintingClient(options, { service, identity }), endpoint: origin };
}

/**
 * Returns whether a record holds at the endpoint that a step would call. Makes no call. Returns true if a setting isn't
 * valid.
 */
export function isRecordedHere(
  { endpoint: recorded }: { readonly endpoint?: string },
  { service, identity }: { readonly service: Service; readonly identity: IdentityArgs },
  context: Context,
): boolean {
  const called = validDestination(context, service, identity);
  return called === undefined || holdsAt(recorded, called.origin);
}

/** Shows once why a record that doesn't hold at the endpoint that a step would call causes an update. */
export function explainUpdate(
  label: string,
  { endpoint: recorded }: { readonly endpoint?: string },
  { service, identity }: { readonly service: Service; readonly identity: IdentityArgs },
  context: Context,
): void {
  const called = validDestination(context, service, identity);
  if (recorded === undefined || called === undefined) return;
  logOnce(
    context,
    `${label}: the state records what happened at ${recorded}. Calls go to ${called.origin}, so the next update asks there.`,
  );
}

/** Warns once that a step is going to fail, because the record is a service's and the calls go to an emulator. */
export function warnOfEmulator(
  label: string,
  { endpoint: recorded }: { readonly endpoint?: string },
  { service, identity }: { readonly service: Service; readonly identity: IdentityArgs },
  context: Context,
  step: "The update" | "A destroy",
): void {
  const called = validDestination(context, service, identity);
  if (recorded === undefined || called === undefined || !isRefusedAt(recorded, called.origin)) return;
  warnOnce(context, `${label}: ${describeOtherEndpoint(recorded, called.origin)} ${step} will fail. ${leaveEmulator}`);
}

/** Shows once where the calls of a resource go, also in a preview. Shows nothing if a setting isn't valid. */
export function announceCalls(context: Context, service: Service, args: IdentityArgs): void {
  const destination = validDestination(context, service, args);
  if (destination) announce(context, destination, args);
}

/** Where calls go, and as whom. */
interface Destination extends Endpoint {
  readonly identity: Identity;
}

/** Reads only settings. */
function destinationOf(context: Context, service: Service, args: IdentityArgs): Destination {
  const identity = resolveIdentity(args, context.config, context.environment);
  return { identity, ...endpointFor(service, context, identity.universeDomain) };
}

/** Returns `undefined` if a setting isn't valid. The step that makes the calls reports it. */
function validDestination(context: Context, service: Service, args: IdentityArgs): Destination | undefined {
  try {
    return destinationOf(context, service, args);
  } catch (error) {
    if (error instanceof CredentialError || error instanceof StepError) return undefined;
    throw error;
  }
}

/** The lines that are shown only once, by where they go. A process has one place, and each deployment a process. */
const shownOnce = new WeakMap<Context["log"], Set<string>>();

/** Shows a line at the stack, unless it has been shown. */
export function logOnce({ log }: Context, line: string): void {
  if (isFirst(log, line)) log(line);
}

/** Shows a warning about the step's resource, unless it has been shown. */
export function warnOnce(context: Context, line: string): void {
  if (isFirst(context.log, line)) showWarning(context, line);
}

function isFirst(log: Log, line: string): boolean {
  const shown = shownOnce.get(log) ?? new Set();
  shownOnce.set(log, shown);
  if (shown.has(line)) return false;
  shown.add(line);
  return true;
}

function announce(context: Context, { identity, origin, source }: Destination, args: IdentityArgs): void {
  const isAnonymous = needsNoCredential(identity, origin, context.environment);
  const caller = isAnonymous ? "without a credential" : describeCaller(identity, args, context);
  logOnce(context, `Calls go to ${origin} (${source}), ${caller}.`);
}
