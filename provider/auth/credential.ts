import { lateCredential } from "./failure";
import type { Identity } from "./identity";
import { maxFetch, TokenSource } from "./tokenSource";
import { within } from "./within";

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
    if (timeout >= maxFetch) return headers;
    return within(timeout, headers, () => lateCredential(this.identity, this.scopes, timeout));
  }
}
