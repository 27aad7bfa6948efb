import type { AccessTokens } from "./accessTokens";
import { readJwt, type Jwt } from "./jwt";
import { json, type Reply } from "./reply";
import type { ReceivedRequest, Service } from "./request";
import type { ServiceAccount, ServiceAccounts } from "./serviceAccounts";

interface Parts {
  readonly accounts: ServiceAccounts;
  readonly tokens: AccessTokens;
  readonly now: () => number;
  /** The audiences that an assertion may name; the first is the one that errors name. */
  readonly audiences: () => readonly string[];
  /** Milliseconds. */
  readonly lifetime: number;
}

const grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/**
 * `POST /token`: an access token for a service account's signed assertion (RFC 7523), with the errors of
 * `oauth2.googleapis.com/token`.
 */
export function tokenService(parts: Parts): Service {
  return ({ verb, path }) =>
    verb === "POST" && path === "/token" ? { method: "token", answer: (request) => answer(request, parts) } : undefined;
}

function answer({ body }: ReceivedRequest, parts: Parts): Reply {
  const form = new URLSearchParams(body);
  const grantType = form.get("grant_type") ?? "";
  if (grantType !== grant) return oauthError("unsupported_grant_type", `Invalid grant_type: ${grantType}`);
  const assertion = form.get("assertion");
  if (assertion === null) return oauthError("invalid_request", "Missing required parameter: assertion");
  const jwt = readJwt(assertion);
  if (jwt === undefined) return oauthError("invalid_grant", "Invalid JWT: Failed to parse the assertion.");
  const account = parts.accounts.get(String(jwt.claims["iss"]));
  if (account === undefined) return oauthError("invalid_grant", "Invalid grant: account not found");
  return problemWith(jwt, account, parts) ?? issue(jwt, account, parts);
}

function problemWith(jwt: Jwt, account: ServiceAccount, { now, audiences }: Parts): Reply | undefined {
  const { aud, iat, exp, scope, sub } = jwt.claims;
  if (!jwt.isSignedBy(account.publicKey)) return oauthError("invalid_grant", "Invalid JWT Signature.");
  if (!audiences().includes(String(aud))) {
    const [right = ""] = audiences();
    return oauthError("invalid_grant", `Invalid JWT: Failed audience check. The right audience is ${right}`);
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

/** An hour at most, with some minutes of leeway for clocks that differ. */
function isTimely(iat: unknown, exp: unknown, seconds: number): boolean {
  const leeway = 5 * 60;
  if (typeof iat !== "number" || typeof exp !== "number") return false;
  return iat <= seconds + leeway && exp > seconds - leeway && exp > iat && exp - iat <= 3600;
}

function issue({ claims }: Jwt, { email }: ServiceAccount, { tokens, lifetime }: Parts): Reply {
  const { sub } = claims;
  const subject = typeof sub === "string" && sub !== email ? sub : undefined;
  const scopes = String(claims["scope"]).trim().split(/\s+/);
  const { token } = tokens.issue({ email, ...(subject && { subject }), scopes, source: "assertion" }, lifetime);
  return json(200, { access_token: token, expires_in: Math.floor(lifetime / 1000), token_type: "Bearer" });
}

function oauthError(error: string, description: string, status = 400): Reply {
  return json(status, { error, error_description: description });
}
