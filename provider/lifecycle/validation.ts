import * as v from "valibot";
import { unknownValue } from "./unknown";

/** What is wrong with an argument. */
export interface Failure {
  /** Path of the argument, for example `service.endpoint` or `expect[1]`. */
  readonly property: string;
  readonly reason: string;
}

/**
 * Everything that is wrong with `inputs`, as far as they are known: what a preview does not know yet passes.
 */
export function failuresOf(
  schema: v.GenericSchema<Readonly<Record<string, unknown>>>,
  inputs: Readonly<Record<string, unknown>>,
): Failure[] {
  const { issues = [] } = v.safeParse(schema, inputs);
  return issues
    .filter((issue) => issue.path?.at(-1)?.value !== unknownValue)
    .map((issue) => ({ property: pathOf(issue), reason: issue.message }));
}

function pathOf(issue: v.BaseIssue<unknown>): string {
  return (issue.path ?? []).reduce((path, { key }) => {
    if (typeof key === "number") return `${path}[${key}]`;
    return path === "" ? String(key) : `${path}.${String(key)}`;
  }, "");
}

/** A string about which `faults` finds nothing to say. */
export function textWith(faults: (text: string) => readonly string[]) {
  return v.pipe(
    v.string("must be a string"),
    v.rawCheck(({ dataset, addIssue }) => {
      if (dataset.typed) for (const message of faults(dataset.value)) addIssue({ message });
    }),
  );
}

/** One of `options`; the message names them all. */
export function oneOf<const T extends readonly string[]>(options: T) {
  return v.picklist(options, `must be one of ${options.map((option) => `"${option}"`).join(", ")}`);
}
