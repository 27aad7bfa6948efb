import * as pulumi from "@pulumi/pulumi";

/** The arguments of a {@link Provider}. Each one has a default from the environment, which the reference lists. */
export interface ProviderArgs {
  /** A credentials file's content, or its path. Pulumi encrypts it in the state. */
  credentials?: pulumi.Input<string>;
  /** An OAuth access token, used unchanged. Pulumi encrypts it in the state. */
  accessToken?: pulumi.Input<string>;
  /** The email address of the service account to call as. */
  impersonateServiceAccount?: pulumi.Input<string>;
  /** The accounts between the caller and that service account. */
  impersonateServiceAccountDelegates?: pulumi.Input<pulumi.Input<string>[]>;
  /** The email address of the user to call as, by domain-wide delegation. */
  subject?: pulumi.Input<string>;
  /** The project that calls are billed to and counted for. Requires `userProjectOverride`. */
  billingProject?: pulumi.Input<string>;
  /** Whether to send `billingProject` with calls. Default: `false`. */
  userProjectOverride?: pulumi.Input<boolean>;
  /** The domain of the cloud that is called. Default: `googleapis.com`. */
  universeDomain?: pulumi.Input<string>;
  /** The endpoint to call instead of Cloud Channel's, or a JSON object of endpoints by host. */
  endpoint?: pulumi.Input<string>;
  /** Whether a preview reads operations. Default: `true`. */
  previewReads?: pulumi.Input<boolean>;
}

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
    const additionalSecretOutputs = ["credentials", "accessToken"];
    super("cancellation", name, properties, pulumi.mergeOptions(opts, { additionalSecretOutputs }));
  }
}
