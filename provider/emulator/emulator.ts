import { AccessTokens } from "./accessTokens";
import { adminService } from "./admin";
import { RecordedCalls, type CallLog } from "./callLog";
import { exchange } from "./exchange";
import { FaultBook } from "./faultBook";
import type { FaultHandle, FaultRule } from "./faults";
import { iamCredentials } from "./iamCredentials";
import { metadataServer } from "./metadataServer";
import type { OperationSnapshot } from "./operation";
import type { OperationSpec, SettledOutcome } from "./operationSpec";
import { OperationsService } from "./operationsService";
import { OperationStore } from "./operationStore";
import type { EmulatorOptions } from "./options";
import { seededRandom } from "./random";
import type { Service } from "./request";
import { startServer } from "./server";
import {
  keyFile,
  projectId,
  ServiceAccounts,
  type Impersonation,
  type ServiceAccountKey,
  type ServiceAccountOptions,
} from "./serviceAccounts";
import { tokenService } from "./tokens";

export interface IssuedTokenOptions {
  /** The account it stands for. Default: the metadata server's. */
  readonly email?: string;
  /** The user it acts for. Default: none. */
  readonly subject?: string;
  /** Default: none. */
  readonly scopes?: readonly string[];
  /** Milliseconds. Default: the option `tokenLifetime`. */
  readonly lifetime?: number;
}

/** A running emulator. */
export interface Emulator {
  /** For example `http://127.0.0.1:43187`; a service's endpoint. */
  readonly endpoint: string;
  /** Every request received. */
  readonly calls: CallLog;
  /**
   * Adds an operation, at the end of its collection.
   *
   * @returns its name.
   * @throws Error where the spec is wrong, or there is such an operation already.
   */
  add(spec?: OperationSpec): string;
  /**
   * Ends an operation now, whatever its spec says.
   *
   * @throws Error where it has settled already, or was never added: settled is for good.
   */
  settle(name: string, outcome: SettledOutcome): void;
  /** From now on the operation is answered 404 NOT_FOUND. */
  expire(name: string): void;
  /** Where an operation stands; also one that is gone by now. `undefined`: it was never added. */
  operation(name: string): OperationSnapshot | undefined;
  /** Makes a service account and its key, for `/token` and for the IAM Credentials API. Returns the key file's content. */
  createServiceAccount(options?: ServiceAccountOptions): ServiceAccountKey;
  /** Lets an account be impersonated through the IAM Credentials API; nobody may be without. */
  allowImpersonation(impersonation: Impersonation): void;
  /** Gives out an access token without any endpoint, as `gcloud auth print-access-token` would. */
  issueToken(options?: IssuedTokenOptions): string;
  /** From now on the token is unknown. */
  revokeToken(token: string): void;
  /** Makes calls go wrong from now on. */
  fault(rule: FaultRule): FaultHandle;
  /** Ends the server and its connections. A second call changes nothing. */
  stop(): Promise<void>;
}

/**
 * Starts a stand-in for a service with `google.longrunning.Operations` over REST, on this machine only.
 *
 * @example
 * const emulator = await startEmulator({ operations: [{ name: "operations/AbC", settleAfter: 2000 }] });
 *
 * @throws the system's error where the port is taken, and Error where an operation's spec is wrong.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const now = options.now ?? Date.now;
  const random = seededRandom(options.seed ?? 1);
  const store = new OperationStore(now, random);
  for (const spec of options.operations ?? []) store.add(spec);
  const operations = new OperationsService(store, options, now);
  const tokens = new AccessTokens(now);
  const calls = new RecordedCalls(options.log ?? "full");
  const faults = new FaultBook(seededRandom((options.seed ?? 1) + 1));
  const accounts = new ServiceAccounts();
  const { universeDomain = "googleapis.com", tokenLifetime: lifetime = 3_600_000 } = options;
  const audience = options.tokenAudience ?? "https://oauth2.googleapis.com/token";
  const account = options.metadataAccount ?? `default@${projectId}.iam.gserviceaccount.com`;
  const services: Service[] = [
    ...(options.admin === true ? [adminService((spec) => store.add(spec).name)] : []),
    tokenService({ accounts, tokens, now, lifetime, audiences: () => [audience, `${endpoint()}/token`] }),
    iamCredentials(accounts, tokens),
    metadataServer({ tokens, account, universeDomain, lifetime }),
    operations.route,
  ];
  const parts = { services, tokens, calls, faults, now, onCall: options.onCall };
  const server = await startServer(options.port ?? 0, (request, response) => exchange(parts, request, response));
  const endpoint = () => `http://127.0.0.1:${server.port}`;
  const known = (name: string) => {
    const operation = store.get(name);
    if (operation === undefined) throw new Error(`there is no operation ${name}`);
    return operation;
  };
  return {
    endpoint: endpoint(),
    calls,
    add: (spec = {}) => store.add(spec).name,
    settle: (name, outcome) => {
      known(name).settle(outcome, now());
    },
    expire: (name) => {
      known(name).remove(now());
    },
    operation: (name) => store.get(name)?.snapshot(now()),
    createServiceAccount: (given = {}) => keyFile(accounts.create(given), endpoint(), universeDomain),
    allowImpersonation: (impersonation) => {
      accounts.allow(impersonation);
    },
    issueToken: ({ email = account, lifetime: own = lifetime, scopes = [], ...subject } = {}) =>
      tokens.issue({ email, scopes, source: "issued", ...subject }, own).token,
    revokeToken: (token) => {
      tokens.revoke(token);
    },
    fault: (rule) => faults.add(rule),
    stop: async () => {
      await server.stop();
      calls.close();
    },
  };
}
