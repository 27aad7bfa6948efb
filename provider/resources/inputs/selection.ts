import * as v from "valibot";
import { nameIssues } from "../../operations/resourceName";
import type { Operation } from "../../operations/response";
import { unknownArgument } from "./schema";
import { globMatcher } from "./glob";
import { hasUnknown, unknownValue } from "./schema";
import { type Issue, textWith } from "./schema";

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
  names: v.optional(v.array(textWith(nameIssues), "must be a list of operations' names")),
  all: v.optional(v.boolean("must be true or false")),
};

/**
 * What is wrong with a selection as a whole, as far as it is known: a sweep must not run into everything by an oversight.
 */
export function validateSelection(inputs: Readonly<Record<string, unknown>>): Issue[] {
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

/** The operations of a page that a selection means, and those for which its glob takes too long to tell. */
export interface Selected {
  readonly operations: readonly Operation[];
  readonly undecided: readonly Operation[];
}

/** Selects from the pages of a listing, within a time in milliseconds. What `filter` leaves out, the server has left out already. */
export function selectorOf({ match }: Selection): (page: readonly Operation[], timeout?: number) => Selected {
  const types = match?.operationTypes && new Set<unknown>(match.operationTypes);
  const matchNames = match?.name === undefined ? undefined : globMatcher(match.name);
  return (page, timeout) => {
    const ofType = types ? page.filter(({ metadata }) => types.has(metadata?.["operationType"])) : page;
    if (!matchNames) return { operations: ofType, undecided: [] };
    const verdicts = matchNames(
      ofType.map(({ name }) => name),
      timeout,
    );
    return {
      operations: ofType.filter((_, index) => verdicts[index]),
      undecided: ofType.filter((_, index) => verdicts[index] === undefined),
    };
  };
}
