import * as pulumi from "@pulumi/pulumi";

/**
 * Returns options with which a resource takes over the state of the other host's resource of the same name.
 *
 * @param type the type of the other host's resource
 */
export function movedFrom(type: string, opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
  return { ...opts, aliases: [...(opts.aliases ?? []), { type }] };
}
