import * as pulumi from "@pulumi/pulumi";

/**
 * The arguments of a {@link Provider}. If one is absent, an environment variable supplies it. The state doesn't have the
 * values of environment variables.
 */
export interface ProviderArgs {
  /**
   * A credentials file's content, or its path. Pulumi encrypts it in the state. Environment variables:
   * `GOOGLE_CREDENTIALS`, `GOOGLE_CLOUD_KEYFILE_JSON`, `GCLOUD_KEYFILE_JSON`. Default: application default credentials.
   */
  credentials?: pulumi.Input<string>;
  /**
   * An OAuth access token, used unchanged, with precedence over `credentials`. Pulumi encrypts it in the state.
   * Environment variable: `GOOGLE_OAUTH_ACCESS_TOKEN`. Default: none.
   */
  accessToken?: pulumi.Input<string>;
  /**
   * The email address of the service account to call as. Environment variable: `GOOGLE_IMPERSONATE_SERVICE_ACCOUNT`.
   * Default: none.
   */
  impersonateServiceAccount?: pulumi.Input<string>;
  /**
   * The accounts between the caller and that service account. Environment variable, which has a JSON list:
   * `CANCELLATION_IMPERSONATE_SERVICE_ACCOUNT_DELEGATES`. Default: none.
   */
  impersonateServiceAccountDelegates?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * The email address of the user to call as, by domain-wide delegation. Environment variable: `CANCELLATION_SUBJECT`.
   * Default: none.
   */
  subject?: pulumi.Input<string>;
  /**
   * The project that calls are billed to and counted for. Requires `userProjectOverride`. Environment variable:
   * `GOOGLE_BILLING_PROJECT`. Default: the credential's own project.
   */
  billingProject?: pulumi.Input<string>;
  /** Whether to send `billingProject` with calls. Environment variable: `USER_PROJECT_OVERRIDE`. Default: `false`. */
  userProjectOverride?: pulumi.Input<boolean>;
  /**
   * The domain of the cloud that is called. Environment variable: `GOOGLE_CLOUD_UNIVERSE_DOMAIN`. Default:
   * `googleapis.com`.
   */
  universeDomain?: pulumi.Input<string>;
  /**
   * The endpoint to call instead of Cloud Channel's, or a JSON object of endpoints by host. The environment variable
   * `CANCELLATION_ENDPOINT` has precedence over this argument, and applies to all services. Default: each service's own
   * endpoint.
   */
  endpoint?: pulumi.Input<string>;
  /** Whether a preview reads operations. Environment variable: `CANCELLATION_PREVIEW_READS`. Default: `true`. */
  previewReads?: pulumi.Input<boolean>;
}

/** The arguments that Pulumi encrypts in the state. */
export const secretArguments = ["credentials", "accessToken"];

/** Says where the calls of its resources go, and as whom. Without one, the stack's config `cancellation:*` says so. */
export class Provider extends pulumi.ProviderResource {
  /** Returns whether `value` is a `Provider` of any installed copy of this package. */
  static override isInstance(value: unknown): value is Provider {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === "pulumi:providers:cancellation";
  }

  /**
   * @param name the provider's name in this program
   * @param args where the calls go, and as whom
   * @param opts options of the resource
   */
  constructor(name: string, args: ProviderArgs = {}, opts: pulumi.ResourceOptions = {}) {
    const secret = (value: pulumi.Input<string> | undefined) =>
      value === undefined ? undefined : pulumi.secret(value);
    // A provider's arguments are strings. Others are JSON.
    const json = (value: unknown) =>
      value === undefined ? undefined : pulumi.output(value).apply((known) => JSON.stringify(known));
    const properties = {
      ...args,
      credentials: secret(args.credentials),
      accessToken: secret(args.accessToken),
      impersonateServiceAccountDelegates: json(args.impersonateServiceAccountDelegates),
      userProjectOverride: json(args.userProjectOverride),
      previewReads: json(args.previewReads),
    };
    super("cancellation", name, properties, pulumi.mergeOptions(opts, { additionalSecretOutputs: secretArguments }));
  }
}
