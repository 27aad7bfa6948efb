import { readFile } from "node:fs/promises";
import type { AuthClient } from "google-auth-library";
import type { Identity } from "./identity";

/** No token could be had. Tells where the credentials came from, and never what they are. */
export class CredentialError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "CredentialError";
  }
}

/** What an impersonated account's own credentials must be good for: asking the IAM Credentials API. */
const impersonationScope = "https://www.googleapis.com/auth/cloud-platform";

/** The credential of one identity and set of scopes. It fetches one token for all that ask at the same time. */
export class Credential {
  private client: Promise<AuthClient> | undefined;
  private pending: Promise<Record<string, string>> | undefined;
  private last: string | undefined;

  constructor(
    private readonly identity: Identity,
    private readonly scopes: readonly string[],
  ) {}

  /**
   * The headers of a call, `authorization` among them.
   *
   * @param refused the `authorization` of an earlier call that was answered 401: asks for another one
   * @throws {CredentialError}
   */
  headers(refused?: string): Promise<Record<string, string>> {
    if (refused !== undefined && refused === this.last) {
      this.last = undefined;
      this.client = undefined; // it holds the refused token
      this.pending = undefined;
    }
    this.pending ??= this.fetch().finally(() => {
      this.pending = undefined;
    });
    return this.pending;
  }

  private async fetch(): Promise<Record<string, string>> {
    try {
      this.client ??= createClient(this.identity, this.scopes);
      const headers = Object.fromEntries(await (await this.client).getRequestHeaders());
      this.last = headers["authorization"];
      return headers;
    } catch (error) {
      this.client = undefined;
      throw error instanceof CredentialError ? error : new CredentialError(explain(error, this.identity, this.scopes));
    }
  }
}

async function createClient(identity: Identity, scopes: readonly string[]): Promise<AuthClient> {
  const { Impersonated } = await import("google-auth-library");
  const target = identity.impersonateServiceAccount;
  if (target === undefined) return baseClient(identity, scopes, identity.subject);
  if (identity.subject !== undefined) {
    throw new CredentialError(
      "`subject` together with `impersonateServiceAccount` is not supported: give the service account's own key.",
    );
  }
  return new Impersonated({
    sourceClient: await baseClient(identity, [impersonationScope], undefined),
    targetPrincipal: target,
    delegates: [...identity.delegates],
    targetScopes: [...scopes],
  });
}

async function baseClient(identity: Identity, scopes: readonly string[], subject?: string): Promise<AuthClient> {
  const { GoogleAuth, OAuth2Client } = await import("google-auth-library");
  if (identity.accessToken !== undefined) {
    // Refused here, because the message of whoever else refuses it would quote it.
    if (!/^[\x21-\x7e]+$/.test(identity.accessToken.trim())) {
      throw new CredentialError(`${identity.source ?? "The access token"}: is no access token.`);
    }
    const client = new OAuth2Client();
    client.setCredentials({ access_token: identity.accessToken.trim() });
    return client;
  }
  const auth = new GoogleAuth({
    scopes: [...scopes],
    ...(subject === undefined ? {} : { clientOptions: { subject } }),
    ...(identity.credentials === undefined ? {} : { credentials: await readCredentials(identity) }),
  });
  return auth.getClient();
}

/** As in @pulumi/gcp, credentials are a file's content or its path. */
async function readCredentials(identity: Identity): Promise<Record<string, string>> {
  const given = identity.credentials ?? "";
  let text = given;
  if (!given.trimStart().startsWith("{")) {
    text = await readFile(given, "utf8").catch(() => {
      throw new CredentialError(
        `${identity.source ?? "The credentials"}: is neither a credentials file's content nor the path of a file that can be read.`,
      );
    });
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // The parser's message would quote the key.
    throw new CredentialError(`${identity.source ?? "The credentials"}: is no valid JSON.`);
  }
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw new CredentialError(`${identity.source ?? "The credentials"}: is no JSON object.`);
  }
  return content as Record<string, string>;
}

function explain(error: unknown, identity: Identity, scopes: readonly string[]): string {
  const from = identity.source ?? "application default credentials";
  // A parser's message would quote the key.
  const words = error instanceof Error ? error.message : "unknown reason";
  const reason = error instanceof SyntaxError ? "the credentials are no valid JSON" : words.replace(/\.+$/, "");
  return (
    `No access token could be had from ${from} for the scope ${scopes.join(", ")}: ${reason.slice(0, 500)}. ` +
    "Set one of the config gcp:credentials and gcp:accessToken (`pulumi config set --secret`), the environment's " +
    "GOOGLE_CREDENTIALS, GOOGLE_OAUTH_ACCESS_TOKEN and GOOGLE_APPLICATION_CREDENTIALS, or run `gcloud auth application-default login`."
  );
}
