/** Reads a setting of the stack by its full name, for example `gcp:credentials`. */
export type ConfigReader = (key: string) => string | undefined;

/** Who calls, as far as it is configured. What is absent is left to application default credentials. */
export interface Identity {
  /** An OAuth access token, used as it is. */
  readonly accessToken?: string;
  /** A credentials file's content, or its path. Never set together with `accessToken`. */
  readonly credentials?: string;
  /** Where the two above came from, for messages. */
  readonly source?: string;
  /** Address of the service account to act as. */
  readonly impersonateServiceAccount?: string;
  readonly delegates: readonly string[];
  /** Address of the user to act as, by domain-wide delegation. */
  readonly subject?: string;
}

/** What a resource itself says of whom to call as. */
export interface IdentityArgs {
  readonly impersonateServiceAccount?: string;
  readonly subject?: string;
}

/** A place that settings are read from; the first one that has a setting wins. */
interface Layer {
  readonly accessToken: string;
  readonly credentials: readonly string[];
  readonly impersonateServiceAccount: string;
  readonly read: (key: string) => string | undefined;
}

/**
 * Finds whom to call as: the resource's own arguments, then config `cancellation:*`, then config `gcp:*`, then the
 * environment that @pulumi/gcp reads. As there, an access token goes before credentials of the same place.
 *
 * Source: @pulumi/gcp's configuration reference.
 */
export function resolveIdentity(args: IdentityArgs, config: ConfigReader, environment: NodeJS.ProcessEnv): Identity {
  const namespace = (name: string): Layer => ({
    accessToken: `${name}:accessToken`,
    credentials: [`${name}:credentials`],
    impersonateServiceAccount: `${name}:impersonateServiceAccount`,
    read: (key) => config(key) || undefined,
  });
  const layers: Layer[] = [
    namespace("cancellation"),
    namespace("gcp"),
    {
      accessToken: "GOOGLE_OAUTH_ACCESS_TOKEN",
      credentials: ["GOOGLE_CREDENTIALS", "GOOGLE_CLOUD_KEYFILE_JSON", "GCLOUD_KEYFILE_JSON"],
      impersonateServiceAccount: "GOOGLE_IMPERSONATE_SERVICE_ACCOUNT",
      read: (key) => environment[key] || undefined,
    },
  ];
  const impersonateServiceAccount =
    args.impersonateServiceAccount ?? first(layers, (layer) => layer.read(layer.impersonateServiceAccount));
  const subject = args.subject ?? (config("cancellation:subject") || undefined);
  return {
    ...first(layers, baseCredential),
    ...(impersonateServiceAccount ? { impersonateServiceAccount } : {}),
    delegates: delegates(config),
    ...(subject ? { subject } : {}),
  };
}

/**
 * Whether there is a credential, application default credentials named in the environment among it. The addresses of whom
 * to act as are none.
 */
export function isConfigured(identity: Identity, environment: NodeJS.ProcessEnv): boolean {
  return [identity.accessToken, identity.credentials, environment["GOOGLE_APPLICATION_CREDENTIALS"]].some(Boolean);
}

function baseCredential(layer: Layer): Pick<Identity, "accessToken" | "credentials" | "source"> | undefined {
  const accessToken = layer.read(layer.accessToken);
  if (accessToken) return { accessToken, source: layer.accessToken };
  return first(layer.credentials, (source) => {
    const credentials = layer.read(source);
    return credentials ? { credentials, source } : undefined;
  });
}

/** Pulumi keeps a list in the config as JSON. */
function delegates(config: ConfigReader): string[] {
  const text =
    config("cancellation:impersonateServiceAccountDelegates") ?? config("gcp:impersonateServiceAccountDelegates");
  if (!text) return [];
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list) && list.every((entry) => typeof entry === "string")) return list;
  } catch {
    // Told below, without the parser's message, which quotes what it was given.
  }
  throw new Error(
    "The config impersonateServiceAccountDelegates must be a list of service accounts' addresses, set with " +
      "`pulumi config set --path 'gcp:impersonateServiceAccountDelegates[0]' ADDRESS`.",
  );
}

function first<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
