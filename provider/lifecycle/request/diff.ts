import { isDeepStrictEqual } from "node:util";
import { canonicalTimeouts } from "../arguments";
import { isSatisfied } from "../expectation";
import type { Properties } from "../operationOutputs";
import { recordedIn } from "../record";
import { hasUnknown } from "../unknown";
import { type Settings, settingsOf } from "./settings";

export interface Difference {
  readonly changes: boolean;
  /** The arguments whose change makes another request of it. */
  readonly replaces: string[];
}

/** An argument, the part of it that is compared, and whether a change of that part replaces. */
interface Comparison {
  readonly argument: string;
  readonly replaces: boolean;
  readonly of: (settings: Settings) => unknown;
  /** Where only a part of the argument is compared: that part, as it was given. */
  readonly given?: (argument: unknown) => unknown;
}

const comparisons: readonly Comparison[] = [
  { argument: "operation", replaces: true, of: ({ operation }) => operation },
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

/**
 * Compares the arguments with those that the outputs echo, and asks whether what is recorded satisfies them: after a
 * refresh the engine asks nothing else, and a cancel that is not finished must not pass for finished.
 */
export function diff(outputs: Properties, inputs: Properties): Difference {
  const before = settingsOf(outputs);
  // What is not known yet is taken for a change, and must not reach the comparison.
  const after = settingsOf(known(inputs, outputs) as Properties);

  const changed = comparisons.filter(
    ({ argument, of, given = (value) => value }) =>
      hasUnknown(given(inputs[argument])) || !isDeepStrictEqual(of(before), of(after)),
  );
  const replaces = [...new Set(changed.filter(({ replaces }) => replaces).map(({ argument }) => argument))];
  return { changes: changed.length > 0 || !isSatisfied(recordedIn(outputs).outcome, after), replaces };
}

/** `input`, with what is not known of it yet taken from `output`. */
function known(input: unknown, output: unknown): unknown {
  if (!hasUnknown(input)) return input;
  if (!isObject(input)) return output;
  const old = isObject(output) ? output : {};
  return Object.fromEntries(Object.entries(input).map(([key, value]) => [key, known(value, old[key])]));
}

function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
