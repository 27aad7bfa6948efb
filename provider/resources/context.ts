import type { ConfigReader } from "../auth/configSources";
import { CredentialError } from "../auth/credentialError";
import { defaultUniverse, type Identity, type IdentityArgs, resolveIdentity } from "../auth/identity";
import { headerSource } from "../auth/tokenCache";
import type { OperationsClient } from "../operations/client";
import { StepError } from "./errors";
import { HintingClient } from "./errorHints";
import { endpointIssue, type Service } from "./inputs/service";
import type { Issue } from "./inputs/schema";

/** What a step receives besides its properties. */
export interface Context {
  readonly config: ConfigReader;
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * The config of an endpoint to call instead of the service's own, for example an emulator, or a private or regional
 * one.
 */
const endpointKey = "cancellation:endpoint";

/** Returns the issues of the settings that every step needs. */
export function validateContext(context: Context): Issue[] {
  const override = context.config(endpointKey);
  const fault = override ? endpointIssue(override) : undefined;
  const reasons = [
    ...(fault === undefined ? [] : [`the config ${endpointKey} ${fault}`]),
    ...validateIdentity(context),
  ];
  return reasons.map((reason) => ({ property: "service", reason }));
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
 * Returns a client that calls a service as the configured identity.
 *
 * @throws {StepError} if the endpoint isn't valid
 * @throws {CredentialError} if the configured identity can't call the service
 */
export function clientFor(context: Context, service: Service, identity: IdentityArgs): OperationsClient {
  // Validates again, because the engine reads and deletes without a check. A token must not go to another host.
  const [failure] = validateContext(context);
  const fault = failure?.reason ?? endpointIssue(service.endpoint);
  if (fault !== undefined) throw new StepError(failure ? fault : `service.endpoint ${fault}`);
  const caller = resolveIdentity(identity, context.config, context.environment);
  const override = context.config(endpointKey);
  const endpoint = override ? new URL(override).origin : inUniverse(service.endpoint, caller);
  const headers = headerSource(caller, service.scopes, endpoint, context.environment);
  return new HintingClient({ endpoint, version: service.version, headers }, { service, identity: caller });
}

/**
 * Returns a service's endpoint in the identity's universe. Ids keep the service's own host, as with
 * `cancellation:endpoint`.
 */
function inUniverse(endpoint: string, { universeDomain = defaultUniverse }: Identity): string {
  const { hostname, port } = new URL(endpoint);
  // The domain itself belongs to the universe too.
  if (!`.${hostname}`.endsWith(`.${defaultUniverse}`)) return endpoint;
  return `https://${hostname.slice(0, -defaultUniverse.length)}${universeDomain}${port && `:${port}`}`;
}
