/** A host of the package's resources: what a program imports, and what its project needs. */
export interface Host {
  readonly name: string;
  /** The module that a program imports. */
  readonly module: string;
  /** What Pulumi.yaml needs. */
  readonly settings: string;
  /** The config with which the host makes the same calls as the other one. */
  readonly config: Readonly<Record<string, string>>;
  /** Returns the type of a resource, for example of `CancellationRequest`. */
  readonly type: (resource: string) => string;
}

export const dynamicProvider: Host = {
  name: "dynamic provider",
  module: "pulumi-operation-cancellation",
  settings: "",
  config: {},
  type: (resource) => `pulumi-nodejs:dynamic/cancellation:${resource}`,
};

/** Returns the plugin whose executable is in this folder. */
export function pluginIn(folder: string): Host {
  return {
    name: "plugin",
    module: "pulumi-operation-cancellation/plugin",
    settings: `plugins:
  providers:
    - name: cancellation
      path: ${JSON.stringify(folder)}
`,
    config: { "cancellation:previewReads": "false" },
    type: (resource) => `cancellation:index:${resource}`,
  };
}

export const plugin = pluginIn("../node_modules/pulumi-operation-cancellation");

export const hosts: readonly Host[] = [dynamicProvider, plugin];
