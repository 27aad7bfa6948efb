import type { AuthClient } from "google-auth-library";
import { createClient } from "./client";
import { credentialFailure, lateCredential } from "./failure";
import type { Identity } from "./identity";
import type { Secrets } from "./secrets";
import { checkToken } from "./token";
import { clientsOf, runFetch } from "./transport";
import { within } from "./within";

/**
 * The longest that a token may take, in milliseconds, all requests for it included: google-auth-library has no limit of its
 * own. Shorter than a single try of a call, so that it is this error that is told.
 */
export const maxFetch = 20_000;

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

  constructor(
    private readonly identity: Identity,
    private readonly scopes: readonly string[],
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
      const headers = await within(
        maxFetch,
        runFetch(maxFetch, this.secrets, () => this.ask()),
        () => lateCredential(this.identity, this.scopes, maxFetch),
      );
      this.authorization = headers["authorization"];
      return headers;
    } catch (error) {
      this.failed = true;
      throw credentialFailure(error, this.identity, this.scopes, [...this.secrets]);
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
