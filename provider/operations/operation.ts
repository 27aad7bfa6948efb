import * as v from "valibot";
import { OK } from "./code";

/** A `google.protobuf.Any` in JSON, or whatever a service puts in its place. */
export type Any = Readonly<Record<string, unknown>>;

/** `google.rpc.Status`, as an operation's `error` carries it. */
export interface Status {
  /** A `google.rpc.Code`, by number. */
  readonly code: number;
  readonly message: string;
  readonly details: readonly unknown[];
}

/** `google.longrunning.Operation`. */
export interface Operation {
  readonly name: string;
  readonly done: boolean;
  /** Only of an operation that is done, and never with code 0: OK is "not an error" (`google/rpc/code.proto`). */
  readonly error?: Status;
  readonly metadata?: Any;
  readonly response?: Any;
}

/** A page of a list. */
export interface OperationsPage {
  readonly operations: readonly Operation[];
  /** Absent on the last page. A short or an empty page is not the last one while this is there (AIP-158). */
  readonly nextPageToken?: string;
}

const any = v.custom<Any>((value) => typeof value === "object" && value !== null && !Array.isArray(value));

/** proto3's JSON form leaves out default values, and a parser takes `null` for a field left out. */
const status = v.pipe(
  any, // a list would pass for an object without any of these
  v.object({
    code: v.nullish(v.pipe(v.number(), v.integer()), 0),
    message: v.nullish(v.string(), ""),
    details: v.nullish(v.array(v.unknown()), []),
  }),
);

const operation = v.object({
  name: v.string(),
  done: v.nullish(v.boolean(), false),
  error: v.nullish(status),
  metadata: v.nullish(any),
  response: v.nullish(any),
});

const page = v.object({
  operations: v.nullish(v.array(operation), []),
  nextPageToken: v.nullish(v.string()),
});

/** Reads an operation from a response's JSON; `undefined` where it is none. */
export function parseOperation(body: unknown): Operation | undefined {
  const result = v.safeParse(operation, body);
  return result.success ? meaningful(result.output) : undefined;
}

/** Reads a page from a response's JSON; `undefined` where it is none. */
export function parsePage(body: unknown): OperationsPage | undefined {
  const result = v.safeParse(page, body);
  if (!result.success) return undefined;
  const { operations, nextPageToken } = result.output;
  return { operations: operations.map(meaningful), ...(nextPageToken ? { nextPageToken } : {}) };
}

/** Leaves out what is null, and an `error` that is none. */
function meaningful(parsed: v.InferOutput<typeof operation>): Operation {
  const { name, done, error, metadata, response } = parsed;
  return {
    name,
    done,
    ...(done && error && error.code !== OK ? { error } : {}),
    ...(metadata ? { metadata } : {}),
    ...(response ? { response } : {}),
  };
}
