import * as v from "valibot";
import type { IdentityArgs } from "../../auth";
import { cloudChannelNameFaults, nameFaults, parseFullName } from "../../operations";
import { type CancelOn, commonArguments, type Expectable, unknownArgument, type WaitFor } from "../arguments";
import { type Context, settingsFailures } from "../context";
import { defaultExpect, type Expectation } from "../expectation";
import type { Properties } from "../operationOutputs";
import { canonicalService, isCloudChannel, type Service, type ServiceArgs } from "../service";
import { hasUnknown } from "../unknown";
import { type Failure, failuresOf, textWith } from "../validation";

const schema = v.strictObject({ operation: textWith(nameFaults), ...commonArguments }, unknownArgument("is required"));

/** The names of the arguments, which are echoed into the outputs: later steps see nothing else of them. */
export const argumentNames = Object.keys(schema.entries) as readonly (keyof typeof schema.entries)[];

/** A request's arguments, once they passed {@link failuresIn}. */
interface Arguments {
  readonly operation: string;
  readonly service?: ServiceArgs;
  readonly cancelOn?: CancelOn;
  readonly waitFor?: WaitFor;
  readonly expect?: readonly Expectable[];
  readonly triggers?: readonly unknown[];
  readonly impersonateServiceAccount?: string;
  readonly subject?: string;
  readonly customTimeouts?: Readonly<Record<string, string>>;
}

/** A request's arguments in canonical form: an omitted one equals its default, spelled out. */
export interface Settings extends Expectation {
  readonly operation: string;
  readonly service: Service;
  /** Whether `expect` itself names `notFound`: its default takes a missing operation only in a delete. */
  readonly mayBeMissing: boolean;
  readonly triggers: readonly unknown[];
  readonly identity: IdentityArgs;
  readonly customTimeouts: Readonly<Record<string, string>> | undefined;
}

/** Everything that is wrong with a request's arguments, as far as they are known. */
export function failuresIn(inputs: Properties, context: Context): Failure[] {
  const failures = [...failuresOf(schema, inputs), ...settingsFailures(context)];
  const { operation, service, cancelOn, triggers } = inputs;
  const sound = (property: string) => !failures.some((failure) => failure.property.startsWith(property));

  if (typeof operation === "string" && !hasUnknown([operation, service]) && sound("operation") && sound("service")) {
    if (isCloudChannel(canonicalService(service as ServiceArgs | undefined))) {
      failures.push(...cloudChannelNameFaults(operation).map((reason) => ({ property: "operation", reason })));
    }
  }
  if (cancelOn === "delete" && Array.isArray(triggers) && triggers.length > 0) {
    const reason = 'make a new cancel call when they change, and with cancelOn "delete" there is none to make again';
    failures.push({ property: "triggers", reason });
  }
  return failures;
}

/** The canonical form of arguments that were checked. */
export function settingsOf(properties: Properties): Settings {
  const args = properties as unknown as Arguments;
  const cancelOn = args.cancelOn ?? "create";
  return {
    operation: args.operation,
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

/** The arguments, as they go into the outputs. */
export function echo(properties: Properties): Properties {
  return Object.fromEntries(
    argumentNames.filter((name) => properties[name] !== undefined).map((name) => [name, properties[name]]),
  );
}

/** What a resource that is looked up by its id alone was declared with: the id holds the service's host and the name. */
export function argumentsFromId(id: string, properties: Properties): Properties | undefined {
  if (typeof properties["operation"] === "string") return properties;
  const parts = parseFullName(id);
  if (!parts || nameFaults(parts.name).length > 0) return undefined;
  const service = { endpoint: `https://${parts.host}`, ...(properties["service"] as ServiceArgs | undefined) };
  return { ...properties, operation: parts.name, ...(isCloudChannel(canonicalService(service)) ? {} : { service }) };
}
