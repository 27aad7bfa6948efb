import { wireSize } from "../../common/wireSize";
import type { IdentityArgs } from "../../auth/identity";
import type { CancelOn, Expectable, WaitFor } from "./schema";
import { type Context, validateContext } from "../context";
import { defaultExpect, type Expectation } from "../expectation";
import { logicalNameIn, logicalNameKey, withoutLogicalName } from "../logicalName";
import type { Properties } from "../state/record";
import { canonicalService, isCloudChannel, type Service, type ServiceArgs } from "./service";
import { hasUnknown, unknownValue } from "./schema";
import type { Issue } from "./schema";

/** The arguments that all resources have, after validation. */
export interface CommonArguments {
  readonly service?: ServiceArgs;
  readonly cancelOn?: CancelOn;
  readonly waitFor?: WaitFor;
  readonly expect?: readonly Expectable[];
  readonly report?: string;
  readonly triggers?: readonly unknown[];
  readonly impersonateServiceAccount?: string;
  readonly subject?: string;
  readonly customTimeouts?: Readonly<Record<string, string>>;
}

/** The same arguments in canonical form: an omitted argument has its default. */
export interface CommonSettings extends Expectation {
  /** The resource's name in its program, if it's known. */
  readonly resource: string | undefined;
  readonly service: Service;
  /** Whether the program's `expect` includes `notFound`. The default accepts a missing operation only in a delete. */
  readonly mayBeMissing: boolean;
  readonly triggers: readonly unknown[];
  /** The path of the report. */
  readonly report: string | undefined;
  readonly identity: IdentityArgs;
  readonly customTimeouts: Readonly<Record<string, string>> | undefined;
}

export function commonSettings(args: CommonArguments, defaultCancelOn: CancelOn): CommonSettings {
  const cancelOn = args.cancelOn ?? defaultCancelOn;
  return {
    resource: logicalNameIn(args as Properties),
    service: canonicalService(args.service),
    cancelOn,
    waitFor: args.waitFor ?? "settled",
    expect: [...new Set(args.expect ?? defaultExpect(cancelOn))].sort(),
    mayBeMissing: args.expect?.includes("notFound") ?? false,
    triggers: args.triggers ?? [],
    report: args.report,
    identity: {
      ...(args.impersonateServiceAccount ? { impersonateServiceAccount: args.impersonateServiceAccount } : {}),
      ...(args.subject ? { subject: args.subject } : {}),
    },
    customTimeouts: args.customTimeouts,
  };
}

/** Returns the issues of the common arguments that the schema doesn't find, because they concern several arguments. */
export function validateCommonInputs(inputs: Properties, context: Context, defaultCancelOn: CancelOn): Issue[] {
  const { triggers } = inputs;
  const cancelOn = inputs["cancelOn"] ?? defaultCancelOn;
  const failures = validateContext(context);
  if (cancelOn === "delete" && Array.isArray(triggers) && triggers.length > 0) {
    const reason =
      'are not allowed with cancelOn "delete", which sends no cancel before the deletion. Remove triggers, or set cancelOn to "create"';
    failures.push({ property: "triggers", reason });
  }
  const [largest, total] = sizes(withoutLogicalName(inputs));
  if (cancelOn === "create" && largest && total > maxArgumentBytes) {
    const reason = `is too large. With cancelOn "create", all arguments together may have ${maxArgumentBytes} bytes of JSON, and they have ${total} (a number counts as 12 bytes). Shorten this argument`;
    failures.push({ property: largest, reason });
  }
  return failures;
}

/**
 * The size limit for the arguments of a resource with `cancelOn: "create"`, in bytes of JSON. If a creation fails
 * part-way, the host sends the arguments to the engine in an error, whose size gRPC limits.
 */
const maxArgumentBytes = 16 * 1024;

/**
 * The factor that converts a size in gRPC to one in JSON. In gRPC a text takes a quarter more bytes than in JSON, and a
 * number several times more.
 */
const wireShare = 0.8;

function sizes(inputs: Properties): [string | undefined, number] {
  const entries = Object.entries(inputs).map(([name, value]) => ({
    name,
    bytes: Math.max(Buffer.byteLength(JSON.stringify(value)), Math.ceil(wireShare * wireSize(value))),
  }));
  const [largest] = entries.sort((a, b) => b.bytes - a.bytes);
  return [largest?.name, entries.reduce((sum, { bytes }) => sum + bytes, 0)];
}

/** A resource name among the arguments, and the check of it that applies to Cloud Channel only. */
export interface GivenName {
  readonly property: string;
  readonly name: unknown;
  readonly faults: (name: string) => readonly string[];
}

/** Returns the issues of names that passed the schema, if the service is known to be Cloud Channel. */
export function validateCloudChannelNames(
  inputs: Properties,
  earlier: readonly Issue[],
  names: readonly GivenName[],
): Issue[] {
  const { service } = inputs;
  const sound = (...properties: string[]) => !earlier.some(({ property }) => properties.includes(property));
  const endpoint = isObject(service) ? service["endpoint"] : undefined;
  if (service === unknownValue || hasUnknown(endpoint) || !sound("service", "service.endpoint")) return [];
  if (!isCloudChannel(canonicalService(endpoint === undefined ? {} : { endpoint: endpoint as string }))) return [];
  return names.flatMap(({ property, name, faults }) =>
    typeof name === "string" && name !== unknownValue && sound(property)
      ? faults(name).map((reason) => ({ property, reason }))
      : [],
  );
}

/**
 * Returns the arguments with these names and the resource's name for the outputs. Later steps read them only from
 * there.
 */
export function pickInputs(properties: Properties, names: readonly string[]): Properties {
  return Object.fromEntries(
    [...names, logicalNameKey].filter((name) => properties[name] !== undefined).map((name) => [name, properties[name]]),
  );
}

export function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
