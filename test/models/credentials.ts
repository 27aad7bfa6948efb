import { Credential } from "../../provider/auth/tokenCache";
import { CredentialError } from "../../provider/auth/credentialError";

/** Called when a history asks for a credential; throws where it gets none. */
export type Issue = () => Record<string, string>;

const issuers = new Map<string, Issue>();

/** Has the histories' credentials made up here, by the access token of their config. */
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
  return new CredentialError(`No access token could be had: ${transient ? "no answer" : "invalid_grant"}.`, transient);
}
