import type { IncomingHttpHeaders } from "node:http";
import { bearerToken } from "../../../provider/emulator/service";

/** The identity that an access token stands for. */
export interface TokenIdentity {
  /** The service account's address. */
  readonly email: string;
  /** The user that the account acts for, by domain-wide delegation. */
  readonly subject?: string;
  readonly scopes: readonly string[];
  /** In milliseconds of the emulator's clock. */
  readonly expiresAt: number;
  /** The service that issued the token. `"issued"`: `issueToken()`. */
  readonly source: "assertion" | "impersonation" | "metadata" | "issued";
}

/** The access tokens, and the identity of each. */
export class AccessTokens {
  private readonly identities = new Map<string, TokenIdentity>();

  constructor(
    private readonly now: () => number,
    private readonly newToken: () => string,
  ) {}

  /** @param lifetime in milliseconds */
  issue(identity: Omit<TokenIdentity, "expiresAt">, lifetime: number): { token: string; expiresAt: number } {
    const token = this.newToken();
    const expiresAt = this.now() + lifetime;
    this.identities.set(token, { ...identity, expiresAt });
    return { token, expiresAt };
  }

  revoke(token: string): void {
    this.identities.delete(token);
  }

  /** Returns the identity of the token in the header `Authorization`, unless the token has expired. */
  identityOf(headers: IncomingHttpHeaders, time = this.now()): TokenIdentity | undefined {
    const identity = this.identities.get(bearerToken(headers) ?? "");
    return identity !== undefined && time < identity.expiresAt ? identity : undefined;
  }
}
