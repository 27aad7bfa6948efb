import type { AuthClient } from "google-auth-library";
import { withTimeout } from "../common/withTimeout";
import { credentialError, credentialTimeout } from "./credentialErrors";
import { checkToken, createClient } from "./googleClient";
import { type Identity, isConfigured } from "./identity";
import type { Secrets } from "./secrets";
import { clientsOf, runFetch } from "./transport";

/** The credential of one identity and set of scopes: one token for all that ask, as long as the server takes it. */
export class Credential {
  private source: TokenSource | undefined;

  constructor(
    private readonly identity: Identity,
    private readonly scopes: readonly string[],
  ) {}

  /**
   * The headers of a call, `authorization` among them, and the project that it is counted for where there is one.
   *
   * @param refused the `authorization` of an earlier call that was answered 401: asks for another one
   * @param timeout how long the caller can wait, in milliseconds; the token goes on being fetched for the others
   * @throws {CredentialError}
   */
  headers(refused?: string, timeout = Infinity): Promise<Record<string, string>> {
    const stale = refused !== undefined && refused === this.source?.authorization;
    // A source that failed, or that holds the refused token, is given up, whatever is still under way there.
    if (stale || this.source?.failed) this.source = undefined;
    this.source ??= new TokenSource(this.identity, this.scopes);
    const headers = this.source.headers();
    if (timeout >= maxFetchTime) return headers;
    return withTimeout(timeout, headers, () => credentialTimeout(this.identity, this.scopes, timeout));
  }
}

/**
 * The longest that a token may take, in milliseconds, all requests for it included: google-auth-library has no limit of its
 * own. Shorter than a single try of a call, so that it is this error that is told.
 */
export const maxFetchTime = 20_000;

/** A client of google-auth-library from its first token to its failure. All that ask at the same time share one answer. */
export class TokenSource {
  /** Of the last answer. */
  authorization: string | undefined;
  /** Whether an answer failed; another client may do better. */
  failed = false;
  private client: Promise<AuthClient> | undefined;
  private pending: Promise<Record<string, string>> | undefined;
  /** What was sent for tokens, for the errors not to show it. */
  private readonly secrets: Secrets = new Set();

  /** @param limit the longest that a token may take, in milliseconds */
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
        () => this.ask(),
        () => credentialTimeout(this.identity, this.scopes, this.limit),
      );
      this.authorization = headers["authorization"];
      return headers;
    } catch (error) {
      this.failed = true;
      throw credentialError(error, this.identity, this.scopes, [...this.secrets]);
    }
  }

  private async ask(): Promise<Record<string, string>> {
    this.client ??= createClient(this.identity, this.scopes);
    const client = await this.client;
    try {
      const headers = Object.fromEntries(await client.getRequestHeaders());
      checkTokens(client);
      return headers;
    } catch (error) {
      // The error of a header with such a token quotes it.
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

/** One credential for all resources of a process that share an identity and scopes, so one token. */
const credentials = new Map<string, Credential>();

/** Whether calls carry no credential: to a loopback `http://` endpoint, as long as none is configured. */
export function needsNoCredential(identity: Identity, endpoint: string, environment: NodeJS.ProcessEnv): boolean {
  return endpoint.startsWith("http://") && !isConfigured(identity, environment);
}

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
