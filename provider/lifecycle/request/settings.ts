import * as v from "valibot";
import type { IdentityArgs } from "../../auth";
import { cloudChannelNameFaults, fullName, nameFaults, parseFullName, quote } from "../../operations";
import { type CancelOn, commonArguments, type Expectable, unknownArgument, type WaitFor } from "../arguments";
import { type Context, settingsFailures } from "../context";
import { StepError } from "../errors";
import { defaultExpect, type Expectation } from "../expectation";
import type { Properties } from "../operationOutputs";
import { canonicalService, isCloudChannel, type Service, type ServiceArgs } from "../service";
import { hasUnknown, unknownValue } from "../unknown";
import { type Failure, failuresOf, textWith } from "../validation";

const schema = v.objectWithRest(
  { operation: textWith(nameFaults), ...commonArguments },
  unknownArgument,
  "is required",
);

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
  const failures = failuresOf(schema, inputs);
  const { operation, service, cancelOn, triggers } = inputs;
  const sound = (...properties: string[]) => !failures.some(({ property }) => properties.includes(property));

  const endpoint = isObject(service) ? service["endpoint"] : undefined;
  const known = typeof operation === "string" && service !== unknownValue && !hasUnknown([operation, endpoint]);
  if (known && sound("operation", "service", "service.endpoint")) {
    if (isCloudChannel(canonicalService(endpoint === undefined ? {} : { endpoint: endpoint as string }))) {
      failures.push(...cloudChannelNameFaults(operation).map((reason) => ({ property: "operation", reason })));
    }
  }
  if (cancelOn === "delete" && Array.isArray(triggers) && triggers.length > 0) {
    const reason = 'make a new cancel call when they change, and with cancelOn "delete" there is none to make again';
    failures.push({ property: "triggers", reason });
  }
  return [...failures, ...settingsFailures(context)];
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

/**
 * What a resource that is looked up by its id alone was declared with: the id holds the service's host and the name.
 * The engine has such a resource read without a check, so the check is made here.
 *
 * @throws {StepError} where nothing can be looked up so
 */
export function argumentsFromId(id: string, properties: Properties, context: Context): Properties {
  if (typeof properties["operation"] === "string") return properties;
  const parts = parseFullName(id);
  if (!parts) {
    const form = fullName("cloudchannel.googleapis.com", "operations/AbC");
    throw new StepError(`${quote(id)} is no id of a cancellation request. It has the form ${form}.`);
  }
  const given = properties["service"] ?? {};
  const service = isObject(given) ? { endpoint: `https://${parts.host}`, ...given } : given;
  const args = { ...properties, operation: parts.name, service };
  const failures = failuresIn(args, context);
  if (failures.length > 0) {
    const reasons = failures.map(({ property, reason }) => `${property} ${reason}`);
    throw new StepError(`${quote(id)} can't be looked up: ${reasons.join("; ")}.`);
  }
  return isCloudChannel(canonicalService(service)) ? { ...properties, operation: parts.name } : args;
}

function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
