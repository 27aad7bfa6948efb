import {
  type Call,
  type CallLog,
  type CallMethod,
  type Emulator,
  type EmulatorOptions,
  type FaultHandle,
  type FaultRule,
  startEmulator,
} from "../../../provider/emulator";
import { errorInfo, type HttpResponse, rpcError, unauthenticated } from "../../../provider/emulator/service";
import { AccessTokens, type TokenIdentity } from "./accessTokens";
import { iamCredentials } from "./iamCredentials";
import { metadataServer } from "./metadataServer";
import {
  type Impersonation,
  keyFile,
  projectId,
  type ServiceAccountKey,
  type ServiceAccountOptions,
  ServiceAccounts,
} from "./serviceAccounts";
import { tokenEndpoint } from "./tokenEndpoint";

export type { TokenIdentity } from "./accessTokens";
export type { ServiceAccountKey } from "./serviceAccounts";

export interface IdentityEmulatorOptions extends EmulatorOptions {
  /** With `tokens: "required"`: a token needs one of these scopes, or calls return 403. Default: any scope. */
  readonly scopes?: readonly string[];
  /**
   * With `tokens: "required"`: the addresses that may call, others get 403. A token's caller is its subject, or without
   * one its service account. Default: everyone.
   */
  readonly callers?: readonly string[];
  /** The lifetime of tokens in milliseconds. Default: an hour. */
  readonly tokenLifetime?: number;
  /** The metadata server's account. Default `default@emulated-project.iam.gserviceaccount.com`. */
  readonly metadataAccount?: string;
  /** The universe domain in the metadata server and in key files. Default `googleapis.com`. */
  readonly universeDomain?: string;
}

export interface IssuedTokenOptions {
  /** The account. Default: the metadata server's. */
  readonly email?: string;
  /** The user that the account acts for. Default: none. */
  readonly subject?: string;
  /** Default: none. */
  readonly scopes?: readonly string[];
  /** In milliseconds. Default: the option `tokenLifetime`. */
  readonly lifetime?: number;
}

type Method = CallMethod | "token" | "generateAccessToken" | "signJwt" | "metadata";

interface Selection {
  readonly method?: Method;
  readonly name?: string;
}

/** A call log that knows the methods of the identity services. The name of an IAM call is the service account's. */
interface IdentityCallLog extends CallLog {
  count(method?: Method, name?: string): number;
  all(selection?: Selection): readonly Call[];
  last(selection?: Selection): Call | undefined;
  received(selection: Selection, count?: number): Promise<void>;
}

/**
 * An emulator with the services that credentials come from: `/token`, the IAM Credentials API, and a metadata server. Its
 * clock also applies to the lifetimes of tokens and assertions.
 */
export interface IdentityEmulator extends Emulator {
  readonly calls: IdentityCallLog;
  fault(rule: Omit<FaultRule, "method"> & { readonly method?: Method | readonly Method[] }): FaultHandle;
  issueToken(options?: IssuedTokenOptions): string;
  /** Creates a service account with a key, and returns the content of the key file. */
  createServiceAccount(options?: ServiceAccountOptions): ServiceAccountKey;
  /** Allows an impersonation through the IAM Credentials API. */
  allowImpersonation(impersonation: Impersonation): void;
  /** Returns the identity of a call's access token, if the token was valid then. */
  identityOf(call: Call | undefined): TokenIdentity | undefined;
}

export async function startIdentityEmulator(options: IdentityEmulatorOptions = {}): Promise<IdentityEmulator> {
  const { now = Date.now, universeDomain = "googleapis.com", tokenLifetime: lifetime = 3_600_000 } = options;
  const account = options.metadataAccount ?? `default@${projectId}.iam.gserviceaccount.com`;
  const accounts = new ServiceAccounts();
  const tokens = new AccessTokens(now, () => emulator.issueToken());
  const emulator: Emulator = await startEmulator({
    ...options,
    services: [
      tokenEndpoint({ accounts, tokens, now, lifetime, endpoint: () => emulator.endpoint }),
      iamCredentials(accounts, tokens),
      metadataServer({ tokens, account, universeDomain, lifetime }),
    ],
    authorize: ({ headers }) => authorize(tokens.identityOf(headers), options),
  });
  return {
    ...emulator,
    issueToken: ({ email = account, lifetime: ownLifetime = lifetime, scopes = [], ...subject } = {}) =>
      tokens.issue({ email, scopes, source: "issued", ...subject }, ownLifetime).token,
    revokeToken: (token) => {
      tokens.revoke(token);
      emulator.revokeToken(token);
    },
    createServiceAccount: (accountOptions = {}) =>
      keyFile(accounts.create(accountOptions), emulator.endpoint, universeDomain),
    allowImpersonation: (impersonation) => {
      accounts.allow(impersonation);
    },
    identityOf: (call) => call && tokens.identityOf(call.headers, call.time),
  };
}

/** Returns the error for a token that is expired, or isn't sufficient. */
function authorize(
  identity: TokenIdentity | undefined,
  { scopes, callers }: IdentityEmulatorOptions,
): HttpResponse | undefined {
  if (identity === undefined) return unauthenticated();
  if (scopes !== undefined && !scopes.some((scope) => identity.scopes.includes(scope))) {
    return rpcError("PERMISSION_DENIED", "Request had insufficient authentication scopes.", [
      errorInfo("ACCESS_TOKEN_SCOPE_INSUFFICIENT", "googleapis.com"),
    ]);
  }
  if (callers !== undefined && !callers.includes(identity.subject ?? identity.email)) {
    return rpcError("PERMISSION_DENIED", "The caller does not have permission", [
      errorInfo("IAM_PERMISSION_DENIED", "iam.googleapis.com"),
    ]);
  }
  return undefined;
}
