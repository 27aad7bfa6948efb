import { CredentialError } from "../auth/credentialError";
import { describeCaller, type IdentityArgs, resolveIdentity } from "../auth/identity";
import { headerSource, needsNoCredential } from "../auth/tokenCache";
import type { OperationsClient } from "../operations/client";
import { observeCalls } from "./callProgress";
import { type Endpoint, endpointFor, type Settings, validateEndpoints } from "./endpoint";
import { StepError } from "./errors";
import { HintingClient } from "./errorHints";
import { endpointIssue, type Service } from "./inputs/service";
import type { Issue } from "./inputs/schema";

/** What a step receives besides its properties. */
export interface Context extends Settings {
  /** Shows a line to the user. */
  readonly log: (line: string) => void;
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
  const { config, environment } = context;
  // Validates again, because the engine reads and deletes without a check. A token must not go to another host.
  const [issue] = validateContext(context);
  if (issue) throw new StepError(issue.reason);
  const own = endpointIssue(service.endpoint);
  if (own !== undefined) throw new StepError(`service.endpoint ${own}`);
  const identity = resolveIdentity(args, config, environment);
  const endpoint = endpointFor(service, context, identity.universeDomain);
  announce(context, endpoint, args);
  const { origin } = endpoint;
  const headers = headerSource(identity, service.scopes, origin, environment);
  const options = { endpoint: origin, version: service.version, headers, observe: observeCalls(context.log) };
  return { client: new HintingClient(options, { service, identity }), endpoint: origin };
}

/** Returns where the calls for a service go, or `undefined` if a setting isn't valid. Reads only settings. */
export function endpointOf(context: Context, service: Service, args: IdentityArgs): string | undefined {
  try {
    const { universeDomain } = resolveIdentity(args, context.config, context.environment);
    return endpointFor(service, context, universeDomain).origin;
  } catch (error) {
    // The step that makes the calls reports it.
    if (error instanceof CredentialError || error instanceof StepError) return undefined;
    throw error;
  }
}

/** Shows once where the calls of a resource go, also in a preview. Shows nothing if a setting isn't valid. */
export function announceCalls(context: Context, service: Service, args: IdentityArgs): void {
  if (validateContext(context).length > 0 || endpointIssue(service.endpoint) !== undefined) return;
  try {
    const { universeDomain } = resolveIdentity(args, context.config, context.environment);
    announce(context, endpointFor(service, context, universeDomain), args);
  } catch (error) {
    // The step that makes the calls reports it.
    if (!(error instanceof CredentialError)) throw error;
  }
}

/** The lines that are shown only once, by where they go. A process has one place, and each deployment a process. */
const shownOnce = new WeakMap<Context["log"], Set<string>>();

/** Shows a line, unless it has been shown. */
export function logOnce({ log }: Context, line: string): void {
  const shown = shownOnce.get(log) ?? new Set();
  shownOnce.set(log, shown);
  if (shown.has(line)) return;
  shown.add(line);
  log(line);
}

function announce(context: Context, { origin, source }: Endpoint, args: IdentityArgs): void {
  const { config, environment } = context;
  const isAnonymous = needsNoCredential(resolveIdentity(args, config, environment), origin, environment);
  const caller = isAnonymous ? "without a credential" : describeCaller(args, config, environment);
  logOnce(context, `Calls go to ${origin} (${source}), ${caller}.`);
}
