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
 * Tells that no token could be had: from where, whom it was to act as, what is needed, why, and what to do.
 *
 * @param secrets what was sent for the token, which a server may repeat
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
      `No access token could be had for ${needed}: no credential is configured. Looked for: ${credentialSources}. ` +
        `${waysToSet}${subjectHint(identity, scopes)}`,
    );
  }
  const reason = reasonOf(thrown, error, secrets);
  const hint = hintFor(thrown, reason, identity, scopes);
  return new CredentialError(
    `No access token could be had from ${describe(identity)} for ${needed}: ${reason.replace(/\.+$/, "")}. ${hint}`,
    isTransient(thrown),
  );
}

/** That no answer came in time. */
export function credentialTimeout(
  identity: Identity,
  scopes: readonly string[],
  milliseconds: number,
): CredentialError {
  return new CredentialError(
    `No access token could be had from ${describe(identity)} for the scope ${scopes.join(", ")}: no answer within ` +
      `${(milliseconds / 1000).toFixed(1)} s. ${checkConnection}`,
    true,
  );
}

const waysToSet =
  "Set one of the config gcp:credentials and gcp:accessToken (`pulumi config set --secret`), the environment's " +
  "GOOGLE_CREDENTIALS, GOOGLE_OAUTH_ACCESS_TOKEN and GOOGLE_APPLICATION_CREDENTIALS, or run " +
  "`gcloud auth application-default login`.";

const checkConnection =
  "Check the connection, and HTTPS_PROXY, NO_PROXY and NODE_EXTRA_CA_CERTS where they are needed.";

/** The credential's name, and whom it was to act as. */
function describe({ source, impersonateServiceAccount: target, subject, delegates }: Identity): string {
  const via = delegates.length > 0 ? ` by way of ${delegates.map(addressOf).join(", ")}` : "";
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
    ? " For Cloud Channel a service account acts for a reseller's administrator, whose address is `subject`: the " +
        "resource's, or the config cancellation:subject."
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
      `The domain of ${subject ?? "the user"} has to delegate ${scopes.join(", ")} to the service account: in its Google ` +
      "Admin console, Security, API controls, Domain-wide delegation. `subject` is the resource's, or the config " +
      "cancellation:subject; it must be an administrator's address."
    );
  }
  if (/^invalid_grant.*timeframe/.test(reason)) return "Check this machine's clock.";
  if (reason.startsWith("invalid_grant")) {
    return (
      "The key or the login may be revoked, or the account deleted; `subject`, where there is one, must be a user's " +
      "address. Renew the key, or run `gcloud auth application-default login` again."
    );
  }
  if (reason.startsWith("invalid_scope")) return "Check `service.scopes`.";
  if (status === 401) return staleTokenHint(identity) ?? waysToSet;
  if (isOfIam(thrown)) {
    return (
      `The caller needs the role Service Account Token Creator on ${target ?? "the service account"}, each delegate has ` +
      "to have it on the next account (config gcp:impersonateServiceAccountDelegates), and the IAM Credentials API has " +
      "to be enabled."
    );
  }
  return `${waysToSet}${subjectHint(identity, scopes)}`;
}

/**
 * What to do when an access token that was given as it is is no longer taken; `undefined` where tokens are fetched. The
 * config's outlives its token: a destroy sees it as the last `up` did.
 */
export function staleTokenHint({ accessToken, source = "" }: Identity): string | undefined {
  if (accessToken === undefined) return undefined;
  const key = /^config (.+)$/.exec(source)?.[1];
  if (key === undefined) {
    return (
      `The access token is ${source}'s, used as it is: it has expired or was revoked, or is of another kind. Set the ` +
      "variable to a new one, or use credentials that can be renewed, for example GOOGLE_CREDENTIALS."
    );
  }
  return (
    `The access token is the config's ${key}, used as it is: it has expired or was revoked. What does not run ` +
    "the program, as `pulumi destroy`, sees the config of the last `pulumi up`: renew the token with " +
    `\`pulumi config set --secret ${key}\`, and run \`pulumi up\` or add \`--run-program\`; or use credentials that can ` +
    "be renewed, for example the config gcp:credentials."
  );
}

/** What is known of an error that google-auth-library throws, or Node.js; whatever else it holds may be a credential. */
export interface Thrown {
  readonly message: string;
  readonly code?: unknown;
  readonly config?: unknown;
  readonly response?: { readonly status?: number; readonly data?: unknown };
}

/** The same in OAuth's own words, which come with a status 400. */
const transientOAuthErrors: ReadonlySet<string> = new Set([
  "server_error",
  "temporarily_unavailable",
  "internal_failure",
]);

/** How much of a response's own text is shown, in characters. */
const maxReasonLength = 500;

const keyIsUnreadable = /DECODER routines|secretOrPrivateKey|PEM routines|asymmetric key/i;

/** The answer's own words, on one line: never what was sent. */
export function reasonOf(thrown: Thrown, error: unknown, secrets: readonly string[]): string {
  if (error instanceof TypeError) return "the credentials lack what credentials of their kind need";
  // A parser's message would quote the key.
  if (error instanceof SyntaxError) return "the credentials are no valid JSON";
  if (keyIsUnreadable.test(thrown.message)) return "the private key can't be read";
  const { data, status } = thrown.response ?? {};
  const words = errorInResponse(data) ?? (status === undefined ? thrown.message : `HTTP ${status}`);
  // Before anything is cut: a piece of a secret is not recognized once it is short.
  return singleLine(redact(words, [...secrets, ...proxySecrets()]), maxReasonLength);
}

/** The error in an answer: of OAuth (RFC 6749, 5.2), or of a Google API (AIP-193). */
function errorInResponse(data: unknown): string | undefined {
  const { error, error_description: description } = objectOf(data);
  if (typeof error === "string") return typeof description === "string" ? `${error}: ${description}` : error;
  const { status, message } = objectOf(error);
  return typeof message === "string" ? `${typeof status === "string" ? `${status}: ` : ""}${message}` : undefined;
}

/** The properties of a value, or none if it isn't an object. */
export function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** Whether nothing was refused, so that another try may do better. */
export function isTransient({ response, code, config }: Thrown): boolean {
  if (response?.status !== undefined) {
    const { error } = objectOf(response.data);
    return transientHttpStatuses.has(response.status) || (typeof error === "string" && transientOAuthErrors.has(error));
  }
  // Only an error of a request has its settings; others have codes as well.
  return config !== undefined && (typeof code !== "string" || !isConfigurationError(code));
}
