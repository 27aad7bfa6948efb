import { isDeepStrictEqual } from "node:util";
import { canonicalTimeouts } from "./schema";
import type { Properties } from "../state/record";
import { type CommonSettings, isObject } from "./commonInputs";
import { hasUnknown } from "./schema";

/** An argument, the part of it that is compared, and whether a change of that part replaces. */
export interface Comparison<Settings> {
  readonly argument: string;
  readonly replaces: boolean;
  readonly of: (settings: Settings) => unknown;
  /** Where only a part of the argument is compared: that part, as it was given. */
  readonly given?: (argument: unknown) => unknown;
}

/** The arguments that all resources have. */
export const commonComparisons: readonly Comparison<CommonSettings>[] = [
  {
    argument: "service",
    replaces: true,
    of: ({ service }) => [service.endpoint, service.version],
    given: (service) => (isObject(service) ? [service["endpoint"], service["version"]] : service),
  },
  {
    argument: "service",
    replaces: false,
    of: ({ service }) => service.scopes,
    given: (service) => (isObject(service) ? service["scopes"] : service),
  },
  { argument: "triggers", replaces: true, of: ({ triggers }) => triggers },
  { argument: "cancelOn", replaces: false, of: ({ cancelOn }) => cancelOn },
  { argument: "waitFor", replaces: false, of: ({ waitFor }) => waitFor },
  { argument: "expect", replaces: false, of: ({ expect }) => expect },
  { argument: "impersonateServiceAccount", replaces: false, of: ({ identity }) => identity.impersonateServiceAccount },
  { argument: "subject", replaces: false, of: ({ identity }) => identity.subject },
  { argument: "customTimeouts", replaces: false, of: ({ customTimeouts }) => canonicalTimeouts(customTimeouts) },
];

export interface Difference<Settings> {
  readonly changes: boolean;
  /** The arguments whose change replaces the resource. */
  readonly replaces: string[];
  /** What is declared now, as far as it is known. */
  readonly settings: Settings;
}

/** Compares the arguments with those that the outputs echo. What is not known yet is taken for a change. */
export function compare<Settings>(
  outputs: Properties,
  inputs: Properties,
  settingsOf: (properties: Properties) => Settings,
  comparisons: readonly Comparison<Settings>[],
): Difference<Settings> {
  const before = settingsOf(outputs);
  const settings = settingsOf(known(inputs, outputs) as Properties);
  const changed = comparisons.filter(
    ({ argument, of, given = (value) => value }) =>
      hasUnknown(given(inputs[argument])) || !isDeepStrictEqual(of(before), of(settings)),
  );
  const replaces = [...new Set(changed.filter(({ replaces }) => replaces).map(({ argument }) => argument))];
  return { changes: changed.length > 0, replaces, settings };
}

/** `input`, with what is not known of it yet taken from `output`. */
function known(input: unknown, output: unknown): unknown {
  if (!hasUnknown(input)) return input;
  if (!isObject(input)) return output;
  const old = isObject(output) ? output : {};
  return Object.fromEntries(Object.entries(input).map(([key, value]) => [key, known(value, old[key])]));
}
