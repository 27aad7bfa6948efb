import { type ConfigReader, headerSource, type IdentityArgs, resolveIdentity } from "../auth";
import { OperationsClient } from "../operations";
import { StepError } from "./errors";
import { endpointFault, type Service } from "./service";
import type { Failure } from "./validation";

/** What a step is run with, besides its properties. */
export interface Context {
  readonly config: ConfigReader;
  readonly environment: NodeJS.ProcessEnv;
}

/** Calls go here in place of the service's own endpoint: an emulator, a private endpoint, a regional one. */
const endpointKey = "cancellation:endpoint";

/** What is wrong with the settings that every step needs. */
export function settingsFailures(context: Context): Failure[] {
  const override = context.config(endpointKey);
  const fault = override ? endpointFault(override) : undefined;
  return fault === undefined ? [] : [{ property: "service", reason: `the config ${endpointKey} ${fault}` }];
}

/**
 * A client for a service, calling as whoever is configured.
 *
 * @throws {StepError} when the service can't be called there
 */
export function clientFor(context: Context, service: Service, identity: IdentityArgs): OperationsClient {
  // Checked again: the engine reads and deletes without a check before, and a token must not go astray.
  const [failure] = settingsFailures(context);
  const fault = failure?.reason ?? endpointFault(service.endpoint);
  if (fault !== undefined) throw new StepError(failure ? fault : `service.endpoint ${fault}`);
  const override = context.config(endpointKey);
  const endpoint = override ? new URL(override).origin : service.endpoint;
  const resolved = resolveIdentity(identity, context.config, context.environment);
  return new OperationsClient({
    endpoint,
    version: service.version,
    headers: headerSource(resolved, service.scopes, endpoint, context.environment),
  });
}
