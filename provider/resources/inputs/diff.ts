import { isDeepStrictEqual } from "node:util";
import { canonicalTimeouts } from "./schema";
import type { Properties } from "../state/record";
import { type CommonSettings, isObject } from "./commonInputs";
import { hasUnknown } from "./schema";

/** An argument, the part of it to compare, and whether a change of that part replaces the resource. */
export interface Comparison<Settings> {
  readonly argument: string;
  readonly replaces: boolean;
  readonly of: (settings: Settings) => unknown;
  /** The argument's properties that are compared. Absent if the whole argument is compared. */
  readonly properties?: readonly string[];
}

/** The comparisons of the arguments that all resources have. */
export const commonComparisons: readonly Comparison<CommonSettings>[] = [
  {
    argument: "service",
    replaces: true,
    properties: ["endpoint", "version"],
    of: ({ service }) => [service.endpoint, service.version],
  },
  {
    argument: "service",
    replaces: false,
    properties: ["scopes"],
    of: ({ service }) => service.scopes,
  },
  { argument: "triggers", replaces: true, of: ({ triggers }) => triggers },
  { argument: "cancelOn", replaces: false, of: ({ cancelOn }) => cancelOn },
  { argument: "waitFor", replaces: false, of: ({ waitFor }) => waitFor },
  { argument: "expect", replaces: false, of: ({ expect }) => expect },
  { argument: "report", replaces: false, of: ({ report }) => report },
  { argument: "impersonateServiceAccount", replaces: false, of: ({ identity }) => identity.impersonateServiceAccount },
  { argument: "subject", replaces: false, of: ({ identity }) => identity.subject },
  { argument: "customTimeouts", replaces: false, of: ({ customTimeouts }) => canonicalTimeouts(customTimeouts) },
];

/** A change of an argument. */
export interface Change {
  readonly argument: string;
  readonly kind: "add" | "update" | "delete";
  readonly replaces: boolean;
}

interface Difference<Settings> {
  readonly changed: readonly Change[];
  /** The arguments whose change replaces the resource. */
  readonly replaces: string[];
  /** The present settings. Values that aren't known yet come from the outputs. */
  readonly settings: Settings;
}

/** The result of a diff step. */
export interface StepDifference {
  /** Whether an update has something to do: because arguments changed, or because an earlier step is unfinished. */
  readonly changes: boolean;
  readonly changed: readonly Change[];
  /** The arguments whose change replaces the resource. */
  readonly replaces: string[];
}

/** Compares the arguments with those in the outputs. A value that isn't known yet counts as a change. */
export function compare<Settings>(
  outputs: Properties,
  inputs: Properties,
  settingsOf: (properties: Properties) => Settings,
  comparisons: readonly Comparison<Settings>[],
): Difference<Settings> {
  const before = settingsOf(outputs);
  const settings = settingsOf(known(inputs, outputs) as Properties);
  const different = comparisons.filter(
    ({ argument, properties, of }) =>
      hasUnknown(comparedPart(inputs[argument], properties)) || !isDeepStrictEqual(of(before), of(settings)),
  );
  const replaces = [...new Set(different.filter(({ replaces }) => replaces).map(({ argument }) => argument))];
  // An omitted argument changes with another one when its default depends on that one.
  const given = different.filter(({ argument }) => isGiven(outputs[argument]) || isGiven(inputs[argument]));
  // Several comparisons may concern one argument.
  const names = new Set((given.length > 0 ? given : different).map(({ argument }) => argument));
  const changed = [...names].map((argument) => ({
    argument,
    kind: kindOfChange(outputs[argument], inputs[argument]),
    replaces: replaces.includes(argument),
  }));
  return { changed, replaces, settings };
}

/** Returns the part of an argument that is compared. */
function comparedPart(argument: unknown, properties: readonly string[] | undefined): unknown {
  return properties && isObject(argument) ? properties.map((name) => argument[name]) : argument;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function kindOfChange(before: unknown, now: unknown): Change["kind"] {
  if (!isGiven(before)) return "add";
  return isGiven(now) ? "update" : "delete";
}

/** Returns `input`, with `output` in place of values that aren't known yet. */
function known(input: unknown, output: unknown): unknown {
  if (!hasUnknown(input)) return input;
  if (!isObject(input)) return output;
  const old = isObject(output) ? output : {};
  return Object.fromEntries(Object.entries(input).map(([key, value]) => [key, known(value, old[key])]));
}
