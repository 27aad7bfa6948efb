import { randomUUID } from "node:crypto";
import type { Project } from "./standIn/project";
import { dynamicPackage, ProviderHost } from "./standIn/providerHost";
import type { Properties } from "./standIn/values";
import { defaultProviderName, makeUrn, providerType } from "./urns";

export interface DynamicHostOptions {
  readonly project: Project;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The stack's whole config, which the dynamic provider receives. */
  readonly config: Properties;
  readonly onLine: (line: string) => void;
}

/** Starts Pulumi's own host of dynamic resources by itself, without an engine. */
export async function startDynamicHost({
  project,
  environment,
  config,
  onLine,
}: DynamicHostOptions): Promise<ProviderHost> {
  const host = await ProviderHost.start(dynamicPackage, {
    project,
    environment,
    engineAddress: "127.0.0.1:0",
    log: (_severity, line) => {
      onLine(line);
    },
  });
  const urn = makeUrn("stack", project.name, undefined, providerType(dynamicPackage), defaultProviderName);
  host.configure(urn, randomUUID(), config);
  return host;
}
