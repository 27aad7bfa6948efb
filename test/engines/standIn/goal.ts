import * as grpc from "@grpc/grpc-js";
import type { Alias as AliasMessage } from "@pulumi/pulumi/proto/alias_pb";
import type * as messages from "@pulumi/pulumi/proto/resource_pb";
import { StatusError } from "./grpcs";
import type { Timeouts } from "./resourceState";
import { fromStruct } from "./struct";
import { timeoutsOf } from "./timeouts";
import { type Properties, withoutOutputValues } from "./values";

/** A resource as the program declares it. */
export interface Goal {
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly parent: string;
  readonly properties: Properties;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly additionalSecretOutputs: readonly string[];
  readonly aliases: readonly Alias[];
  readonly retainOnDelete: boolean;
  readonly customTimeouts: Timeouts;
  /** The reference to its provider. Empty for the default provider of its package. */
  readonly provider: string;
}

/** A name and a type that a resource had earlier. */
export interface Alias {
  readonly name: string;
  readonly type: string;
}

/** A resource that the program only reads, with `Resource.get()`. */
export interface ReadGoal {
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly parent: string;
  readonly properties: Properties;
  readonly dependencies: readonly string[];
  readonly additionalSecretOutputs: readonly string[];
  readonly provider: string;
}

/** A call of a provider's function. */
export interface InvokeGoal {
  readonly token: string;
  readonly args: Properties;
  readonly provider: string;
}

/** Returns the engine's own goal for a provider without options. */
export function providerGoal(type: string, name: string, properties: Properties): Goal {
  return {
    ...{ type, name, custom: true, parent: "", properties, provider: "", retainOnDelete: false, customTimeouts: {} },
    ...{ dependencies: [], propertyDependencies: {}, additionalSecretOutputs: [], aliases: [] },
  };
}

export function goalOf(request: messages.RegisterResourceRequest): Goal {
  refuse(request);
  return {
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    parent: request.getParent(),
    properties: withoutOutputValues(fromStruct(request.getObject())),
    dependencies: request.getDependenciesList(),
    propertyDependencies: Object.fromEntries(
      request
        .getPropertydependenciesMap()
        .getEntryList()
        .map(([name]) => [name, request.getPropertydependenciesMap().get(name)?.getUrnsList() ?? []]),
    ),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    aliases: request.getAliasesList().map((alias) => aliasOf(alias.getSpec(), request)),
    retainOnDelete: request.getRetainondelete() ?? false,
    customTimeouts: timeoutsOf(request),
    provider: request.getProvider(),
  };
}

export function readGoalOf(request: messages.ReadResourceRequest): ReadGoal {
  return {
    type: request.getType(),
    name: request.getName(),
    id: request.getId(),
    parent: request.getParent(),
    properties: withoutOutputValues(fromStruct(request.getProperties())),
    dependencies: request.getDependenciesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    provider: request.getProvider(),
  };
}

export function invokeGoalOf(request: messages.ResourceInvokeRequest): InvokeGoal {
  const args = withoutOutputValues(fromStruct(request.getArgs()));
  return { token: request.getTok(), args, provider: request.getProvider() };
}

/** Throws for options that the stand-in doesn't implement. */
function refuse(request: messages.RegisterResourceRequest): void {
  const unsupported = {
    import: request.getImportid() !== "",
    "remote components": request.getRemote(),
    replaceOnChanges: request.getReplaceonchangesList().length > 0,
    deletedWith: request.getDeletedwith() !== "",
    ignoreChanges: request.getIgnorechangesList().length > 0,
    deleteBeforeReplace: request.getDeletebeforereplace(),
    protect: request.getProtect() === true,
    "aliases that are more than a name and a type":
      request.getAliasurnsList().length > 0 ||
      request.getAliasesList().some((alias) => !isSupported(alias.getSpec(), request.getParent())),
  };
  const used = Object.entries(unsupported).flatMap(([option, isUsed]) => (isUsed ? [option] : []));
  if (used.length === 0) return;
  throw new StatusError(
    grpc.status.UNIMPLEMENTED,
    `The stand-in doesn't know ${used.join(", ")}: it needs the Pulumi CLI.`,
  );
}

/** Returns whether an alias differs from the resource only in name and type. The SDK passes the resource's own parent. */
function isSupported(alias: AliasMessage.Spec | undefined, parent: string): boolean {
  if (alias === undefined || alias.getNoparent() || !["", parent].includes(alias.getParenturn())) return false;
  return alias.getStack() === "" && alias.getProject() === "";
}

/** Fills in the resource's own name or type where the alias has none. */
function aliasOf(alias: AliasMessage.Spec | undefined, request: messages.RegisterResourceRequest): Alias {
  return { name: alias?.getName() || request.getName(), type: alias?.getType() || request.getType() };
}
