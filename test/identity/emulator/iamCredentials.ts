import type { CallMethod } from "../../../provider/emulator";
import { decodeName } from "../../../provider/emulator/operationsService";
import {
  errorInfo,
  type HttpResponse,
  json,
  type ReceivedRequest,
  rpcError,
  type Service,
  unauthenticated,
} from "../../../provider/emulator/service";
import type { AccessTokens } from "./accessTokens";
import { signJwt } from "./jwt";
import type { ServiceAccounts } from "./serviceAccounts";

type Method = "generateAccessToken" | "signJwt";
type Body = Readonly<Record<string, unknown>>;

const path = /^\/v1\/projects\/-\/serviceAccounts\/([^/:]+):(generateAccessToken|signJwt)$/;

/**
 * Serves `generateAccessToken` and `signJwt` of the IAM Service Account Credentials API, v1. The caller needs a token of the
 * emulator, and the permission to impersonate the account.
 */
export function iamCredentials(accounts: ServiceAccounts, tokens: AccessTokens): Service {
  return (head) => {
    const [, email = "", method = ""] = (head.verb === "POST" && path.exec(head.path)) || [];
    if (email === "") return undefined;
    const target = decodeName(email);
    return {
      method: method as CallMethod,
      name: target,
      respond: (request) => {
        const caller = tokens.identityOf(request.headers)?.email;
        if (caller === undefined) return unauthenticated();
        const body = readBody(request);
        const denied = authorize(method as Method, { caller, target, body, accounts });
        if (denied !== undefined) return denied;
        return method === "signJwt" ? sign(target, body, accounts) : generate(target, body, tokens);
      },
    };
  };
}

interface Authorization {
  readonly caller: string;
  readonly target: string;
  readonly body: Body;
  readonly accounts: ServiceAccounts;
}

function authorize(method: Method, { caller, target, body, accounts }: Authorization): HttpResponse | undefined {
  const delegates = readDelegates(body["delegates"]);
  if (delegates === undefined) {
    return invalid("Delegates must have the form projects/-/serviceAccounts/{ACCOUNT_EMAIL_OR_UNIQUEID}.");
  }
  if (accounts.mayImpersonate(caller, target, delegates)) return undefined;
  const permission = `iam.serviceAccounts.${method === "signJwt" ? "signJwt" : "getAccessToken"}`;
  return rpcError("PERMISSION_DENIED", `Permission '${permission}' denied on resource (or it may not exist).`, [
    errorInfo("IAM_PERMISSION_DENIED", "iam.googleapis.com", { permission }),
  ]);
}

function generate(target: string, body: Body, tokens: AccessTokens): HttpResponse {
  const scopes = body["scope"];
  if (!Array.isArray(scopes) || scopes.length === 0) return invalid("A scope is required.");
  const { lifetime: duration = "3600s" } = body;
  const seconds = typeof duration === "string" ? /^(\d+)(\.\d+)?s$/.exec(duration)?.[1] : undefined;
  const lifetime = Number(seconds) * 1000;
  // More than an hour requires an organization policy.
  if (!(lifetime > 0 && lifetime <= 3_600_000)) return invalid("The lifetime must be from 1s to 3600s.");
  const identity = { email: target, scopes: scopes.map(String), source: "impersonation" } as const;
  const { token, expiresAt } = tokens.issue(identity, lifetime);
  return json(200, { accessToken: token, expireTime: new Date(expiresAt).toISOString() });
}

function sign(target: string, body: Body, accounts: ServiceAccounts): HttpResponse {
  const payload = body["payload"];
  if (typeof payload !== "string" || !isJsonObject(payload)) return invalid("The payload must be a JSON object.");
  const { keyId, privateKey } = accounts.get(target) ?? accounts.create({ email: target });
  return json(200, { keyId, signedJwt: signJwt(payload, privateKey, keyId) });
}

/** Returns the addresses in `projects/-/serviceAccounts/{address}`, the only format that the API documents. */
function readDelegates(value: unknown): string[] | undefined {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return undefined;
  const addresses = value.map((delegate) => /^projects\/-\/serviceAccounts\/([^/]+)$/.exec(String(delegate))?.[1]);
  return addresses.every((address) => address !== undefined) ? addresses : undefined;
}

function readBody({ body }: ReceivedRequest): Body {
  return isJsonObject(body) ? (JSON.parse(body) as Body) : {};
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function invalid(message: string): HttpResponse {
  return rpcError("INVALID_ARGUMENT", message);
}
