import * as v from "valibot";
import { type Outcome, settledOutcomes } from "../../operations/outcome";
import { parseDuration } from "./duration";
import { logicalNameKey, withoutLogicalName } from "../logicalName";
import { reportIssues } from "../report";
import { endpointIssue } from "./service";

/** When a resource sends the cancel. */
export const cancelOns = ["create", "delete"] as const;
export type CancelOn = (typeof cancelOns)[number];

/** What a step that cancels waits for. */
export const waitFors = ["settled", "accepted"] as const;
export type WaitFor = (typeof waitFors)[number];

/** The outcomes that a wait can end with. `expect` can include these. */
export const expectable = [...settledOutcomes, "unsupported", "notFound"] as const satisfies readonly Outcome[];
export type Expectable = (typeof expectable)[number];

const address = textWith((text) =>
  /^[^@\s/]+@[^@\s/]+$/.test(text)
    ? []
    : ["must be an email address, for example name@example.com. Put keys and tokens into the config"],
);

const duration = textWith((text) =>
  parseDuration(text) === undefined
    ? ["must be a duration above zero in the units h, m, s and ms, for example 10m or 1h30m"]
    : [],
);

/** Reports each property of an object that isn't an argument, and not only the first one. */
export const unknownArgument = v.never("isn't an argument of this resource");

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
  report: v.optional(textWith(reportIssues)),
  triggers: v.optional(v.array(v.unknown(), "must be a list")),
  impersonateServiceAccount: v.optional(address),
  subject: v.optional(address),
  customTimeouts: v.optional(v.record(v.string(), duration, "must be an object with create, update and delete")),
};

/** How long a step may take if `customTimeouts` doesn't say, in milliseconds. */
const defaultTimeout = 10 * 60_000;

/** The steps whose time `customTimeouts` limits. */
export type TimedStep = "create" | "update" | "delete";

/** Returns how long a step may take, in milliseconds. */
export function timeoutOf(customTimeouts: Readonly<Record<string, string>> | undefined, step: TimedStep): number {
  const text = customTimeouts?.[step];
  return (text === undefined ? undefined : parseDuration(text)) ?? defaultTimeout;
}

/** Returns the timeouts in canonical form, in milliseconds. */
export function canonicalTimeouts(customTimeouts: Readonly<Record<string, string>> | undefined): number[] {
  return (["create", "update", "delete"] as const).map((step) => timeoutOf(customTimeouts, step));
}

/** An issue of an argument: what is wrong, and what to do. */
export interface Issue {
  /** The path of the argument, for example `service.endpoint` or `expect[1]`. */
  readonly property: string;
  readonly reason: string;
}

/** Returns all issues of `inputs`. A value that a preview doesn't know yet is valid. */
export function validateSchema(
  schema: v.GenericSchema<Readonly<Record<string, unknown>>>,
  inputs: Readonly<Record<string, unknown>>,
): Issue[] {
  const { issues = [] } = v.safeParse(schema, withoutLogicalName(inputs));
  return [
    ...logicalNameIssues(inputs[logicalNameKey]),
    ...issues
      .filter((issue) => issue.path?.at(-1)?.value !== unknownValue)
      .map((issue) => ({ property: pathOf(issue), reason: issue.message })),
  ];
}

/** The resource's name isn't an argument of a program, so its issue names no property. */
function logicalNameIssues(name: unknown): Issue[] {
  return name === undefined || typeof name === "string"
    ? []
    : [{ property: "", reason: "the resource's name must be a string" }];
}

function pathOf(issue: v.BaseIssue<unknown>): string {
  return (issue.path ?? []).reduce((path, { key }) => {
    if (typeof key === "number") return `${path}[${key}]`;
    return path === "" ? String(key) : `${path}.${String(key)}`;
  }, "");
}

/** Returns a schema for a string in which `faults` finds no issue. */
export function textWith(faults: (text: string) => readonly string[]) {
  return v.pipe(
    v.string("must be a string"),
    v.rawCheck(({ dataset, addIssue }) => {
      if (dataset.typed) for (const message of faults(dataset.value)) addIssue({ message });
    }),
  );
}

/** Returns a schema for one of `options`. The issue's message lists them all. */
export function oneOf<const T extends readonly string[]>(options: T) {
  return v.picklist(options, `must be one of ${options.map((option) => `"${option}"`).join(", ")}`);
}

/** The placeholder in a preview for a value that isn't known before the deployment (`pulumi.runtime.unknownValue`). */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Returns whether `value` is, or contains at any depth, a value that isn't known yet. */
export function hasUnknown(value: unknown): boolean {
  if (value === unknownValue) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasUnknown);
}
