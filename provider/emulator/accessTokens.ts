import { randomBytes } from "node:crypto";
import type { Identity } from "./identity";

/** The access tokens that were given out, and whom each stands for. */
export class AccessTokens {
  private readonly identities = new Map<string, Identity>();

  constructor(private readonly now: () => number) {}

  issue(identity: Omit<Identity, "expiresAt">, lifetime: number): { token: string; expiresAt: number } {
    // Whatever the seed: no token of one emulator may be good at another.
    const token = `ya29.emulated-${randomBytes(24).toString("base64url")}`;
    const expiresAt = this.now() + lifetime;
    this.identities.set(token, { ...identity, expiresAt });
    return { token, expiresAt };
  }

  revoke(token: string): void {
    this.identities.delete(token);
  }

  /** Whom the header `Authorization` speaks for; nobody once the token has expired. */
  identityOf(authorization: string | undefined): Identity | undefined {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
    const identity = token === undefined ? undefined : this.identities.get(token);
    return identity !== undefined && this.now() < identity.expiresAt ? identity : undefined;
  }
}
