import { CredentialError } from "./credentialError";
import type { Identity } from "./identity";
import { credentialSources } from "./settings";
import { staleTokenHint } from "./staleToken";
import { isTransient, objectOf, reasonOf, type Thrown } from "./thrown";

const nothingFound = "Could not load the default credentials";

const cloudChannelScope = "https://www.googleapis.com/auth/apps.order";

/**
 * Tells that no token could be had: from where, whom it was to act as, what is needed, why, and what to do.
 *
 * @param secrets what was sent for the token, which a server may repeat
 */
export function credentialFailure(
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
        `${waysToSet}${whoIsNeeded(identity, scopes)}`,
    );
  }
  const reason = reasonOf(thrown, error, secrets);
  const hint = hintOn(thrown, reason, identity, scopes);
  return new CredentialError(
    `No access token could be had from ${describe(identity)} for ${needed}: ${reason.replace(/\.+$/, "")}. ${hint}`,
    isTransient(thrown),
  );
}

/** That no answer came in time. */
export function lateCredential(identity: Identity, scopes: readonly string[], milliseconds: number): CredentialError {
  return new CredentialError(
    `No access token could be had from ${describe(identity)} for the scope ${scopes.join(", ")}: no answer within ` +
      `${(milliseconds / 1000).toFixed(1)} s. ${checkTheWay}`,
    true,
  );
}

const waysToSet =
  "Set one of the config gcp:credentials and gcp:accessToken (`pulumi config set --secret`), the environment's " +
  "GOOGLE_CREDENTIALS, GOOGLE_OAUTH_ACCESS_TOKEN and GOOGLE_APPLICATION_CREDENTIALS, or run " +
  "`gcloud auth application-default login`.";

const checkTheWay = "Check the connection, and HTTPS_PROXY, NO_PROXY and NODE_EXTRA_CA_CERTS where they are needed.";

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

function whoIsNeeded({ subject }: Identity, scopes: readonly string[]): string {
  return subject === undefined && scopes.includes(cloudChannelScope)
    ? " For Cloud Channel a service account acts for a reseller's administrator, whose address is `subject`: the " +
        "resource's, or the config cancellation:subject."
    : "";
}

function isOfIam({ config }: Thrown): boolean {
  return /^https:\/\/iamcredentials\./.test(String(objectOf(config)["url"]));
}

function hintOn(thrown: Thrown, reason: string, identity: Identity, scopes: readonly string[]): string {
  const { subject, impersonateServiceAccount: target } = identity;
  const status = thrown.response?.status;
  const unanswered = thrown.config !== undefined && status === undefined;
  if (unanswered || status === 407 || isTransient(thrown)) return checkTheWay;
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
  return `${waysToSet}${whoIsNeeded(identity, scopes)}`;
}
