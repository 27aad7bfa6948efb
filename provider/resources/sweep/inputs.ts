import * as v from "valibot";
import { quote } from "../../common/text";
import { cloudChannelNameIssues } from "../../operations/resourceName";
import { givenNameIssues } from "../inputs/givenName";
import type { Context } from "../context";
import type { Properties } from "../state/record";
import { type Selection, selectionArguments, validateSelection } from "../inputs/selection";
import {
  validateCloudChannelNames,
  type CommonArguments,
  validateCommonInputs,
  type CommonSettings,
  commonSettings,
  pickInputs,
  isObject,
} from "../inputs/commonInputs";
import { but, commonArguments, type Issue, objectOf, textWith, validateSchema } from "../inputs/schema";

/** Cloud Channel's only collection. */
const defaultCollection = "operations";
const defaultLimit = 1_000;
const defaultConcurrency = 16;

/** The number of connections that a process keeps to a host. More calls at a time would wait for a connection. */
const maxConcurrency = 64;

const count = (most: number) =>
  v.pipe(
    v.number(but("must be a number")),
    v.integer(but("must be a whole number")),
    v.minValue(1, but("must be at least 1")),
    v.maxValue(most, but(`must be at most ${most}`)),
  );

const isOutput = "is an output, and can't be set. To name operations, use `names`";

/** The schema of each argument. */
export const sweepArguments = {
  collection: v.optional(textWith(collectionIssues)),
  ...selectionArguments,
  limit: v.optional(count(1_000_000)),
  concurrency: v.optional(count(maxConcurrency)),
  // The resource's class sets it to an empty secret if `names` is a secret, so that Pulumi encrypts the output too.
  operations: v.optional(v.pipe(v.array(v.unknown(), isOutput), v.maxLength(0, isOutput))),
  ...commonArguments,
};

const schema = objectOf(sweepArguments, {
  form: "is required",
  unknown: "isn't an argument of this resource",
  unlisted: ["operations", "customTimeouts"],
});

/** A sweep's arguments, after {@link validateSweepInputs} found no issue. */
interface Arguments extends CommonArguments, Selection {
  readonly collection?: string;
  readonly limit?: number;
  readonly concurrency?: number;
}

/** A sweep's arguments in canonical form. */
export interface SweepSettings extends CommonSettings {
  readonly collection: string;
  readonly selection: Selection;
  /** The most running operations that may match. */
  readonly limit: number;
  /** How many calls are in flight at a time. */
  readonly concurrency: number;
}

/** Returns all issues of a sweep's arguments that are known. */
export function validateSweepInputs(inputs: Properties, context: Context): Issue[] {
  const failures = validateSchema(schema, inputs);
  const names = Array.isArray(inputs["names"]) ? (inputs["names"] as unknown[]) : [];
  return [
    ...failures,
    ...validateCloudChannelNames(inputs, failures, [
      { property: "collection", name: inputs["collection"], faults: cloudChannelCollectionIssues },
      ...names.map((name, index) => ({ property: `names[${index}]`, name, faults: cloudChannelNameIssues })),
    ]),
    ...validateSelection(inputs),
    ...validateCommonInputs(inputs, context, "delete"),
  ];
}

/** Returns the canonical form of validated arguments. */
export function sweepSettings(properties: Properties): SweepSettings {
  const args = properties as Arguments;
  return {
    collection: args.collection ?? defaultCollection,
    selection: canonicalSelection(args),
    limit: args.limit ?? defaultLimit,
    concurrency: args.concurrency ?? defaultConcurrency,
    ...commonSettings(args, "delete"),
  };
}

/** Returns the arguments for the outputs. */
export function echoSweepInputs(properties: Properties): Properties {
  return pickInputs(properties, Object.keys(sweepArguments));
}

function canonicalSelection({ filter, match, names, all }: Selection): Selection {
  return {
    ...(filter === undefined ? {} : { filter }),
    ...(isObject(match) && Object.keys(match).length > 0
      ? {
          match: {
            ...(match.name === undefined ? {} : { name: match.name }),
            ...(match.operationTypes === undefined
              ? {}
              : { operationTypes: [...new Set(match.operationTypes)].sort() }),
          },
        }
      : {}),
    ...(names === undefined ? {} : { names: [...new Set(names)].sort() }),
    ...(all === true ? { all } : {}),
  };
}

function collectionIssues(name: string): string[] {
  const faults = givenNameIssues(name);
  if (faults.length > 0 || /(^|\/)operations$/.test(name)) return faults;
  const meant = /^(?:.*\/)?operations(?=\/)/.exec(name)?.[0] ?? `${name}/operations`;
  return [`is ${quote(name)}, but must end in operations. Did you mean ${quote(meant)}?`];
}

function cloudChannelCollectionIssues(name: string): string[] {
  return name === defaultCollection
    ? []
    : [`is ${quote(name)}, but must be ${defaultCollection}, which is Cloud Channel's only collection`];
}
