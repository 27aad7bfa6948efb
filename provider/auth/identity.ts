import { CredentialError } from "./credentialError";
import {
  type ConfigReader,
  type ConfigSource,
  configSources,
  type ConfigValue,
  firstDefined,
  subjectKey,
} from "./configSources";

/** The configured caller. Application default credentials supply what is absent. */
export interface Identity {
  /** An OAuth access token. It is used without a change. */
  readonly accessToken?: string;
  /** A credentials file's content, or its path. Never set together with `accessToken`. */
  readonly credentials?: string;
  /** Where the two above came from, for messages: `config gcp:credentials`, `GOOGLE_CREDENTIALS`. */
  readonly source?: string;
  /** Address of the service account to act as. */
  readonly impersonateServiceAccount?: string;
  /** The accounts between the caller and that one, in the form that IAM takes. */
  readonly delegates: readonly string[];
  /** Address of the user to act as, by domain-wide delegation. */
  readonly subject?: string;
  /** The project that calls are billed to and counted for, in place of the credential's own. */
  readonly quotaProject?: string;
  /** The cloud that is called. Default: `googleapis.com`. */
  readonly universeDomain?: string;
}

/** What a resource itself says of whom to call as. */
export interface IdentityArgs {
  readonly impersonateServiceAccount?: string;
  readonly subject?: string;
}

/** The cloud that is called where no other is configured. */
export const defaultUniverse = "googleapis.com";

/**
 * Finds whom to call as: the resource's own arguments, then config `cancellation:*`, then config `gcp:*`, then the
 * environment that @pulumi/gcp reads. As there, an access token goes before credentials of the same place, and a billing
 * project is only sent where `userProjectOverride` is true.
 *
 * Source: @pulumi/gcp's configuration reference.
 *
 * @throws {CredentialError} where a setting has no meaning
 */
export function resolveIdentity(args: IdentityArgs, config: ConfigReader, environment: NodeJS.ProcessEnv): Identity {
  const all = configSources(config, environment);
  const find = (setting: Parameters<ConfigSource>[0]) => firstDefined(all, (place) => place(setting));

  const target = args.impersonateServiceAccount ?? find("impersonateServiceAccount")?.value;
  const subject = args.subject ?? (config(subjectKey) || undefined);
  const universe = universeDomain(find("universeDomain"));
  const project = isTrue(find("userProjectOverride")) ? find("billingProject")?.value : undefined;
  if (subject !== undefined && universe !== undefined && universe !== defaultUniverse) {
    throw new CredentialError(
      `\`subject\` can't be used in the universe ${universe}: domain-wide delegation exists in ${defaultUniverse} alone. ` +
        "Leave out `subject` and the config cancellation:subject, or the universe domain.",
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

/**
 * Describes whom calls are made as, with the setting that says so, for people. Names no secret.
 *
 * @throws {CredentialError} where a setting has no meaning
 */
export function describeCaller(args: IdentityArgs, config: ConfigReader, environment: NodeJS.ProcessEnv): string {
  const { accessToken, credentials, source = "" } = resolveIdentity(args, config, environment);
  const sources = configSources(config, environment);
  const target = firstDefined(sources, (place) => place("impersonateServiceAccount"));
  const impersonated = described(args.impersonateServiceAccount, "impersonateServiceAccount", target);
  const subject = config(subjectKey);
  const delegated = described(
    args.subject,
    "subject",
    subject ? { value: subject, source: `config ${subjectKey}` } : undefined,
  );
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

/** An address, and the argument or the setting that it is from. */
function described(argument: string | undefined, name: string, setting: ConfigValue | undefined): string | undefined {
  if (argument) return `${argument} (argument ${name})`;
  return setting && `${setting.value} (${setting.source})`;
}

/**
 * Whether there is a credential, application default credentials named in the environment among it. The addresses of whom
 * to act as are none.
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

/** Pulumi keeps a list in the config as JSON. */
function delegates(setting: ConfigValue | undefined): string[] {
  if (!setting) return [];
  try {
    const list: unknown = JSON.parse(setting.value);
    if (Array.isArray(list) && list.every((entry) => typeof entry === "string" && entry !== "")) {
      return (list as string[]).map((entry) => (entry.includes("/") ? entry : `projects/-/serviceAccounts/${entry}`));
    }
  } catch {
    // Told below, without the parser's message, which quotes what it was given.
  }
  throw new CredentialError(
    `${setting.source} must be a list of service accounts' addresses, set with ` +
      "`pulumi config set --path 'gcp:impersonateServiceAccountDelegates[0]' ADDRESS`.",
  );
}

/** As @pulumi/gcp reads a boolean. */
function isTrue(setting: ConfigValue | undefined): boolean {
  if (!setting || /^(0|f|false)$/i.test(setting.value)) return false;
  if (/^(1|t|true)$/i.test(setting.value)) return true;
  throw new CredentialError(`${setting.source} must be true or false.`);
}

/** Held to the form of a domain: tokens are sent to hosts within it. */
function universeDomain(setting: ConfigValue | undefined): string | undefined {
  if (!setting) return undefined;
  const domain = setting.value.trim().toLowerCase();
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain)) return domain;
  throw new CredentialError(`${setting.source} must be a domain, for example ${defaultUniverse}.`);
}
