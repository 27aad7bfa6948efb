import { generateKeyPairSync, randomBytes, type KeyObject } from "node:crypto";

export const projectId = "emulated-project";

/** The content of a service account's key file. */
export interface ServiceAccountKey {
  readonly type: "service_account";
  readonly project_id: string;
  readonly private_key_id: string;
  /** PEM, PKCS #8. */
  readonly private_key: string;
  readonly client_email: string;
  readonly client_id: string;
  readonly auth_uri: string;
  /** The emulator's token endpoint. */
  readonly token_uri: string;
  readonly universe_domain: string;
}

export interface ServiceAccountOptions {
  /** Default `account-N@emulated-project.iam.gserviceaccount.com`. */
  readonly email?: string;
  /** The users that the account may act for, by domain-wide delegation. Default: none. */
  readonly subjects?: readonly string[];
}

/** A permission to impersonate a service account through the IAM Credentials API. */
export interface Impersonation {
  /** The caller's address. Default: every caller with a valid token. */
  readonly caller?: string;
  /** The impersonated account's address. */
  readonly target: string;
  /** The addresses of the delegates, in order. A request must name exactly these. Default: none. */
  readonly delegates?: readonly string[];
}

export interface ServiceAccount {
  readonly email: string;
  readonly subjects: readonly string[];
  readonly keyId: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** The service accounts, their keys, and the permissions to impersonate them. */
export class ServiceAccounts {
  private readonly accounts = new Map<string, ServiceAccount>();
  private readonly impersonations: Impersonation[] = [];

  create({ email, subjects = [] }: ServiceAccountOptions): ServiceAccount {
    const address = email ?? `account-${this.accounts.size + 1}@${projectId}.iam.gserviceaccount.com`;
    if (this.accounts.has(address)) throw new Error(`service account ${address} already exists`);
    const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const account = { email: address, subjects, keyId: randomBytes(20).toString("hex"), ...keys };
    this.accounts.set(address, account);
    return account;
  }

  get(email: string): ServiceAccount | undefined {
    return this.accounts.get(email);
  }

  allow(impersonation: Impersonation): void {
    this.impersonations.push(impersonation);
  }

  mayImpersonate(caller: string, target: string, delegates: readonly string[]): boolean {
    return this.impersonations.some(
      (allowed) =>
        (allowed.caller ?? caller) === caller &&
        allowed.target === target &&
        JSON.stringify(allowed.delegates ?? []) === JSON.stringify(delegates),
    );
  }
}

export function keyFile(account: ServiceAccount, endpoint: string, universeDomain: string): ServiceAccountKey {
  return {
    type: "service_account",
    project_id: projectId,
    private_key_id: account.keyId,
    private_key: account.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    client_email: account.email,
    client_id: "100000000000000000000",
    auth_uri: "https://accounts.google.com/o/oauth2/auth",
    token_uri: `${endpoint}/token`,
    universe_domain: universeDomain,
  };
}
