import * as grpc from "@grpc/grpc-js";
import type { Alias } from "@pulumi/pulumi/proto/alias_pb";
import type * as messages from "@pulumi/pulumi/proto/resource_pb";
import { stackType } from "../urns";
import { StatusError } from "./grpcs";
import { stashType } from "./stash";
import { fromStruct } from "./struct";
import { type Properties, withoutOutputValues } from "./values";

const goUnit = /(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h)/;
/** Matches what Go's `time.ParseDuration` accepts. The engine parses custom timeouts with it. */
const goDuration = new RegExp(`^[+-]?(?:0|(?:${goUnit.source})+)$`);

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
  /** The names of its aliases. */
  readonly formerNames: readonly string[];
  readonly retainOnDelete: boolean;
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
}

export function goalOf(request: messages.RegisterResourceRequest): Goal {
  if (request.getType() !== stashType) requireDynamic(request.getType(), request.getCustom());
  refuse(request);
  checkTimeouts(request.getCustomtimeouts());
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
    formerNames: request.getAliasesList().map((alias) => alias.getSpec()?.getName() ?? ""),
    retainOnDelete: request.getRetainondelete() ?? false,
  };
}

export function readGoalOf(request: messages.ReadResourceRequest): ReadGoal {
  requireDynamic(request.getType(), true);
  return {
    type: request.getType(),
    name: request.getName(),
    id: request.getId(),
    parent: request.getParent(),
    properties: withoutOutputValues(fromStruct(request.getProperties())),
    dependencies: request.getDependenciesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
  };
}

function requireDynamic(type: string, custom: boolean): void {
  if (!custom || type === stackType || type.startsWith("pulumi-nodejs:dynamic")) return;
  throw new Error(`The stand-in runs dynamic resources, stashes and components only; ${type} needs the Pulumi CLI.`);
}

/** Throws for options that the stand-in doesn't implement. */
function refuse(request: messages.RegisterResourceRequest): void {
  const unsupported = {
    import: request.getImportid() !== "",
    provider: request.getProvider() !== "",
    "remote components": request.getRemote(),
    replaceOnChanges: request.getReplaceonchangesList().length > 0,
    deletedWith: request.getDeletedwith() !== "",
    ignoreChanges: request.getIgnorechangesList().length > 0,
    deleteBeforeReplace: request.getDeletebeforereplace(),
    protect: request.getProtect() === true,
    "aliases that are more than a name":
      request.getAliasurnsList().length > 0 ||
      request.getAliasesList().some((alias) => !isName(alias.getSpec(), request.getParent())),
  };
  const used = Object.entries(unsupported).flatMap(([option, isUsed]) => (isUsed ? [option] : []));
  if (used.length === 0) return;
  throw new StatusError(
    grpc.status.UNIMPLEMENTED,
    `The stand-in doesn't know ${used.join(", ")}: it needs the Pulumi CLI.`,
  );
}

/** Returns whether an alias differs from the resource only in its name. The SDK passes the resource's own parent. */
function isName(alias: Alias.Spec | undefined, parent: string): boolean {
  if (alias === undefined || alias.getName() === "") return false;
  if (alias.getNoparent() || !["", parent].includes(alias.getParenturn())) return false;
  return alias.getType() === "" && alias.getStack() === "" && alias.getProject() === "";
}

function checkTimeouts(timeouts: messages.RegisterResourceRequest.CustomTimeouts | undefined): void {
  for (const timeout of Object.values(timeouts?.toObject() ?? {})) {
    if (timeout !== "" && !goDuration.test(timeout)) throw new Error(`unable to parse customTimeout Value ${timeout}`);
  }
}
