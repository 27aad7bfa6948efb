import * as pulumi from "@pulumi/pulumi";

/** Returns options with which a resource takes over the state of the dynamic provider's resource of the same name. */
export function movedFrom(name: string, opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
  return pulumi.mergeOptions(opts, { aliases: [{ type: `pulumi-nodejs:dynamic/cancellation:${name}` }] });
}
