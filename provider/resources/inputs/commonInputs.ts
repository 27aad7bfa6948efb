import { wireSize } from "../../common/wireSize";
import type { IdentityArgs } from "../../auth/identity";
import type { CancelOn, Expectable, WaitFor } from "./schema";
import { type Context, validateContext } from "../context";
import { defaultExpect, type Expectation } from "../expectation";
import type { Properties } from "../state/record";
import { canonicalService, isCloudChannel, type Service, type ServiceArgs } from "./service";
import { hasUnknown, unknownValue } from "./schema";
import type { Issue } from "./schema";

/** The arguments that all resources have, once they were checked. */
export interface CommonArguments {
  readonly service?: ServiceArgs;
  readonly cancelOn?: CancelOn;
  readonly waitFor?: WaitFor;
  readonly expect?: readonly Expectable[];
  readonly triggers?: readonly unknown[];
  readonly impersonateServiceAccount?: string;
  readonly subject?: string;
  readonly customTimeouts?: Readonly<Record<string, string>>;
}

/** The same in canonical form: an omitted one equals its default, spelled out. */
export interface CommonSettings extends Expectation {
  readonly service: Service;
  /** Whether `expect` itself names `notFound`: its default takes a missing operation only in a delete. */
  readonly mayBeMissing: boolean;
  readonly triggers: readonly unknown[];
  readonly identity: IdentityArgs;
  readonly customTimeouts: Readonly<Record<string, string>> | undefined;
}

export function commonSettings(args: CommonArguments, defaultCancelOn: CancelOn): CommonSettings {
  const cancelOn = args.cancelOn ?? defaultCancelOn;
  return {
    service: canonicalService(args.service),
    cancelOn,
    waitFor: args.waitFor ?? "settled",
    expect: [...new Set(args.expect ?? defaultExpect(cancelOn))].sort(),
    mayBeMissing: args.expect?.includes("notFound") ?? false,
    triggers: args.triggers ?? [],
    identity: {
      ...(args.impersonateServiceAccount ? { impersonateServiceAccount: args.impersonateServiceAccount } : {}),
      ...(args.subject ? { subject: args.subject } : {}),
    },
    customTimeouts: args.customTimeouts,
  };
}

/** What is wrong with the arguments that all resources have, besides what each of them is by itself. */
export function validateCommonInputs(inputs: Properties, context: Context, defaultCancelOn: CancelOn): Issue[] {
  const { triggers } = inputs;
  const cancelOn = inputs["cancelOn"] ?? defaultCancelOn;
  const failures = validateContext(context);
  if (cancelOn === "delete" && Array.isArray(triggers) && triggers.length > 0) {
    const reason = 'make a new cancel call when they change, and with cancelOn "delete" there is none to make again';
    failures.push({ property: "triggers", reason });
  }
  const [largest, total] = sizes(inputs);
  if (cancelOn === "create" && largest && total > maxArgumentBytes) {
    const reason = `is too large: with cancelOn "create" the arguments may have ${maxArgumentBytes} bytes of JSON in all, and have ${total}, where a number counts as 12`;
    failures.push({ property: largest, reason });
  }
  return failures;
}

/**
 * The most that the arguments of a resource with `cancelOn: "create"` may have, in bytes of JSON. A creation that ends half-way is
 * sent to the engine within an error, whose size gRPC limits.
 */
const maxArgumentBytes = 16 * 1024;

/** A gRPC message takes a quarter more than the JSON of a text, and several times more than that of a number. */
const wireShare = 0.8;

function sizes(inputs: Properties): [string | undefined, number] {
  const entries = Object.entries(inputs).map(([name, value]) => ({
    name,
    bytes: Math.max(Buffer.byteLength(JSON.stringify(value)), Math.ceil(wireShare * wireSize(value))),
  }));
  const [largest] = entries.sort((a, b) => b.bytes - a.bytes);
  return [largest?.name, entries.reduce((sum, { bytes }) => sum + bytes, 0)];
}

/** A resource name among the arguments, and what Cloud Channel has to say of it. */
export interface GivenName {
  readonly property: string;
  readonly name: unknown;
  readonly faults: (name: string) => readonly string[];
}

/** What is wrong with names that are sound by themselves, where the service is known to be Cloud Channel. */
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

/** The arguments of those names, as they go into the outputs: later steps see nothing else of them. */
export function pickInputs(properties: Properties, names: readonly string[]): Properties {
  return Object.fromEntries(
    names.filter((name) => properties[name] !== undefined).map((name) => [name, properties[name]]),
  );
}

export function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
