import type { CallMethod } from "../../../provider/emulator";
import { type HttpResponse, json, type ReceivedRequest, type Service } from "../../../provider/emulator/service";
import type { AccessTokens } from "./accessTokens";
import { type Jwt, readJwt } from "./jwt";
import type { ServiceAccount, ServiceAccounts } from "./serviceAccounts";

interface Parts {
  readonly accounts: ServiceAccounts;
  readonly tokens: AccessTokens;
  readonly now: () => number;
  /** Returns the emulator's address, which is known only after its start. */
  readonly endpoint: () => string;
  /** The lifetime of tokens in milliseconds. */
  readonly lifetime: number;
}

const audience = "https://oauth2.googleapis.com/token";
const grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/**
 * Serves `POST /token`, which exchanges a service account's signed assertion (RFC 7523) for an access token, with the errors
 * of `oauth2.googleapis.com/token`.
 */
export function tokenEndpoint(parts: Parts): Service {
  return ({ verb, path }) =>
    verb === "POST" && path === "/token"
      ? { method: "token" as CallMethod, respond: (request) => exchange(request, parts) }
      : undefined;
}

function exchange({ body }: ReceivedRequest, parts: Parts): HttpResponse {
  const form = new URLSearchParams(body);
  const grantType = form.get("grant_type") ?? "";
  if (grantType !== grant) return oauthError("unsupported_grant_type", `Invalid grant_type: ${grantType}`);
  const assertion = form.get("assertion");
  if (assertion === null) return oauthError("invalid_request", "Missing required parameter: assertion");
  const jwt = readJwt(assertion);
  if (jwt === undefined) return oauthError("invalid_grant", "Invalid JWT: Failed to parse the assertion.");
  const account = parts.accounts.get(String(jwt.claims["iss"]));
  if (account === undefined) return oauthError("invalid_grant", "Invalid grant: account not found");
  return validate(jwt, account, parts) ?? issue(jwt, account, parts);
}

/** Returns the error for an assertion that is invalid. */
function validate(jwt: Jwt, account: ServiceAccount, { now, endpoint }: Parts): HttpResponse | undefined {
  const { aud, iat, exp, scope, sub } = jwt.claims;
  if (!jwt.isSignedBy(account.publicKey)) return oauthError("invalid_grant", "Invalid JWT Signature.");
  // Key files of the emulator have its own address.
  if (aud !== audience && aud !== `${endpoint()}/token`) {
    return oauthError("invalid_grant", `Invalid JWT: Failed audience check. The right audience is ${audience}`);
  }
  if (!isTimely(iat, exp, now() / 1000)) {
    return oauthError(
      "invalid_grant",
      "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and " +
        "exp values in the JWT claim.",
    );
  }
  if (typeof scope !== "string" || scope.trim() === "") {
    return oauthError("invalid_scope", "Invalid OAuth scope or ID token audience provided.");
  }
  if (sub !== undefined && sub !== account.email && !account.subjects.some((subject) => subject === sub)) {
    return oauthError(
      "unauthorized_client",
      "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the " +
        "scopes requested.",
      401,
    );
  }
  return undefined;
}

/** Whether an assertion is valid now and for at most an hour. Allows clocks to differ by 5 minutes. */
function isTimely(iat: unknown, exp: unknown, seconds: number): boolean {
  const leeway = 5 * 60;
  if (typeof iat !== "number" || typeof exp !== "number") return false;
  return iat <= seconds + leeway && exp > seconds - leeway && exp > iat && exp - iat <= 3600;
}

function issue({ claims }: Jwt, { email }: ServiceAccount, { tokens, lifetime }: Parts): HttpResponse {
  const { sub } = claims;
  const subject = typeof sub === "string" && sub !== email ? sub : undefined;
  const scopes = String(claims["scope"]).trim().split(/\s+/);
  const { token } = tokens.issue({ email, ...(subject && { subject }), scopes, source: "assertion" }, lifetime);
  return json(200, { access_token: token, expires_in: Math.floor(lifetime / 1000), token_type: "Bearer" });
}

function oauthError(error: string, description: string, status = 400): HttpResponse {
  return json(status, { error, error_description: description });
}
