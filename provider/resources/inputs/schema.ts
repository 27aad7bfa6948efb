import * as v from "valibot";
import { isAddress } from "../../auth/identity";
import { closest, suggestion } from "../../common/suggestion";
import { quote, singleLine } from "../../common/text";
import { type Outcome, settledOutcomes } from "../../operations/outcome";
import { parseDuration } from "./duration";
import { logicalNameKey, withoutLogicalName } from "../logicalName";
import { reportIssues } from "../report";
import { endpointIssue, scopeIssue, scopeMeant, versionIssue } from "./service";

/** When a resource sends the cancel. */
export const cancelOns = ["create", "delete"] as const;
export type CancelOn = (typeof cancelOns)[number];

/** What a step that cancels waits for. */
export const waitFors = ["settled", "accepted"] as const;
export type WaitFor = (typeof waitFors)[number];

/** The outcomes that a wait can end with. `expect` can include these. */
export const expectable = [...settledOutcomes, "unsupported", "notFound"] as const satisfies readonly Outcome[];
export type Expectable = (typeof expectable)[number];

/** Prefixes of a service account's address in IAM's members and resource names. */
const memberPattern = /^(?:serviceAccount:|(?:.*\/)?serviceAccounts\/)([^@\s/:]+@[^@\s/:]+\.gserviceaccount\.com)$/;

/** Shows no value that isn't an address, because it may be a credential. */
const address = textWith((text) => {
  if (isAddress(text)) return [];
  const meant = memberPattern.exec(text)?.[1];
  return [
    meant === undefined
      ? "must be an email address, for example name@example.com. Put keys and tokens into the config"
      : `must be an email address alone. Write "${meant}"`,
  ];
});

const durationRule = "must be a duration above zero in the units h, m, s and ms, for example 10m or 1h30m";

/** A length of time. */
export const duration = v.pipe(
  v.string(but(durationRule)),
  v.check((text) => parseDuration(text) !== undefined, but(durationRule)),
);

const serviceRule = "must be an object with endpoint, version and scopes";

/** Shows no other string than an endpoint, because a string may be a credential. */
function serviceFault({ input }: { readonly input: unknown }): string {
  const endpoint = typeof input === "string" && endpointIssue(input) === undefined ? copyable(input) : undefined;
  return `is ${kindOf(input)}, but ${serviceRule}${endpoint === undefined ? "" : `. Write { endpoint: ${endpoint} }`}`;
}

const service = objectOf(
  {
    endpoint: v.optional(textWith((text) => [endpointIssue(text)])),
    version: v.optional(textWith((text) => [versionIssue(text)])),
    scopes: v.optional(
      v.pipe(
        listOf(
          textWith((text) => [scopeIssue(text)]),
          "must be a list of OAuth scopes",
          scopeMeant,
        ),
        v.minLength(1, "is empty, but must name a scope, or be left out"),
      ),
    ),
  },
  { form: serviceFault, unknown: "isn't a property of `service`" },
);

/** The arguments that all resources have. */
export const commonArguments = {
  service: v.optional(service),
  cancelOn: v.optional(oneOf(cancelOns)),
  waitFor: v.optional(oneOf(waitFors)),
  expect: v.optional(
    v.pipe(
      listOf(oneOf(expectable), `must be a list of outcomes: ${expectable.join(", ")}`, (text) =>
        closest(text, expectable),
      ),
      v.minLength(1, "is empty, but must name an outcome, or be left out"),
    ),
  ),
  report: v.optional(textWith(reportIssues)),
  triggers: v.optional(v.array(v.unknown(), ({ input }) => `is ${kindOf(input)}, but must be a list`)),
  impersonateServiceAccount: v.optional(address),
  subject: v.optional(address),
  customTimeouts: v.optional(
    objectOf(
      // Pulumi's type has `read` too. A refresh has its own time limit.
      {
        create: v.optional(duration),
        update: v.optional(duration),
        delete: v.optional(duration),
        read: v.optional(duration),
      },
      {
        form: but("must be an object with create, update and delete"),
        unknown: "isn't a property of `customTimeouts`",
      },
    ),
  ),
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

/**
 * Returns which of `customTimeouts` gives the next run of a resource more time. After a failed creation that is kept,
 * the next run is an update.
 */
export function timeoutToRaise(cancelOn: CancelOn): string {
  return cancelOn === "delete"
    ? "`customTimeouts.delete`"
    : "`customTimeouts.update` (for a new resource, also `customTimeouts.create`)";
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

/** Returns an issue as a sentence, which begins with the property, unless it concerns a setting. */
export function describeIssue({ property, reason }: Issue): string {
  return property === "" ? reason : `${singleLine(property, 100)} ${reason}`;
}

/** Describes a value for a message. Truncates a string, and puts it on one line. Don't use it for credentials. */
export function shown(value: unknown): string {
  if (typeof value === "string") return quote(singleLine(value, 60));
  return typeof value === "number" || typeof value === "boolean" ? String(value) : kindOf(value);
}

/** Returns the kind of a value, for a message that must not show the value. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** The length from which a string may be a credential that was set by mistake. An API key has 39 characters. */
const maxShownLength = 38;

/** Returns the message of an issue, which shows the value and what it must be. */
export function but(rule: string) {
  return ({ input }: { readonly input: unknown }) => {
    const isLong = typeof input === "string" && input.length > maxShownLength;
    return `is ${isLong ? `a string of ${input.length} characters` : shown(input)}, but ${rule}`;
  };
}

/** Returns a schema for a string in which `faults` finds no issue. */
export function textWith(faults: (text: string) => readonly (string | undefined)[]) {
  return v.pipe(
    v.string(({ input }) => `is ${kindOf(input)}, but must be a string`),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      for (const message of faults(dataset.value)) if (message !== undefined) addIssue({ message });
    }),
  );
}

/** Returns a schema for one of `options`. The issue's message lists them all. */
export function oneOf<const T extends readonly string[]>(options: T) {
  const rule = `must be one of ${options.map((option) => `"${option}"`).join(", ")}`;
  return v.picklist(options, ({ input }) => {
    const meant = typeof input === "string" ? suggestion(input, options) : "";
    return `is ${shown(input)}, but ${rule}${meant}`;
  });
}

/**
 * Returns a schema for a list. The issue's message shows how to write a single string as a list, if that is valid.
 *
 * @param meantBy returns the valid item that a string is meant as
 */
export function listOf<const T extends v.GenericSchema>(
  item: T,
  rule: string,
  meantBy: (text: string) => string | undefined = () => undefined,
) {
  return v.array(item, ({ input }) => {
    const meant = typeof input !== "string" || v.is(item, input) ? input : meantBy(input);
    const text = typeof meant === "string" ? copyable(meant) : undefined;
    return `is ${shown(input)}, but ${rule}${text === undefined ? "" : `. Write [${text}]`}`;
  });
}

/** Returns a text in quotes, for a program to copy, or `undefined` if a message can't show the whole text. */
function copyable(text: string): string | undefined {
  const quoted = shown(text);
  return quoted === JSON.stringify(text) ? quoted : undefined;
}

/** How an object is described in messages. */
interface ObjectText {
  /** The message for a value that isn't an object. */
  readonly form: string | ((issue: { readonly input: unknown }) => string);
  /** What is wrong with a property that the object doesn't have. */
  readonly unknown: string;
  /** Properties that a message doesn't list, because a program doesn't set them there. */
  readonly unlisted?: readonly string[];
}

/** Returns a schema for an object. It reports each property that the object doesn't have, and not only the first. */
export function objectOf<const Entries extends v.ObjectEntries>(
  entries: Entries,
  { form, unknown, unlisted = [] }: ObjectText,
) {
  const names = Object.keys(entries);
  const listed = names.filter((name) => !unlisted.includes(name));
  return v.pipe(
    v.custom<Readonly<Record<string, unknown>>>((value) => !Array.isArray(value), form),
    v.looseObject(entries, form),
    v.rawCheck(({ dataset, addIssue }) => {
      const input: unknown = dataset.value;
      if (typeof input !== "object" || input === null) return;
      const given = Object.entries(input).filter(([, value]) => value !== undefined);
      for (const [key] of given.filter(([name]) => !names.includes(name))) {
        // The value stays out of the issue, because it may be a credential.
        const path: [v.ObjectPathItem] = [
          { type: "object", origin: "key", input: input as Record<string, unknown>, key, value: undefined },
        ];
        addIssue({ message: unknownProperty(key, listed, unknown), path });
      }
    }),
  );
}

/** Returns the reason for a property that an object doesn't have, with the property that is meant and all valid ones. */
export function unknownProperty(name: string, names: readonly string[], fault: string): string {
  return `${fault}${suggestion(name, names) || "."} Valid are ${names.join(", ")}`;
}

/** The placeholder in a preview for a value that isn't known before the deployment (`pulumi.runtime.unknownValue`). */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Returns whether `value` is, or contains at any depth, a value that isn't known yet. */
export function hasUnknown(value: unknown): boolean {
  if (value === unknownValue) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasUnknown);
}
