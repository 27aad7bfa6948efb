import { Credential } from "../../provider/auth/tokenCache";
import { CredentialError } from "../../provider/auth/credentialError";

/** Returns the headers of a credential, or throws if the history gets none. */
export type Issue = () => Record<string, string>;

const issuers = new Map<string, Issue>();

/** Replaces the credentials of the histories. The access token of its config identifies a history. */
export function madeUpCredentials() {
  const own = Object.getOwnPropertyDescriptor(Credential.prototype, "headers");
  before(() => {
    Credential.prototype.headers = function (this: Credential) {
      const { accessToken = "" } = (this as unknown as { identity: { accessToken?: string } }).identity;
      return new Promise((resolve) => {
        resolve(issuers.get(accessToken)?.() ?? {});
      });
    };
  });
  after(() => {
    if (own) Object.defineProperty(Credential.prototype, "headers", own);
  });
}

export function issue(token: string, issuer: Issue): void {
  issuers.set(token, issuer);
}

export function forget(token: string): void {
  issuers.delete(token);
}

export function refusedCredential(transient: boolean): CredentialError {
  return new CredentialError(`Can't get an access token: ${transient ? "no response" : "invalid_grant"}.`, transient);
}
