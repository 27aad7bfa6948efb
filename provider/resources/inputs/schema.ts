import * as v from "valibot";
import { type Outcome, settledOutcomes } from "../../operations/outcome";
import { parseDuration } from "./duration";
import { endpointIssue } from "./service";

/** When the cancel call is made. */
export const cancelOns = ["create", "delete"] as const;
export type CancelOn = (typeof cancelOns)[number];

/** What a step waits for. */
export const waitFors = ["settled", "accepted"] as const;
export type WaitFor = (typeof waitFors)[number];

/** What a wait can end with, and so what can be expected of it. */
export const expectable = [...settledOutcomes, "unsupported", "notFound"] as const satisfies readonly Outcome[];
export type Expectable = (typeof expectable)[number];

const address = textWith((text) =>
  /^[^@\s/]+@[^@\s/]+$/.test(text)
    ? []
    : ["must be an address, for example name@example.com; secrets do not belong here"],
);

const duration = textWith((text) =>
  parseDuration(text) === undefined
    ? ["must be a duration above zero in the units h, m, s and ms, for example 10m or 1h30m"]
    : [],
);

/** What an object's other properties must be, so that each one of them is reported, and not just the first. */
export const unknownArgument = v.never("is no argument of this resource");

const serviceForm = "must be an object with endpoint, version and scopes";

const service = v.pipe(
  v.custom<object>((value) => !Array.isArray(value), serviceForm),
  v.objectWithRest(
    {
      endpoint: v.optional(textWith((text) => [endpointIssue(text)].filter((fault) => fault !== undefined))),
      version: v.optional(
        textWith((text) =>
          /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(text) ? [] : ["must be an API version, for example v1"],
        ),
      ),
      scopes: v.optional(
        v.pipe(
          v.array(
            textWith((text) => (/^\S+$/.test(text) ? [] : ["must be an OAuth scope"])),
            "must be a list of OAuth scopes",
          ),
          v.minLength(1, "must name a scope, or be left out"),
        ),
      ),
    },
    unknownArgument,
    serviceForm,
  ),
);

/** The arguments that all resources have. */
export const commonArguments = {
  service: v.optional(service),
  cancelOn: v.optional(oneOf(cancelOns)),
  waitFor: v.optional(oneOf(waitFors)),
  expect: v.optional(
    v.pipe(
      v.array(oneOf(expectable), `must be a list of outcomes: ${expectable.join(", ")}`),
      v.minLength(1, "must name an outcome, or be left out"),
    ),
  ),
  triggers: v.optional(v.array(v.unknown(), "must be a list")),
  impersonateServiceAccount: v.optional(address),
  subject: v.optional(address),
  customTimeouts: v.optional(v.record(v.string(), duration, "must be an object with create, update and delete")),
};

/** How long a step may wait where `customTimeouts` does not say, in milliseconds. */
const defaultTimeout = 10 * 60_000;

/** The steps whose time `customTimeouts` bounds. */
export type TimedStep = "create" | "update" | "delete";

/** How long a step may take, in milliseconds. */
export function timeoutOf(customTimeouts: Readonly<Record<string, string>> | undefined, step: TimedStep): number {
  const text = customTimeouts?.[step];
  return (text === undefined ? undefined : parseDuration(text)) ?? defaultTimeout;
}

/** The time-outs in canonical form, in milliseconds. */
export function canonicalTimeouts(customTimeouts: Readonly<Record<string, string>> | undefined): number[] {
  return (["create", "update", "delete"] as const).map((step) => timeoutOf(customTimeouts, step));
}

/** What is wrong with an argument. */
export interface Issue {
  /** Path of the argument, for example `service.endpoint` or `expect[1]`. */
  readonly property: string;
  readonly reason: string;
}

/**
 * Everything that is wrong with `inputs`, as far as they are known: what a preview does not know yet passes.
 */
export function validateSchema(
  schema: v.GenericSchema<Readonly<Record<string, unknown>>>,
  inputs: Readonly<Record<string, unknown>>,
): Issue[] {
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

/** What stands in a preview for a value that is known only after the deployment (`pulumi.runtime.unknownValue`). */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether `value` is, or somewhere holds, a value not known yet. */
export function hasUnknown(value: unknown): boolean {
  if (value === unknownValue) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasUnknown);
}
