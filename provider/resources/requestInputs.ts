import * as v from "valibot";
import { quote } from "../common/text";
import { cloudChannelNameIssues, fullName, nameIssues, parseFullName } from "../operations/resourceName";
import { commonArguments, unknownArgument } from "./inputs/schema";
import type { Context } from "./context";
import { StepError } from "./errors";
import type { Properties } from "./state/record";
import { canonicalService } from "./inputs/service";
import {
  validateCloudChannelNames,
  type CommonArguments,
  validateCommonInputs,
  type CommonSettings,
  commonSettings,
  pickInputs,
  isObject,
} from "./inputs/commonInputs";
import { type Issue, validateSchema, textWith } from "./inputs/schema";

const schema = v.objectWithRest(
  { operation: textWith(nameIssues), ...commonArguments },
  unknownArgument,
  "is required",
);

/** A request's arguments, once they passed {@link validateRequestInputs}. */
interface Arguments extends CommonArguments {
  readonly operation: string;
}

/** A request's arguments in canonical form. */
export interface RequestSettings extends CommonSettings {
  readonly operation: string;
}

/** Everything that is wrong with a request's arguments, as far as they are known. */
export function validateRequestInputs(inputs: Properties, context: Context): Issue[] {
  const failures = validateSchema(schema, inputs);
  const { operation } = inputs;
  return [
    ...failures,
    ...validateCloudChannelNames(inputs, failures, [
      { property: "operation", name: operation, faults: cloudChannelNameIssues },
    ]),
    ...validateCommonInputs(inputs, context, "create"),
  ];
}

/** The canonical form of arguments that were checked. */
export function requestSettings(properties: Properties): RequestSettings {
  const args = properties as unknown as Arguments;
  return { operation: args.operation, ...commonSettings(args, "create") };
}

/** The arguments, as they go into the outputs. */
export function echoRequestInputs(properties: Properties): Properties {
  return pickInputs(properties, Object.keys(schema.entries));
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
  const failures = validateRequestInputs(args, context);
  if (failures.length > 0) {
    const reasons = failures.map(({ property, reason }) => `${property} ${reason}`.trim());
    throw new StepError(`${quote(id)} can't be looked up: ${reasons.join("; ")}.`);
  }
  return canonicalService(service).endpoint === canonicalService().endpoint
    ? { ...properties, operation: parts.name }
    : args;
}
