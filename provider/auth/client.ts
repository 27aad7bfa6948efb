import type { AuthClient, GoogleAuth } from "google-auth-library";
import { CredentialError } from "./credentialError";
import { readCredentials } from "./credentialsFile";
import { delegatedClient } from "./delegation";
import { defaultUniverse, type Identity } from "./identity";
import { exemptMetadataServer } from "./metadataServer";
import { checkToken } from "./token";
import { limitClient, limitTransport, rememberCredential } from "./transport";

/** What the caller of the IAM Credentials API needs a token for. */
const iamScope = "https://www.googleapis.com/auth/cloud-platform";

/**
 * google-auth-library's client of an identity.
 *
 * @throws {CredentialError} and whatever google-auth-library throws
 */
export async function createClient(identity: Identity, scopes: readonly string[]): Promise<AuthClient> {
  const { gaxios } = await import("google-auth-library");
  exemptMetadataServer(gaxios.instance, process.env);
  limitTransport(gaxios.instance);
  const client = await clientOf(identity, scopes);
  limitClient(client);
  if (identity.quotaProject !== undefined) client.quotaProjectId = identity.quotaProject;
  return client;
}

async function clientOf(identity: Identity, scopes: readonly string[]): Promise<AuthClient> {
  const { impersonateServiceAccount: target, subject } = identity;
  if (subject !== undefined) return actingFor(subject, identity, scopes);
  if (target === undefined) return (await baseOf(identity, scopes)).client;
  const { Impersonated } = await import("google-auth-library");
  return new Impersonated({
    sourceClient: (await baseOf(identity, [iamScope])).client,
    targetPrincipal: target,
    delegates: [...identity.delegates],
    targetScopes: [...scopes],
  });
}

async function actingFor(subject: string, identity: Identity, scopes: readonly string[]): Promise<AuthClient> {
  const { JWT } = await import("google-auth-library");
  const { client, auth } = await baseOf(identity, [iamScope]);
  if (identity.impersonateServiceAccount === undefined && client instanceof JWT) {
    // Who has the key signs for himself.
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
async function baseOf(identity: Identity, scopes: readonly string[]): Promise<Base> {
  const { GoogleAuth, OAuth2Client } = await import("google-auth-library");
  const { accessToken, credentials, source = "The credential" } = identity;
  const universe = identity.universeDomain === undefined ? {} : { universeDomain: identity.universeDomain };
  if (accessToken !== undefined) {
    // Refused here, because the message of whoever else refuses it would quote it.
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
  holdToUniverse(client, identity);
  return { client, auth };
}

/** A credential of one universe is worth nothing in another, and must not be sent there. */
function holdToUniverse(client: AuthClient, { universeDomain, subject, source }: Identity): void {
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
