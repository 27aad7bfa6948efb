import { CredentialError } from "../auth/credentialError";
import { describeCaller, type IdentityArgs, resolveIdentity } from "../auth/identity";
import { headerSource, needsNoCredential } from "../auth/tokenCache";
import type { OperationsClient } from "../operations/client";
import { type Endpoint, endpointFor, type Settings, validateEndpoints } from "./endpoint";
import { StepError } from "./errors";
import { HintingClient } from "./errorHints";
import { endpointIssue, type Service } from "./inputs/service";
import type { Issue } from "./inputs/schema";

/** What a step is run with, besides its properties. */
export interface Context extends Settings {
  /** Shows a line to the user. */
  readonly log: (line: string) => void;
}

/** A client, and where it sends its calls. */
export interface Connection {
  readonly client: OperationsClient;
  readonly endpoint: string;
}

/** What is wrong with the settings that every step needs. They are no resource's arguments, so no property is named. */
export function validateContext(context: Context): Issue[] {
  const reasons = [...validateEndpoints(context), ...validateIdentity(context)];
  return reasons.map((reason) => ({ property: "", reason }));
}

/** Validates the caller that the stack configures, without a resource's own arguments. */
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
 * Connects to a service as the configured identity. Says once where calls go.
 *
 * @throws {StepError} when the service can't be called there
 * @throws {CredentialError} when the configured identity can't call it
 */
export function connect(context: Context, service: Service, args: IdentityArgs): Connection {
  const { config, environment } = context;
  // Checked again: the engine reads and deletes without a check before, and a token must not go astray.
  const [issue] = validateContext(context);
  if (issue) throw new StepError(issue.reason);
  const own = endpointIssue(service.endpoint);
  if (own !== undefined) throw new StepError(`service.endpoint ${own}`);
  const identity = resolveIdentity(args, config, environment);
  const endpoint = endpointFor(service, context, identity.universeDomain);
  announce(context, endpoint, args);
  const { origin } = endpoint;
  const headers = headerSource(identity, service.scopes, origin, environment);
  const options = { endpoint: origin, version: service.version, headers };
  return { client: new HintingClient(options, { service, identity }), endpoint: origin };
}

/** Where calls for a service go. Reads settings only. */
export function endpointOf(context: Context, service: Service, args: IdentityArgs): string {
  const { universeDomain } = resolveIdentity(args, context.config, context.environment);
  return endpointFor(service, context, universeDomain).origin;
}

/** Says once where the calls of a resource will go, in a preview too. Says nothing while a setting isn't valid. */
export function announceCalls(context: Context, service: Service, args: IdentityArgs): void {
  if (validateContext(context).length > 0 || endpointIssue(service.endpoint) !== undefined) return;
  try {
    const { universeDomain } = resolveIdentity(args, context.config, context.environment);
    announce(context, endpointFor(service, context, universeDomain), args);
  } catch (error) {
    // The step that calls reports it.
    if (!(error instanceof CredentialError)) throw error;
  }
}

/** The lines that the process has shown. A run has a process of its own, so each of its lines is shown once. */
const announced = new Set<string>();

function announce(context: Context, { origin, source }: Endpoint, args: IdentityArgs): void {
  const { config, environment } = context;
  const isAnonymous = needsNoCredential(resolveIdentity(args, config, environment), origin, environment);
  const caller = isAnonymous ? "without a credential" : describeCaller(args, config, environment);
  const line = `Calls go to ${origin} (${source}), ${caller}.`;
  if (announced.has(line)) return;
  announced.add(line);
  context.log(line);
}
