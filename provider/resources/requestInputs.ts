import { quote } from "../common/text";
import { cloudChannelNameIssues, fullName, parseFullName } from "../operations/resourceName";
import { givenNameIssues } from "./inputs/givenName";
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
import { commonArguments, describeIssue, type Issue, objectOf, textWith, validateSchema } from "./inputs/schema";

/** The schema of each argument. */
export const requestArguments = { operation: textWith(givenNameIssues), ...commonArguments };

const schema = objectOf(requestArguments, {
  form: "is required",
  unknown: "isn't an argument of this resource",
  unlisted: ["customTimeouts"],
});

/** A request's arguments, after {@link validateRequestInputs} found no issue. */
interface Arguments extends CommonArguments {
  readonly operation: string;
}

/** A request's arguments in canonical form. */
export interface RequestSettings extends CommonSettings {
  readonly operation: string;
}

/** Returns all issues of a request's arguments that are known. */
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

/** Returns the canonical form of validated arguments. */
export function requestSettings(properties: Properties): RequestSettings {
  const args = properties as unknown as Arguments;
  return { operation: args.operation, ...commonSettings(args, "create") };
}

/** Returns the arguments for the outputs. */
export function echoRequestInputs(properties: Properties): Properties {
  return pickInputs(properties, Object.keys(requestArguments));
}

/**
 * Returns the arguments of a resource that is looked up by its id, which has the service's host and the operation's
 * name. The engine reads such a resource without a check, so this validates the arguments.
 *
 * @throws {StepError} if the id or another argument isn't valid
 */
export function argumentsFromId(id: string, properties: Properties, context: Context): Properties {
  if (typeof properties["operation"] === "string") return properties;
  const parts = parseFullName(id);
  if (!parts) {
    const form = fullName("cloudchannel.googleapis.com", "operations/AbC");
    throw new StepError(`${quote(id)} isn't the id of a cancellation request. An id has the form ${form}.`);
  }
  const given = properties["service"] ?? {};
  const service = isObject(given) ? { endpoint: `https://${parts.host}`, ...given } : given;
  const args = { ...properties, operation: parts.name, service };
  const failures = validateRequestInputs(args, context);
  if (failures.length > 0) {
    throw new StepError(`${quote(id)} can't be looked up: ${failures.map(describeIssue).join("; ")}.`);
  }
  return canonicalService(service).endpoint === canonicalService().endpoint
    ? { ...properties, operation: parts.name }
    : args;
}
