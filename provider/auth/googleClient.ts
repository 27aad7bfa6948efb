import type { AuthClient, gaxios, GoogleAuth } from "google-auth-library";
import { readFile } from "node:fs/promises";
import { CredentialError } from "./credentialError";
import { delegatedClient } from "./delegation";
import { defaultUniverse, type Identity } from "./identity";
import { limitClient, limitTransport, rememberCredential } from "./transport";

/** The scope that a caller of the IAM Credentials API needs. */
const iamScope = "https://www.googleapis.com/auth/cloud-platform";

/**
 * Creates google-auth-library's client for an identity.
 *
 * @throws {CredentialError} and the errors of google-auth-library
 */
export async function createClient(identity: Identity, scopes: readonly string[]): Promise<AuthClient> {
  const { gaxios } = await import("google-auth-library");
  bypassProxyForMetadataServer(gaxios.instance, process.env);
  limitTransport(gaxios.instance);
  const client = await clientOf(identity, scopes);
  limitClient(client);
  if (identity.quotaProject !== undefined) client.quotaProjectId = identity.quotaProject;
  return client;
}

async function clientOf(identity: Identity, scopes: readonly string[]): Promise<AuthClient> {
  const { impersonateServiceAccount: target, subject } = identity;
  if (subject !== undefined) return clientActingFor(subject, identity, scopes);
  if (target === undefined) return (await baseClient(identity, scopes)).client;
  const { Impersonated } = await import("google-auth-library");
  return new Impersonated({
    sourceClient: (await baseClient(identity, [iamScope])).client,
    targetPrincipal: target,
    delegates: [...identity.delegates],
    targetScopes: [...scopes],
  });
}

async function clientActingFor(subject: string, identity: Identity, scopes: readonly string[]): Promise<AuthClient> {
  const { JWT } = await import("google-auth-library");
  const { client, auth } = await baseClient(identity, [iamScope]);
  if (identity.impersonateServiceAccount === undefined && client instanceof JWT) {
    // A key signs the assertion itself.
    client.subject = subject;
    client.scopes = [...scopes];
    return client;
  }
  const account = identity.impersonateServiceAccount ?? (await auth?.getCredentials())?.client_email;
  if (!account) {
    throw new CredentialError(
      `${identity.source ?? "The application default credentials"}: can't act for ${subject}, because the service ` +
        "account with domain-wide delegation is unknown. Set the argument `impersonateServiceAccount`, or the config " +
        "cancellation:impersonateServiceAccount, or use the service account's key.",
    );
  }
  return delegatedClient({ caller: client, account, delegates: identity.delegates, subject, scopes });
}

/** A client, and the object that found its credentials. There is none for an access token. */
interface Base {
  readonly client: AuthClient;
  readonly auth?: GoogleAuth;
}

/** Returns the client of the configured credential, or else of application default credentials. */
async function baseClient(identity: Identity, scopes: readonly string[]): Promise<Base> {
  const { GoogleAuth, OAuth2Client } = await import("google-auth-library");
  const { accessToken, credentials, source = "The credential" } = identity;
  const universe = identity.universeDomain === undefined ? {} : { universeDomain: identity.universeDomain };
  if (accessToken !== undefined) {
    // Checked here, because the message of a later check would quote the token.
    const issue = checkToken(accessToken.trim());
    if (issue !== undefined) throw new CredentialError(`${source}: the access token ${issue}.`);
    rememberCredential({ token: accessToken.trim() });
    const client = new OAuth2Client(universe);
    client.setCredentials({ access_token: accessToken.trim() });
    limitClient(client);
    return { client };
  }
  const content = credentials === undefined ? undefined : await readCredentials(credentials, source);
  rememberCredential(content);
  const auth = new GoogleAuth({
    scopes: [...scopes],
    // A placeholder. Without it, GoogleAuth searches for a project with gcloud and with calls that may fail.
    projectId: "-",
    ...universe,
    ...(content && { credentials: content }),
  });
  const client = await auth.getClient();
  rememberCredential(auth.jsonContent);
  limitClient(client);
  assertUniverse(client, identity);
  return { client, auth };
}

/** Throws if the credential belongs to another universe. It isn't valid there, and must not be sent there. */
function assertUniverse(client: AuthClient, { universeDomain, subject, source }: Identity): void {
  const { universeDomain: own } = client;
  if (own.toLowerCase() === (universeDomain ?? defaultUniverse)) return;
  const advice =
    subject === undefined
      ? `Set the config cancellation:universeDomain to ${own}.`
      : "Leave out `subject`, because domain-wide delegation doesn't exist in that universe, and set the config " +
        `cancellation:universeDomain to ${own}.`;
  throw new CredentialError(
    `${source ?? "The application default credentials"}: the credentials belong to the universe ${own}, but calls go ` +
      `to ${universeDomain ?? defaultUniverse}. ${advice}`,
  );
}

/**
 * Reads a credentials file. As in @pulumi/gcp, the given text is its content or its path.
 *
 * @param source where the text was given, for messages
 * @throws {CredentialError} with a message that never quotes the content
 */
export async function readCredentials(given: string, source: string): Promise<Record<string, unknown>> {
  let text = given;
  if (!given.trimStart().startsWith("{")) {
    text = await readFile(given.trim(), "utf8").catch(() => {
      throw new CredentialError(
        `${source}: the value is neither the content of a credentials file nor the path of a readable file.`,
      );
    });
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // The parser's message would quote the key.
    throw new CredentialError(`${source}: the credentials aren't valid JSON.`);
  }
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw new CredentialError(`${source}: the credentials aren't a JSON object.`);
  }
  return content as Record<string, unknown>;
}

const hosts = ["169.254.169.254", "metadata.google.internal", "metadata.google.internal."];

/**
 * Makes google-auth-library call the metadata server without the configured proxy. The metadata server uses plain http,
 * so a proxy would read its tokens. A proxy would also return the credentials of its own machine.
 *
 * @param transport the transport that gcp-metadata uses
 */
export function bypassProxyForMetadataServer(transport: gaxios.Gaxios, environment: NodeJS.ProcessEnv): void {
  const given = environment["GCE_METADATA_IP"] || environment["GCE_METADATA_HOST"];
  const url = given && (/^https?:\/\//.test(given) ? given : `http://${given}`);
  const exempt = url && URL.canParse(url) ? [...hosts, new URL(url).hostname] : hosts;
  const { noProxy = [] } = transport.defaults;
  transport.defaults.noProxy = [...new Set([...noProxy, ...exempt])];
}

/** The maximum length of an access token. Servers refuse longer headers, so no real token is longer. */
const maxLength = 16 * 1024;

/** Returns why a text can't be sent as an access token, or `undefined` if it can. The reason doesn't quote the text. */
export function checkToken(token: string): string | undefined {
  if (token === "") return "is empty";
  if (token.length > maxLength)
    return `has ${token.length} characters, more than the ${maxLength} that a header can hold`;
  return /^[\x21-\x7e]+$/.test(token) ? undefined : "has spaces, control characters, or characters that aren't ASCII";
}
