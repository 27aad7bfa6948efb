import { CredentialError } from "./credentialError";
import { isConfigurationError, transientHttpStatuses } from "../common/networkErrors";
import { singleLine } from "../common/text";
import { proxySecrets } from "../common/proxy";
import { redact } from "../common/redact";
import { credentialSources } from "./configSources";
import type { Identity } from "./identity";

const nothingFound = "Could not load the default credentials";

const cloudChannelScope = "https://www.googleapis.com/auth/apps.order";

/**
 * Returns the error for a failed attempt to get a token. The message says which credential was used, as whom it was to
 * act, what is needed, why it failed, and what to do.
 *
 * @param secrets the secrets that were sent to get the token, because a server may repeat them
 */
export function credentialError(
  error: unknown,
  identity: Identity,
  scopes: readonly string[],
  secrets: readonly string[] = [],
): CredentialError {
  if (error instanceof CredentialError) return error;
  const thrown: Thrown = error instanceof Error ? error : { message: "unknown reason" };
  const needed = `the scope ${scopes.join(", ")}`;
  if (thrown.message.startsWith(nothingFound)) {
    return new CredentialError(
      `Can't get an access token for ${needed}: no credential is configured. Searched: ${credentialSources}. ` +
        `${waysToSet}${subjectHint(identity, scopes)}`,
    );
  }
  const reason = reasonOf(thrown, error, secrets);
  const hint = hintFor(thrown, reason, identity, scopes);
  return new CredentialError(
    `Can't get an access token from ${describe(identity)} for ${needed}: ${reason.replace(/\.+$/, "")}. ${hint}`,
    isTransient(thrown),
  );
}

/** Returns the error for a token that didn't arrive in time. */
export function credentialTimeout(
  identity: Identity,
  scopes: readonly string[],
  milliseconds: number,
): CredentialError {
  return new CredentialError(
    `Can't get an access token from ${describe(identity)} for the scope ${scopes.join(", ")}: no response within ` +
      `${(milliseconds / 1000).toFixed(1)} s. ${checkConnection}`,
    true,
  );
}

const waysToSet =
  "Set the config cancellation:credentials or cancellation:accessToken with `pulumi config set --secret`, set one of the environment " +
  "variables GOOGLE_CREDENTIALS, GOOGLE_OAUTH_ACCESS_TOKEN, and GOOGLE_APPLICATION_CREDENTIALS, or run " +
  "`gcloud auth application-default login`.";

const checkConnection =
  "Check the network connection. Behind a proxy, also check HTTPS_PROXY, NO_PROXY, and NODE_EXTRA_CA_CERTS.";

/** Returns the credential's name, and as whom it was to act. */
function describe({ source, impersonateServiceAccount: target, subject, delegates }: Identity): string {
  const via = delegates.length > 0 ? ` through ${delegates.map(addressOf).join(", ")}` : "";
  const roles = [
    ...(target === undefined ? [] : [`as ${target}${via}`]),
    ...(subject === undefined ? [] : [`acting for ${subject}`]),
  ];
  return [source ?? "application default credentials", ...roles].join(", ") + (roles.length > 0 ? "," : "");
}

function addressOf(delegate: string): string {
  return delegate.replace("projects/-/serviceAccounts/", "");
}

function subjectHint({ subject }: Identity, scopes: readonly string[]): string {
  return subject === undefined && scopes.includes(cloudChannelScope)
    ? " For Cloud Channel, a service account acts for an administrator of the reseller. Set the administrator's " +
        "address as the argument `subject` or as the config cancellation:subject."
    : "";
}

function isOfIam({ config }: Thrown): boolean {
  return /^https:\/\/iamcredentials\./.test(String(objectOf(config)["url"]));
}

function hintFor(thrown: Thrown, reason: string, identity: Identity, scopes: readonly string[]): string {
  const { subject, impersonateServiceAccount: target } = identity;
  const status = thrown.response?.status;
  const unanswered = thrown.config !== undefined && status === undefined;
  if (unanswered || status === 407 || isTransient(thrown)) return checkConnection;
  if (reason.startsWith("unauthorized_client")) {
    return (
      `The domain of ${subject ?? "the user"} must delegate ${scopes.join(", ")} to the service account. A super ` +
      "administrator of the domain does this in the Google Admin console, under Security, Access and data control, " +
      "API controls, Manage domain-wide delegation. The argument `subject` or the config cancellation:subject must " +
      "be an administrator's address."
    );
  }
  if (/^invalid_grant.*timeframe/.test(reason)) return "Check this machine's clock.";
  if (reason.startsWith("invalid_grant")) {
    return (
      "The key or the login may be revoked, or the account deleted. Create a new key, or run " +
      "`gcloud auth application-default login` again. If `subject` is set, it must be a user's address."
    );
  }
  if (reason.startsWith("invalid_scope")) return "Check `service.scopes`.";
  if (status === 401) return staleTokenHint(identity) ?? waysToSet;
  if (isOfIam(thrown)) {
    return (
      `The caller needs the role Service Account Token Creator on ${target ?? "the service account"}. Each delegate ` +
      "in the config cancellation:impersonateServiceAccountDelegates needs it on the next account. The IAM Credentials API " +
      "must be enabled."
    );
  }
  return `${waysToSet}${subjectHint(identity, scopes)}`;
}

/**
 * Returns what to do when a service refuses the configured access token, or `undefined` if the package fetches tokens.
 * A token in the config can expire before its use, because a destroy reads the config of the last `up`.
 */
export function staleTokenHint({ accessToken, source = "" }: Identity): string | undefined {
  if (accessToken === undefined) return undefined;
  const key = /^config (.+)$/.exec(source)?.[1];
  if (key === undefined) {
    return (
      `The access token from ${source} can't be renewed. It has expired, was revoked, or is another kind of token. ` +
      "Set the variable to a new token, or use credentials that can be renewed, for example GOOGLE_CREDENTIALS."
    );
  }
  return (
    `The access token from the config ${key} can't be renewed. It has expired or was revoked. Set a new token with ` +
    `\`pulumi config set --secret ${key}\`, or use credentials that can be renewed, for example the config ` +
    "cancellation:credentials. A command that doesn't run the program, such as `pulumi destroy`, reads the config of the last " +
    "`pulumi up`, so run `pulumi up` first, or add `--run-program`."
  );
}

/** The known properties of an error from google-auth-library or Node.js. All others may hold a credential. */
export interface Thrown {
  readonly message: string;
  readonly code?: unknown;
  readonly config?: unknown;
  readonly response?: { readonly status?: number; readonly data?: unknown };
}

/** OAuth error codes that are transient, although they come with status 400. */
const transientOAuthErrors: ReadonlySet<string> = new Set([
  "server_error",
  "temporarily_unavailable",
  "internal_failure",
]);

/** The maximum length of a response's own text, in characters. */
const maxReasonLength = 500;

const keyIsUnreadable = /DECODER routines|secretOrPrivateKey|PEM routines|asymmetric key/i;

/** Returns the reason that the response states, on one line. Never shows what was sent. */
export function reasonOf(thrown: Thrown, error: unknown, secrets: readonly string[]): string {
  if (error instanceof TypeError) return "the credentials lack a property that this type of credentials needs";
  // The parser's message would quote the key.
  if (error instanceof SyntaxError) return "the credentials aren't valid JSON";
  if (keyIsUnreadable.test(thrown.message)) return "the private key can't be read";
  const { data, status } = thrown.response ?? {};
  const words = errorInResponse(data) ?? (status === undefined ? thrown.message : `HTTP ${status}`);
  // Redacts before the text is truncated, because a short piece of a secret isn't recognized.
  return singleLine(redact(words, [...secrets, ...proxySecrets()]), maxReasonLength);
}

/** Returns the error in a response of OAuth (RFC 6749, 5.2) or of a Google API (AIP-193). */
function errorInResponse(data: unknown): string | undefined {
  const { error, error_description: description } = objectOf(data);
  if (typeof error === "string") return typeof description === "string" ? `${error}: ${description}` : error;
  const { status, message } = objectOf(error);
  return typeof message === "string" ? `${typeof status === "string" ? `${status}: ` : ""}${message}` : undefined;
}

/** Returns the properties of a value, or none if it isn't an object. */
export function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** Returns whether a retry may succeed, because no server refused the request. */
export function isTransient({ response, code, config }: Thrown): boolean {
  if (response?.status !== undefined) {
    const { error } = objectOf(response.data);
    return transientHttpStatuses.has(response.status) || (typeof error === "string" && transientOAuthErrors.has(error));
  }
  // Only the error of a request has `config`. Other errors have codes too.
  return config !== undefined && (typeof code !== "string" || !isConfigurationError(code));
}
