/** Who calls: google-auth-library, and the settings of @pulumi/gcp. */
import { Credential } from "./tokenCache";
import { type Identity, isConfigured } from "./identity";

export { CredentialError } from "./credentialErrors";
export { defaultUniverse, type Identity, type IdentityArgs, resolveIdentity } from "./identity";
export type { ConfigReader } from "./configSources";
export { staleTokenHint } from "./credentialErrors";

/** One credential for all resources of a process that share an identity and scopes, so one token. */
const credentials = new Map<string, Credential>();

/**
 * The headers that say who calls `endpoint`: none for a loopback `http://` endpoint, as long as nothing is configured, so
 * that the emulator works for anyone.
 */
export function headerSource(
  identity: Identity,
  scopes: readonly string[],
  endpoint: string,
  environment: NodeJS.ProcessEnv,
): (refused?: string, timeout?: number) => Promise<Record<string, string>> {
  if (endpoint.startsWith("http://") && !isConfigured(identity, environment)) return () => Promise.resolve({});
  const key = JSON.stringify([identity, scopes]);
  let credential = credentials.get(key);
  if (!credential) {
    credential = new Credential(identity, scopes);
    credentials.set(key, credential);
  }
  const found = credential;
  return (refused, timeout) => found.headers(refused, timeout);
}
