import { CredentialError } from "./credentialError";
import {
  type ConfigReader,
  type ConfigSource,
  configSources,
  type ConfigValue,
  firstDefined,
  subjectKey,
  subjectVariable,
} from "./configSources";

/** The configured caller. Application default credentials supply absent properties. */
export interface Identity {
  /** An OAuth access token. It is used unchanged. */
  readonly accessToken?: string;
  /** A credentials file's content, or its path. Never set together with `accessToken`. */
  readonly credentials?: string;
  /** The source of the two above, for messages: for example `config gcp:credentials` or `GOOGLE_CREDENTIALS`. */
  readonly source?: string;
  /** Address of the service account to act as. */
  readonly impersonateServiceAccount?: string;
  /** The accounts between the caller and that service account, in IAM's form. */
  readonly delegates: readonly string[];
  /** Address of the user to act as, by domain-wide delegation. */
  readonly subject?: string;
  /** The project that calls are billed to and counted for, instead of the credential's own. */
  readonly quotaProject?: string;
  /** The cloud that is called. Default: `googleapis.com`. */
  readonly universeDomain?: string;
}

/** The arguments of a resource that determine its identity. */
export interface IdentityArgs {
  readonly impersonateServiceAccount?: string;
  readonly subject?: string;
}

/** The cloud that is called if no other is configured. */
export const defaultUniverse = "googleapis.com";

/**
 * Determines the identity to call as. Searches, in this order, the resource's own arguments, the config
 * `cancellation:*`, the config `gcp:*`, and the environment variables of @pulumi/gcp. As in @pulumi/gcp, an access
 * token takes precedence over credentials of the same source, and a billing project is sent only if
 * `userProjectOverride` is true.
 *
 * Source: @pulumi/gcp's configuration reference.
 *
 * @throws {CredentialError} when a setting isn't valid
 */
export function resolveIdentity(args: IdentityArgs, config: ConfigReader, environment: NodeJS.ProcessEnv): Identity {
  const all = configSources(config, environment);
  const find = (setting: Parameters<ConfigSource>[0]) => firstDefined(all, (place) => place(setting));

  const target = args.impersonateServiceAccount ?? address(find("impersonateServiceAccount"));
  const subject = args.subject ?? address(subjectIn(config, environment));
  const universe = universeDomain(find("universeDomain"));
  const project = isTrue(find("userProjectOverride")) ? find("billingProject")?.value : undefined;
  if (subject !== undefined && universe !== undefined && universe !== defaultUniverse) {
    throw new CredentialError(
      `\`subject\` can't be used in the universe ${universe}: domain-wide delegation exists only in ` +
        `${defaultUniverse}. Remove the argument \`subject\` and the config cancellation:subject, or remove the ` +
        "universe domain.",
    );
  }
  return {
    ...firstDefined(all, baseCredential),
    ...(target ? { impersonateServiceAccount: target } : {}),
    delegates: delegates(find("impersonateServiceAccountDelegates")),
    ...(subject ? { subject } : {}),
    ...(project === undefined ? {} : { quotaProject: project }),
    ...(universe === undefined ? {} : { universeDomain: universe }),
  };
}

/** Describes as whom calls are made, with the settings that decided it, for a message. Shows no secret. */
export function describeCaller(
  { accessToken, credentials, source = "" }: Identity,
  args: IdentityArgs,
  { config, environment }: { readonly config: ConfigReader; readonly environment: NodeJS.ProcessEnv },
): string {
  const target = firstDefined(configSources(config, environment), (place) => place("impersonateServiceAccount"));
  const impersonated = described(args.impersonateServiceAccount, "impersonateServiceAccount", target);
  const delegated = described(args.subject, "subject", subjectIn(config, environment));
  const base =
    accessToken !== undefined
      ? `with the access token of ${source}`
      : credentials !== undefined
        ? `with the credentials of ${source}`
        : environment["GOOGLE_APPLICATION_CREDENTIALS"]
          ? "with the credentials of GOOGLE_APPLICATION_CREDENTIALS"
          : "with application default credentials";
  return [
    ...(delegated === undefined ? [] : [`as the user ${delegated}`]),
    ...(impersonated === undefined
      ? []
      : [`${delegated === undefined ? "as" : "through"} the service account ${impersonated}`]),
    base,
  ].join(", ");
}

/** Returns the configured user. There is no `gcp:subject`. */
function subjectIn(config: ConfigReader, environment: NodeJS.ProcessEnv): ConfigValue | undefined {
  const configured = config(subjectKey);
  if (configured) return { value: configured, source: `config ${subjectKey}` };
  const value = environment[subjectVariable];
  return value ? { value, source: subjectVariable } : undefined;
}

/** Returns whether a text is an email address. A key, a token or a resource name isn't. */
export function isAddress(text: string): boolean {
  return /^[^@\s/:]+@[^@\s/]+$/.test(text);
}

/** Requires an address, because messages show it. A credential may be set there by mistake. */
function address(setting: ConfigValue | undefined): string | undefined {
  if (!setting) return undefined;
  if (isAddress(setting.value)) return setting.value;
  throw new CredentialError(`${setting.source} must be an email address, for example name@example.com.`);
}

/** Returns an address with its argument or its setting. */
function described(argument: string | undefined, name: string, setting: ConfigValue | undefined): string | undefined {
  if (argument) return `${argument} (argument ${name})`;
  return setting && `${setting.value} (${setting.source})`;
}

/**
 * Returns whether a credential is configured. A file in GOOGLE_APPLICATION_CREDENTIALS counts. The address of an
 * account or a user to act as doesn't.
 */
export function isConfigured(identity: Identity, environment: NodeJS.ProcessEnv): boolean {
  return [identity.accessToken, identity.credentials, environment["GOOGLE_APPLICATION_CREDENTIALS"]].some(Boolean);
}

function baseCredential(place: ConfigSource): Pick<Identity, "accessToken" | "credentials" | "source"> | undefined {
  const token = place("accessToken");
  if (token) return { accessToken: token.value, source: token.source };
  const credentials = place("credentials");
  return credentials && { credentials: credentials.value, source: credentials.source };
}

/** Reads a list. Pulumi keeps lists in the config as JSON. */
function delegates(setting: ConfigValue | undefined): string[] {
  if (!setting) return [];
  try {
    const list: unknown = JSON.parse(setting.value);
    if (Array.isArray(list) && list.every((entry) => typeof entry === "string" && entry !== "")) {
      return (list as string[]).map((entry) => (entry.includes("/") ? entry : `projects/-/serviceAccounts/${entry}`));
    }
  } catch {
    // Reported below, without the parser's message, which quotes the value.
  }
  // No environment variable has this setting.
  const key = setting.source.replace(/^config /, "");
  throw new CredentialError(
    `${setting.source} must be a list of service account addresses. Set it with ` +
      `\`pulumi config set --path '${key}[0]' ADDRESS\`.`,
  );
}

/** Reads a boolean as @pulumi/gcp does. */
function isTrue(setting: ConfigValue | undefined): boolean {
  if (!setting || /^(0|f|false)$/i.test(setting.value)) return false;
  if (/^(1|t|true)$/i.test(setting.value)) return true;
  throw new CredentialError(`${setting.source} must be true or false.`);
}

/** Reads a universe domain. It must have the form of a domain, because tokens are sent to hosts in it. */
function universeDomain(setting: ConfigValue | undefined): string | undefined {
  if (!setting) return undefined;
  const domain = setting.value.trim().toLowerCase();
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain)) return domain;
  throw new CredentialError(`${setting.source} must be a domain, for example ${defaultUniverse}.`);
}
