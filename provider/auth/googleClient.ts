import type { AuthClient, gaxios, GoogleAuth } from "google-auth-library";
import { readFile } from "node:fs/promises";
import { CredentialError } from "./credentialError";
import { delegatedClient } from "./delegation";
import { defaultUniverse, type Identity } from "./identity";
import { limitClient, limitTransport, rememberCredential } from "./transport";

/** What the caller of the IAM Credentials API needs a token for. */
const iamScope = "https://www.googleapis.com/auth/cloud-platform";

/**
 * google-auth-library's client of an identity.
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
    // A key signs its own assertion.
    client.subject = subject;
    client.scopes = [...scopes];
    return client;
  }
  const account = identity.impersonateServiceAccount ?? (await auth?.getCredentials())?.client_email;
  if (!account) {
    throw new CredentialError(
      `${identity.source ?? "The application default credentials"}: can't act for ${subject}, because no service account ` +
        "is known that the domain was delegated to. Name it with `impersonateServiceAccount` (the resource's, or " +
        "config cancellation:impersonateServiceAccount or gcp:impersonateServiceAccount), or give its key.",
    );
  }
  return delegatedClient({ caller: client, account, delegates: identity.delegates, subject, scopes });
}

/** A client, and what it was found by; an access token says nothing of itself. */
interface Base {
  readonly client: AuthClient;
  readonly auth?: GoogleAuth;
}

/** The client of the configured credential itself, or of application default credentials. */
async function baseClient(identity: Identity, scopes: readonly string[]): Promise<Base> {
  const { GoogleAuth, OAuth2Client } = await import("google-auth-library");
  const { accessToken, credentials, source = "The credential" } = identity;
  const universe = identity.universeDomain === undefined ? {} : { universeDomain: identity.universeDomain };
  if (accessToken !== undefined) {
    // Refused here, because the message of any later check would quote it.
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
    // No project is needed. Without one it would be looked for, with gcloud and with calls that may fail.
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

/** A credential of one universe is worth nothing in another, and must not be sent there. */
function assertUniverse(client: AuthClient, { universeDomain, subject, source }: Identity): void {
  const { universeDomain: own } = client;
  if (own.toLowerCase() === (universeDomain ?? defaultUniverse)) return;
  const advice =
    subject === undefined
      ? `Set the config gcp:universeDomain to ${own}.`
      : `There is no domain-wide delegation there, so leave out \`subject\`, and set the config gcp:universeDomain to ${own}.`;
  throw new CredentialError(
    `${source ?? "The application default credentials"}: belong to the universe ${own}, and the calls go to ` +
      `${universeDomain ?? defaultUniverse}. ${advice}`,
  );
}

/**
 * Reads a credentials file. As in @pulumi/gcp, what is given is its content or its path.
 *
 * @param source where it was given, for messages
 * @throws {CredentialError} which never quotes what was read
 */
export async function readCredentials(given: string, source: string): Promise<Record<string, unknown>> {
  let text = given;
  if (!given.trimStart().startsWith("{")) {
    text = await readFile(given.trim(), "utf8").catch(() => {
      throw new CredentialError(
        `${source}: is neither a credentials file's content nor the path of a file that can be read.`,
      );
    });
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // The parser's message would quote the key.
    throw new CredentialError(`${source}: is no valid JSON.`);
  }
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw new CredentialError(`${source}: is no JSON object.`);
  }
  return content as Record<string, unknown>;
}

const hosts = ["169.254.169.254", "metadata.google.internal", "metadata.google.internal."];

/**
 * Has the metadata server asked without a proxy. It speaks plain http, so that a proxy would read the tokens it gives; and
 * what a proxy answered would be its own machine's credentials. google-auth-library asks it through whichever proxy is
 * configured.
 *
 * @param transport the one that gcp-metadata uses
 */
export function bypassProxyForMetadataServer(transport: gaxios.Gaxios, environment: NodeJS.ProcessEnv): void {
  const given = environment["GCE_METADATA_IP"] || environment["GCE_METADATA_HOST"];
  const url = given && (/^https?:\/\//.test(given) ? given : `http://${given}`);
  const exempt = url && URL.canParse(url) ? [...hosts, new URL(url).hostname] : hosts;
  const { noProxy = [] } = transport.defaults;
  transport.defaults.noProxy = [...new Set([...noProxy, ...exempt])];
}

/** Longer than any token that is given out: a server refuses headers of this size. */
const maxLength = 16 * 1024;

/** Returns why a text can't be sent as an access token, without the text, or `undefined` where it can. */
export function checkToken(token: string): string | undefined {
  if (token === "") return "is empty";
  if (token.length > maxLength)
    return `has ${token.length} characters, more than the ${maxLength} that a header can hold`;
  return /^[\x21-\x7e]+$/.test(token) ? undefined : "holds spaces, control characters or characters that are not ASCII";
}
