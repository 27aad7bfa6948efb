import type { AuthClient, OAuth2Client } from "google-auth-library";

/** A user to act for, by domain-wide delegation, without the service account's key. */
export interface Delegation {
  /** The client that asks the IAM Credentials API to sign. */
  readonly caller: AuthClient;
  /** Address of the service account that has domain-wide delegation. */
  readonly account: string;
  /** The accounts between the caller and that account, in IAM's form. */
  readonly delegates: readonly string[];
  /** Address of the user. */
  readonly subject: string;
  readonly scopes: readonly string[];
}

/** Exchanges assertions for tokens, and is their audience. Domain-wide delegation exists only in this universe. */
const tokenEndpoint = "https://oauth2.googleapis.com/token";
const iamCredentials = "https://iamcredentials.googleapis.com";
const grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/** The lifetime of an assertion, in seconds: the maximum that Google's token endpoint accepts. */
const lifetime = 3600;

/**
 * Returns a client that acts for a user with assertions that the IAM Credentials API signs. google-auth-library
 * supports this only with a key.
 *
 * Source: the references of `projects.serviceAccounts.signJwt` and of OAuth 2.0 for server to server applications.
 */
export async function delegatedClient(delegation: Delegation): Promise<AuthClient> {
  const { OAuth2Client } = await import("google-auth-library");
  const client = new OAuth2Client();
  client.refreshHandler = async () => exchange(client, await signAssertion(delegation));
  return client;
}

async function signAssertion({ caller, account, delegates, subject, scopes }: Delegation): Promise<string> {
  const iat = Math.floor(Date.now() / 1000);
  const claims = { iss: account, sub: subject, scope: scopes.join(" "), aud: tokenEndpoint, iat, exp: iat + lifetime };
  const { data } = await caller.request<{ signedJwt?: unknown }>({
    url: `${iamCredentials}/v1/projects/-/serviceAccounts/${encodeURIComponent(account)}:signJwt`,
    method: "POST",
    data: { payload: JSON.stringify(claims), delegates: [...delegates] },
    responseType: "json",
  });
  if (typeof data.signedJwt === "string") return data.signedJwt;
  throw new Error("the IAM Credentials API responded to signJwt without a signed assertion");
}

async function exchange(
  client: OAuth2Client,
  assertion: string,
): Promise<{ access_token: string; expiry_date: number }> {
  const { data } = await client.transporter.request<{ access_token?: unknown; expires_in?: unknown }>({
    url: tokenEndpoint,
    method: "POST",
    data: new URLSearchParams({ grant_type: grantType, assertion }),
    responseType: "json",
  });
  const { access_token: token, expires_in: seconds } = data;
  if (typeof token !== "string" || typeof seconds !== "number") {
    throw new Error("the token endpoint responded without an access token");
  }
  return { access_token: token, expiry_date: Date.now() + seconds * 1000 };
}
