import type { AuthClient } from "google-auth-library";
import { withTimeout } from "../common/withTimeout";
import { credentialError, credentialTimeout } from "./credentialErrors";
import { checkToken, createClient } from "./googleClient";
import { type Identity, isConfigured } from "./identity";
import type { Secrets } from "./secrets";
import { clientsOf, runFetch } from "./transport";

/** The credential of one identity and set of scopes. All callers share one token as long as the server accepts it. */
export class Credential {
  private source: TokenSource | undefined;

  constructor(
    private readonly identity: Identity,
    private readonly scopes: readonly string[],
  ) {}

  /**
   * Returns the headers of a call: `authorization`, and the quota project if there is one.
   *
   * @param refused the `authorization` of an earlier call that failed with 401; asks for another one
   * @param timeout how long the caller can wait, in milliseconds; the fetch of the token continues for other callers
   * @throws {CredentialError}
   */
  headers(refused?: string, timeout = Infinity): Promise<Record<string, string>> {
    const stale = refused !== undefined && refused === this.source?.authorization;
    // Replaces a source that failed or that holds the refused token, even if a fetch is in progress.
    if (stale || this.source?.failed) this.source = undefined;
    this.source ??= new TokenSource(this.identity, this.scopes);
    const headers = this.source.headers();
    if (timeout >= maxFetchTime) return headers;
    return withTimeout(timeout, headers, () => credentialTimeout(this.identity, this.scopes, timeout));
  }
}

/**
 * The time limit for getting a token, in milliseconds, with all requests that it takes. google-auth-library has no
 * limit of its own. This limit is shorter than that of one attempt of a call, so its error is the one that is reported.
 */
export const maxFetchTime = 20_000;

/** A client of google-auth-library, until it fails. Callers at the same time share one fetch. */
export class TokenSource {
  /** The `authorization` of the last fetch. */
  authorization: string | undefined;
  /** Whether a fetch failed. Another client may succeed. */
  failed = false;
  private client: Promise<AuthClient> | undefined;
  private pending: Promise<Record<string, string>> | undefined;
  /** The secrets that were sent to get tokens, which errors must not show. */
  private readonly secrets: Secrets = new Set();

  /** @param limit the time limit for getting a token, in milliseconds */
  constructor(
    private readonly identity: Identity,
    private readonly scopes: readonly string[],
    private readonly limit = maxFetchTime,
  ) {}

  /** @throws {CredentialError} */
  headers(): Promise<Record<string, string>> {
    this.pending ??= this.fetch().finally(() => {
      this.pending = undefined;
    });
    return this.pending;
  }

  private async fetch(): Promise<Record<string, string>> {
    try {
      const headers = await runFetch(
        this.limit,
        this.secrets,
        () => this.requestHeaders(),
        () => credentialTimeout(this.identity, this.scopes, this.limit),
      );
      this.authorization = headers["authorization"];
      return headers;
    } catch (error) {
      this.failed = true;
      throw credentialError(error, this.identity, this.scopes, [...this.secrets]);
    }
  }

  private async requestHeaders(): Promise<Record<string, string>> {
    this.client ??= createClient(this.identity, this.scopes);
    const client = await this.client;
    try {
      const headers = Object.fromEntries(await client.getRequestHeaders());
      checkTokens(client);
      return headers;
    } catch (error) {
      // Node.js's error for a header with an invalid token quotes it.
      checkTokens(client);
      throw error;
    }
  }
}

function checkTokens(client: AuthClient): void {
  for (const { credentials } of clientsOf(client)) {
    const { access_token: token } = credentials;
    const issue = typeof token === "string" ? checkToken(token) : undefined;
    if (issue !== undefined) throw new Error(`the access token in the response ${issue}`);
  }
}

/** The credentials of the process. Resources with the same identity and scopes share one, and so one token. */
const credentials = new Map<string, Credential>();

/** Returns whether calls have no credential: those to a loopback `http://` endpoint, if none is configured. */
export function needsNoCredential(identity: Identity, endpoint: string, environment: NodeJS.ProcessEnv): boolean {
  return endpoint.startsWith("http://") && !isConfigured(identity, environment);
}

/**
 * Returns the source of the headers that identify the caller to `endpoint`. For an `http://` endpoint, which is always
 * a loopback address, there are no headers unless a credential is configured. So the emulator needs no credential.
 */
export function headerSource(
  identity: Identity,
  scopes: readonly string[],
  endpoint: string,
  environment: NodeJS.ProcessEnv,
): (refused?: string, timeout?: number) => Promise<Record<string, string>> {
  if (needsNoCredential(identity, endpoint, environment)) return () => Promise.resolve({});
  const key = JSON.stringify([identity, scopes]);
  let credential = credentials.get(key);
  if (!credential) {
    credential = new Credential(identity, scopes);
    credentials.set(key, credential);
  }
  const found = credential;
  return (refused, timeout) => found.headers(refused, timeout);
}
