import picomatch from "picomatch";
import * as v from "valibot";
import { nameFaults, type Operation } from "../operations";
import { unknownArgument } from "./arguments";
import { hasUnknown, unknownValue } from "./unknown";
import { type Failure, textWith } from "./validation";

/** Which operations of a collection are meant. */
export interface Selection {
  readonly filter?: string;
  readonly match?: { readonly name?: string; readonly operationTypes?: readonly string[] };
  readonly names?: readonly string[];
  readonly all?: boolean;
}

/** The arguments that select. */
export const selectionArguments = {
  filter: v.optional(
    v.pipe(v.string("must be a string"), v.nonEmpty("is empty; leave it out, and set `all` for everything")),
  ),
  match: v.optional(
    v.objectWithRest(
      {
        name: v.optional(
          v.pipe(v.string("must be a glob"), v.nonEmpty("is empty"), v.maxLength(1000, "is no glob: it is too long")),
        ),
        operationTypes: v.optional(
          v.pipe(
            v.array(v.string("must be a string"), "must be a list"),
            v.minLength(1, "must name a type, or be left out"),
          ),
        ),
      },
      unknownArgument,
      "must be an object with name and operationTypes",
    ),
  ),
  names: v.optional(v.array(textWith(nameFaults), "must be a list of operations' names")),
  all: v.optional(v.boolean("must be true or false")),
};

/**
 * What is wrong with a selection as a whole, as far as it is known: a sweep must not run into everything by an oversight.
 */
export function selectionFailures(inputs: Readonly<Record<string, unknown>>): Failure[] {
  const given = ["filter", "match", "names"].filter((argument) => selects(inputs[argument]));
  const known = given.filter((argument) => !hasUnknown(inputs[argument]));
  const { all } = inputs;
  if (all === true && known.length > 0) {
    return [{ property: "all", reason: `stands in place of ${known.join(" and ")}, and can't go with it` }];
  }
  if (known.includes("names") && known.length > 1) {
    return [{ property: "names", reason: "stands in place of filter and match, and can't go with them" }];
  }
  if (all === true || all === unknownValue || given.length > 0) return [];
  const reason = "or one of filter, match and names is required: `all: true` cancels whatever runs in the collection";
  return [{ property: "all", reason }];
}

/** An object without anything in it would select everything. */
function selects(argument: unknown): boolean {
  if (typeof argument !== "object" || argument === null || Array.isArray(argument)) return argument !== undefined;
  return Object.keys(argument).length > 0;
}

/** Names may begin with a dot, and a backslash in them is no separator anywhere. */
const globOptions = { dot: true, windows: false };

/** Whether an operation of a listing is meant. What `filter` leaves out, the server has left out already. */
export function matcherOf({ match }: Selection): (operation: Operation) => boolean {
  const isName = match?.name === undefined ? () => true : picomatch(match.name, globOptions);
  const types = match?.operationTypes && new Set<unknown>(match.operationTypes);
  return ({ name, metadata }) => isName(name) && (!types || types.has(metadata?.["operationType"]));
}
