/** Reads a setting of the stack by its full name, for example `gcp:credentials`. */
export type ConfigReader = (key: string) => string | undefined;

/**
 * The sources of each setting, in order of precedence: keys of the stack's config, then environment variables.
 *
 * Source: @pulumi/gcp's configuration reference.
 */
const settings = {
  accessToken: {
    keys: ["cancellation:accessToken", "gcp:accessToken"],
    variables: ["GOOGLE_OAUTH_ACCESS_TOKEN"],
  },
  credentials: {
    keys: ["cancellation:credentials", "gcp:credentials"],
    variables: ["GOOGLE_CREDENTIALS", "GOOGLE_CLOUD_KEYFILE_JSON", "GCLOUD_KEYFILE_JSON"],
  },
  impersonateServiceAccount: {
    keys: ["cancellation:impersonateServiceAccount", "gcp:impersonateServiceAccount"],
    variables: ["GOOGLE_IMPERSONATE_SERVICE_ACCOUNT"],
  },
  impersonateServiceAccountDelegates: {
    keys: ["cancellation:impersonateServiceAccountDelegates", "gcp:impersonateServiceAccountDelegates"],
    variables: ["CANCELLATION_IMPERSONATE_SERVICE_ACCOUNT_DELEGATES"],
  },
  billingProject: {
    keys: ["cancellation:billingProject", "gcp:billingProject"],
    variables: ["GOOGLE_BILLING_PROJECT"],
  },
  userProjectOverride: {
    keys: ["cancellation:userProjectOverride", "gcp:userProjectOverride"],
    variables: ["USER_PROJECT_OVERRIDE"],
  },
  universeDomain: {
    keys: ["cancellation:universeDomain", "gcp:universeDomain"],
    variables: ["GOOGLE_CLOUD_UNIVERSE_DOMAIN"],
  },
} as const satisfies Record<string, { keys: readonly [string, string]; variables: readonly string[] }>;

export type Setting = keyof typeof settings;

/** The config of the user to act as, by domain-wide delegation. */
export const subjectKey = "cancellation:subject";

/** The same in the environment. */
export const subjectVariable = "CANCELLATION_SUBJECT";

/** The keys of this package's own config that say as whom to call, with the environment variables of each. */
export const callerVariables: Readonly<Record<string, readonly string[]>> = {
  [subjectKey]: [subjectVariable],
  ...Object.fromEntries(Object.values(settings).map(({ keys: [own], variables }) => [own, variables])),
};

/** A setting's value, and the name of its source for messages. */
export interface ConfigValue {
  readonly value: string;
  /** For example `config gcp:credentials` or `GOOGLE_CREDENTIALS`. */
  readonly source: string;
}

/** Reads a setting from one source. An empty value counts as absent. */
export type ConfigSource = (setting: Setting) => ConfigValue | undefined;

/** Returns the sources in order of precedence: config `cancellation:*`, config `gcp:*`, the environment. */
export function configSources(config: ConfigReader, environment: NodeJS.ProcessEnv): readonly ConfigSource[] {
  const fromConfig = (key: string) => configValue(config(key), `config ${key}`);
  return [
    (setting) => fromConfig(settings[setting].keys[0]),
    (setting) => fromConfig(settings[setting].keys[1]),
    (setting) => firstDefined(settings[setting].variables, (name) => configValue(environment[name], name)),
  ];
}

/** The places that are searched for a credential, for messages. */
export const credentialSources =
  "the config cancellation:accessToken, cancellation:credentials, gcp:accessToken, and gcp:credentials; the " +
  `environment variables ${[...settings.accessToken.variables, ...settings.credentials.variables].join(", ")}, and ` +
  "GOOGLE_APPLICATION_CREDENTIALS; gcloud's application default credentials; the metadata server";

/** Returns the first result of `find` that is defined. */
export function firstDefined<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const result = find(item);
    if (result !== undefined) return result;
  }
  return undefined;
}

function configValue(value: string | undefined, source: string): ConfigValue | undefined {
  return value ? { value, source } : undefined;
}
