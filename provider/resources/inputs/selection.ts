import * as v from "valibot";
import type { Operation } from "../../operations/response";
import { isObject } from "./commonInputs";
import { givenNameIssues } from "./givenName";
import { globMatcher } from "./glob";
import { but, hasUnknown, type Issue, listOf, objectOf, textWith, unknownValue } from "./schema";

/** Selects operations of a collection. */
export interface Selection {
  readonly filter?: string;
  readonly match?: { readonly name?: string; readonly operationTypes?: readonly string[] };
  readonly names?: readonly string[];
  readonly all?: boolean;
}

/** The arguments of a selection. */
export const selectionArguments = {
  filter: v.optional(v.pipe(v.string(but("must be a string")), v.nonEmpty("is empty. Leave it out"))),
  match: v.optional(
    objectOf(
      {
        name: v.optional(
          v.pipe(
            v.string(but("must be a glob")),
            v.nonEmpty("is empty"),
            v.maxLength(1000, "is too long. A glob has at most 1,000 characters"),
          ),
        ),
        operationTypes: v.optional(
          v.pipe(
            listOf(v.string(but("must be a string")), "must be a list"),
            v.minLength(1, "is empty, but must name a type, or be left out"),
          ),
        ),
      },
      { form: but("must be an object with name and operationTypes"), unknown: "isn't a property of `match`" },
    ),
  ),
  names: v.optional(listOf(textWith(givenNameIssues), "must be a list of operations' names")),
  all: v.optional(v.boolean(but("must be true or false"))),
};

/** Returns the issues of a selection as a whole, if it's known. A program must not select everything by mistake. */
export function validateSelection(inputs: Readonly<Record<string, unknown>>): Issue[] {
  const given = ["filter", "match", "names"].filter((argument) => selects(inputs[argument]));
  const known = given.filter((argument) => !hasUnknown(inputs[argument]));
  const { all } = inputs;
  if (all === true && known.length > 0) {
    return [{ property: "all", reason: `can't be combined with ${known.join(" and ")}. Remove one or the other` }];
  }
  if (known.includes("names") && known.length > 1) {
    return [{ property: "names", reason: "can't be combined with filter or match. Remove one or the other" }];
  }
  if (all === true || all === unknownValue || given.length > 0) return [];
  if (inputs["match"] !== undefined) {
    return [
      { property: "match", reason: "is empty. Set its name or operationTypes. To select everything, set `all: true`" },
    ];
  }
  const reason =
    "is required unless filter, match or names is set. `all: true` cancels every running operation of the collection";
  return [{ property: "all", reason }];
}

/** Returns whether an argument selects. An empty filter or an empty object would select everything, so it doesn't count. */
export function selects(argument: unknown): boolean {
  return isObject(argument) ? Object.keys(argument).length > 0 : argument !== undefined && argument !== "";
}

/** The selected operations of a page, and those whose names take too long to match. */
export interface Selected {
  readonly operations: readonly Operation[];
  readonly undecided: readonly Operation[];
}

/**
 * Returns a function that selects from a page of a listing, within a time limit in milliseconds. The server applies
 * `filter`.
 */
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
