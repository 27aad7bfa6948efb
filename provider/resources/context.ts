import type { ConfigReader } from "../auth/configSources";
import { CredentialError } from "../auth/credentialError";
import { defaultUniverse, type Identity, type IdentityArgs, resolveIdentity } from "../auth/identity";
import { headerSource } from "../auth/tokenCache";
import type { OperationsClient } from "../operations/client";
import { StepError } from "./errors";
import { HintingClient } from "./errorHints";
import { endpointIssue, type Service } from "./inputs/service";
import type { Issue } from "./inputs/schema";

/** What a step is run with, besides its properties. */
export interface Context {
  readonly config: ConfigReader;
  readonly environment: NodeJS.ProcessEnv;
}

/** Calls go here in place of the service's own endpoint: an emulator, a private endpoint, a regional one. */
const endpointKey = "cancellation:endpoint";

/** What is wrong with the settings that every step needs. */
export function validateContext(context: Context): Issue[] {
  const override = context.config(endpointKey);
  const fault = override ? endpointIssue(override) : undefined;
  const reasons = [
    ...(fault === undefined ? [] : [`the config ${endpointKey} ${fault}`]),
    ...validateIdentity(context),
  ];
  return reasons.map((reason) => ({ property: "service", reason }));
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
 * A client for a service, that calls as the configured identity.
 *
 * @throws {StepError} when the service can't be called there
 * @throws {CredentialError} when the configured identity can't call it
 */
export function clientFor(context: Context, service: Service, identity: IdentityArgs): OperationsClient {
  // Checked again: the engine reads and deletes without a check before, and a token must not go astray.
  const [failure] = validateContext(context);
  const fault = failure?.reason ?? endpointIssue(service.endpoint);
  if (fault !== undefined) throw new StepError(failure ? fault : `service.endpoint ${fault}`);
  const caller = resolveIdentity(identity, context.config, context.environment);
  const override = context.config(endpointKey);
  const endpoint = override ? new URL(override).origin : inUniverse(service.endpoint, caller);
  const headers = headerSource(caller, service.scopes, endpoint, context.environment);
  return new HintingClient({ endpoint, version: service.version, headers }, { service, identity: caller });
}

/** Where a service is in the universe that is called: its name stays, and so does its id, as with any endpoint of the config. */
function inUniverse(endpoint: string, { universeDomain = defaultUniverse }: Identity): string {
  const { hostname, port } = new URL(endpoint);
  // The domain itself belongs to the universe too. A port stays, as the service's name does.
  if (!`.${hostname}`.endsWith(`.${defaultUniverse}`)) return endpoint;
  return `https://${hostname.slice(0, -defaultUniverse.length)}${universeDomain}${port && `:${port}`}`;
}
