import * as v from "valibot";
import { cloudChannelNameIssues, nameIssues } from "../../operations/resourceName";
import { commonArguments, unknownArgument } from "../inputs/schema";
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
import { type Issue, validateSchema, textWith } from "../inputs/schema";

/** Cloud Channel's only collection. */
const defaultCollection = "operations";
const defaultLimit = 1_000;
const defaultConcurrency = 16;

/** The number of connections that a process keeps to a host. More calls at a time would wait for a connection. */
const maxConcurrency = 64;

const count = (most: number) =>
  v.pipe(
    v.number("must be a number"),
    v.integer("must be a whole number"),
    v.minValue(1, "must be at least 1"),
    v.maxValue(most, `must be at most ${most}`),
  );

const isOutput = "is an output, and can't be set";

const schema = v.objectWithRest(
  {
    collection: v.optional(textWith(collectionIssues)),
    ...selectionArguments,
    limit: v.optional(count(1_000_000)),
    concurrency: v.optional(count(maxConcurrency)),
    // The resource's class sets it to an empty secret if `names` is a secret, so that Pulumi encrypts the output too.
    operations: v.optional(v.pipe(v.array(v.unknown(), isOutput), v.maxLength(0, isOutput))),
    ...commonArguments,
  },
  unknownArgument,
);

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
  return pickInputs(properties, Object.keys(schema.entries));
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
  const faults = nameIssues(name);
  if (faults.length > 0 || /(^|\/)operations$/.test(name)) return faults;
  return ["must end in operations, for example projects/p/locations/l/operations"];
}

function cloudChannelCollectionIssues(name: string): string[] {
  return name === defaultCollection ? [] : [`must be ${defaultCollection}, which is Cloud Channel's only collection`];
}
