import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { checkedSpec, type OperationSpec } from "./operationSpec";

export const usage = `Usage: operations-emulator [options]

Serves get, list, cancel and delete of google.longrunning.Operations on 127.0.0.1, with operations that behave as told.

  --port PORT             where to listen; 0 takes any free port (default 8085)
  --operation NAME=KIND   an operation from the start; can be given again
  --operations FILE       a JSON file with an array of operations, as the package's OperationSpec has them
  --settle-after MS       how long after a cancel the operations of --operation settle (default 2000)
  --version VERSION       the version in every path (default v1)
  --tokens                only who has an access token of this emulator is let in
  --help                  shows this

KIND is what becomes of a cancel:
  honoured      the operation is cancelled (the default)
  completes     it succeeds despite the cancel
  fails         it fails
  ignores       it goes on running
  unsupported   the cancel is answered UNIMPLEMENTED
  refuses       the cancel is answered FAILED_PRECONDITION
  expires       it is cancelled, and no longer known as long after
  succeeded, failed, cancelled   it has settled already

A running emulator takes more: POST /emulator/operations with {"name": "operations/AbC", ...}.
`;

/** What the command was asked to do. */
export type CommandLine =
  | { readonly help: true }
  | {
      readonly help: false;
      readonly port: number;
      readonly version: string;
      readonly tokens: "any" | "required";
      readonly operations: readonly OperationSpec[];
    };

/** What the user has to put right; its message is one line. */
export class UsageError extends Error {}

/** @throws UsageError */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const values = parse(argv);
  if (values.help === true) return { help: true };
  const settleAfter = wholeNumber("--settle-after", values["settle-after"] ?? "2000", 2 ** 31);
  const operations = [
    ...(values.operations ?? []).flatMap(readFile),
    ...(values.operation ?? []).map((text) => readOperation(text, settleAfter)),
  ];
  const version = values.version ?? "v1";
  if (!/^[\w.-]+$/.test(version)) throw new UsageError(`--version is one segment of a path, not "${version}"`);
  return {
    help: false,
    port: wholeNumber("--port", values.port ?? "8085", 65535),
    version,
    tokens: values.tokens === true ? "required" : "any",
    operations,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        port: { type: "string" },
        operation: { type: "string", multiple: true },
        operations: { type: "string", multiple: true },
        "settle-after": { type: "string" },
        version: { type: "string" },
        tokens: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

const kinds: Readonly<Record<string, (settleAfter: number) => OperationSpec>> = {
  honoured: (settleAfter) => ({ settleAfter }),
  completes: (settleAfter) => ({ onCancel: "complete", settleAfter }),
  fails: (settleAfter) => ({ onCancel: "fail", settleAfter }),
  ignores: () => ({ onCancel: "ignore" }),
  unsupported: () => ({ answer: "UNIMPLEMENTED" }),
  refuses: () => ({ answer: "FAILED_PRECONDITION" }),
  expires: (settleAfter) => ({ settleAfter, expireAfter: settleAfter }),
  succeeded: () => ({ done: "succeeded" }),
  failed: () => ({ done: "failed" }),
  cancelled: () => ({ done: "cancelled" }),
};

/** The kind comes after the last `=`: names may have some of their own. */
function readOperation(text: string, settleAfter: number): OperationSpec {
  const mark = text.lastIndexOf("=");
  const [name, kind] = mark < 0 ? [text, "honoured"] : [text.slice(0, mark), text.slice(mark + 1)];
  const spec = Object.hasOwn(kinds, kind) ? kinds[kind]?.(settleAfter) : undefined;
  if (spec === undefined) {
    throw new UsageError(`--operation ${text}: "${kind}" is none of ${Object.keys(kinds).join(", ")}`);
  }
  try {
    return checkedSpec({ name, ...spec });
  } catch (error) {
    throw new UsageError(`--operation ${text}: ${messageOf(error)}`);
  }
}

function readFile(path: string): readonly OperationSpec[] {
  try {
    const content: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (!Array.isArray(content)) throw new Error("must hold an array of operations");
    return content.map(checkedSpec);
  } catch (error) {
    throw new UsageError(`--operations ${path}: ${messageOf(error)}`);
  }
}

function wholeNumber(option: string, text: string, maximum: number): number {
  if (/^\d{1,10}$/.test(text) && Number(text) <= maximum) return Number(text);
  throw new UsageError(`${option} must be a number from 0 to ${maximum}, not "${text}"`);
}

/** On one line: `parseArgs` explains itself at length. */
function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ");
}
