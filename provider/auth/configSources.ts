/** Reads a setting of the stack by its full name, for example `gcp:credentials`. */
export type ConfigReader = (key: string) => string | undefined;

/**
 * The variables of the environment that hold a setting, the first one first. The config's keys are the settings' own
 * names.
 *
 * Source: @pulumi/gcp's configuration reference.
 */
const variables = {
  accessToken: ["GOOGLE_OAUTH_ACCESS_TOKEN"],
  credentials: ["GOOGLE_CREDENTIALS", "GOOGLE_CLOUD_KEYFILE_JSON", "GCLOUD_KEYFILE_JSON"],
  impersonateServiceAccount: ["GOOGLE_IMPERSONATE_SERVICE_ACCOUNT"],
  impersonateServiceAccountDelegates: [],
  billingProject: ["GOOGLE_BILLING_PROJECT"],
  userProjectOverride: ["USER_PROJECT_OVERRIDE"],
  universeDomain: ["GOOGLE_CLOUD_UNIVERSE_DOMAIN"],
} as const satisfies Record<string, readonly string[]>;

export type Setting = keyof typeof variables;

/** A setting's value, and the name of where it was found, for messages. */
export interface ConfigValue {
  readonly value: string;
  /** For example `config gcp:credentials` or `GOOGLE_CREDENTIALS`. */
  readonly source: string;
}

/** A place that settings are read from. What is empty counts as absent. */
export type ConfigSource = (setting: Setting) => ConfigValue | undefined;

/** The places, the one that goes first first: config `cancellation:*`, config `gcp:*`, the environment. */
export function configSources(config: ConfigReader, environment: NodeJS.ProcessEnv): readonly ConfigSource[] {
  const namespace =
    (name: string): ConfigSource =>
    (setting) => {
      const key = `${name}:${setting}`;
      return configValue(config(key), `config ${key}`);
    };
  return [
    namespace("cancellation"),
    namespace("gcp"),
    (setting) => firstDefined(variables[setting], (name) => configValue(environment[name], name)),
  ];
}

/** Where a credential is looked for, for messages. */
export const credentialSources =
  "config cancellation:accessToken, cancellation:credentials, gcp:accessToken and gcp:credentials, the environment's " +
  [...variables.accessToken, ...variables.credentials].join(", ") +
  " and GOOGLE_APPLICATION_CREDENTIALS, gcloud's application default credentials, the metadata server";

/** What `find` returns for the first item that it returns anything for. */
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
