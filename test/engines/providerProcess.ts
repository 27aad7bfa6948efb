import { randomUUID } from "node:crypto";
import type { Project } from "./standIn/project";
import { ProviderHost } from "./standIn/providerHost";
import type { Properties } from "./standIn/values";
import { defaultProviderName, makeUrn, providerType } from "./urns";

export interface ProviderProcessOptions {
  readonly project: Project;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The arguments of the provider. For the dynamic provider, the stack's whole config. */
  readonly args: Properties;
  readonly onLine: (line: string) => void;
}

/** Starts a provider by itself, without an engine: Pulumi's host of dynamic resources, or a plugin of the project. */
export async function startProvider(
  packageName: string,
  { project, environment, args, onLine }: ProviderProcessOptions,
): Promise<ProviderHost> {
  const host = await ProviderHost.start(packageName, {
    project,
    environment,
    engineAddress: "127.0.0.1:0",
    log: (_severity, line) => {
      onLine(line);
    },
  });
  const urn = makeUrn("stack", project.name, undefined, providerType(packageName), defaultProviderName);
  host.configure(urn, randomUUID(), args);
  return host;
}
