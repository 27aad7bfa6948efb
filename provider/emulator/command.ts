#!/usr/bin/env node
import "../common/requireNode";

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Call } from "./callLog";
import { startEmulator } from "./emulator";
import type { FaultRule } from "./faults";
import { parseFault } from "./faultText";
import { type OperationSpec, validateSpec } from "./operation";

export const usage = `Usage: operations-emulator [options]

Serves get, list, cancel and delete of google.longrunning.Operations on 127.0.0.1.

  --port PORT             the port to listen on; 0 selects a free port (default 8085)
  --operation NAME=KIND   adds an operation; can be repeated
  --operations FILE       adds the operations in a JSON file: an array of the package's OperationSpec; can be repeated
  --settle-after MS       the time from a cancel until the operations of --operation settle (default 2000)
  --fault METHOD=FAULT    makes calls fail; can be repeated
  --tokens                requires an access token, and prints one after the address; POST /emulator/tokens issues more
  --version VERSION       the API version in every path (default v1)
  --help                  shows this text

KIND is how an operation responds to a cancel, in the words of an OperationSpec's onCancel, answer and done:
  cancel        it is cancelled (the default)
  complete      it succeeds despite the cancel
  fail          it fails
  ignore        it keeps running
  UNIMPLEMENTED, FAILED_PRECONDITION   the cancel returns this error
  succeeded, failed, cancelled         it is already done
  expire        it is cancelled, and after the same time again it returns NOT_FOUND

METHOD is get, list, cancel, delete or any. FAULT is one of these, with *COUNT for the first COUNT calls only:
  400 to 599    an error with this HTTP status
  lostAnswer    the call is carried out, and its response is lost
  dropped       the response is OK, but the call isn't carried out
  noAnswer      there is no response
  goesBack      operations that are done appear as running
  staleToken    401 UNAUTHENTICATED, until the client gets another token
  reset         the connection is reset, and the call isn't carried out
  500ms         the response is late by this many milliseconds
For example, --fault cancel=503*3 has the first three cancels return 503. Instead of METHOD=FAULT, the package's
FaultRule as JSON can select operations and more: --fault '{"method":"get","name":"operations/AbC","delay":500}'

A running emulator has methods of its own:
  POST /emulator/operations       adds the operation in the body: {"name": "operations/AbC", ...}
  POST /emulator/tokens           issues an access token
  POST /emulator/faults           adds the fault in the body, which has the same forms as with --fault
  GET /emulator/faults            lists the faults, and how many calls each applied to
  DELETE /emulator/faults[/ID]    removes all faults, or one

With --tokens, give the token to a stack:
  pulumi config set --secret cancellation:accessToken TOKEN
`;

/** The options of the command. */
export type CommandLine =
  | { readonly help: true }
  | {
      readonly help: false;
      readonly port: number;
      readonly version: string;
      readonly operations: readonly OperationSpec[];
      readonly faults: readonly FaultRule[];
      readonly tokens: "any" | "required";
    };

/** An invalid argument. The message has one line. */
export class UsageError extends Error {}

/** @throws UsageError */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const values = parse(argv);
  if (values.help === true) return { help: true };
  const settleAfter = parseNumber("--settle-after", values["settle-after"] ?? "2000", 2 ** 31);
  const operations = [
    ...(values.operations ?? []).flatMap(readFile),
    ...(values.operation ?? []).map((text) => parseOperation(text, settleAfter)),
  ];
  const version = values.version ?? "v1";
  if (!/^[\w.-]+$/.test(version)) throw new UsageError(`--version must be one path segment, not "${version}"`);
  return {
    help: false,
    port: parseNumber("--port", values.port ?? "8085", 65535),
    version,
    operations,
    faults: (values.fault ?? []).map(readFault),
    tokens: values.tokens === true ? "required" : "any",
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: withNegativeNumbers(argv),
      options: {
        port: { type: "string" },
        operation: { type: "string", multiple: true },
        operations: { type: "string", multiple: true },
        "settle-after": { type: "string" },
        fault: { type: "string", multiple: true },
        tokens: { type: "boolean" },
        version: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

/** Joins a negative number with its option, as in `--port=-1`. By itself, `parseArgs` takes it for an option. */
function withNegativeNumbers(argv: readonly string[]): string[] {
  return argv.reduce<string[]>((joined, argument) => {
    const last = joined.at(-1) ?? "";
    const isValue = /^-\d/.test(argument) && /^--[\w-]+$/.test(last);
    return isValue ? [...joined.slice(0, -1), `${last}=${argument}`] : [...joined, argument];
  }, []);
}

const kinds: Readonly<Record<string, (settleAfter: number) => OperationSpec>> = {
  cancel: (settleAfter) => ({ settleAfter }),
  complete: (settleAfter) => ({ onCancel: "complete", settleAfter }),
  fail: (settleAfter) => ({ onCancel: "fail", settleAfter }),
  ignore: () => ({ onCancel: "ignore" }),
  UNIMPLEMENTED: () => ({ answer: "UNIMPLEMENTED" }),
  FAILED_PRECONDITION: () => ({ answer: "FAILED_PRECONDITION" }),
  succeeded: () => ({ done: "succeeded" }),
  failed: () => ({ done: "failed" }),
  cancelled: () => ({ done: "cancelled" }),
  expire: (settleAfter) => ({ settleAfter, expireAfter: settleAfter }),
};

/** Splits at the last `=`, because names can contain that character. */
function parseOperation(text: string, settleAfter: number): OperationSpec {
  const mark = text.lastIndexOf("=");
  const [name, kind] = mark < 0 ? [text, "cancel"] : [text.slice(0, mark), text.slice(mark + 1)];
  const spec = Object.hasOwn(kinds, kind) ? kinds[kind]?.(settleAfter) : undefined;
  if (spec === undefined) {
    throw new UsageError(`--operation ${text}: KIND must be one of ${Object.keys(kinds).join(", ")}, not "${kind}"`);
  }
  try {
    return validateSpec({ name, ...spec });
  } catch (error) {
    throw new UsageError(`--operation ${text}: ${messageOf(error)}`);
  }
}

function readFile(path: string): readonly OperationSpec[] {
  try {
    const content: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (!Array.isArray(content)) throw new Error("the file must hold an array of operations");
    return content.map(validateSpec);
  } catch (error) {
    throw new UsageError(`--operations ${path}: ${messageOf(error)}`);
  }
}

function readFault(text: string): FaultRule {
  try {
    return parseFault(text);
  } catch (error) {
    throw new UsageError(`--fault ${text}: ${messageOf(error)}`);
  }
}

function parseNumber(option: string, text: string, maximum: number): number {
  if (/^\d{1,10}$/.test(text) && Number(text) <= maximum) return Number(text);
  throw new UsageError(`${option} must be an integer from 0 to ${maximum}, not "${text}"`);
}

/** Returns a message on one line. Those of `parseArgs` have several. */
function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ");
}

/** Runs the emulator until SIGINT or SIGTERM, and prints its address, a token if required, and then each request. */
async function main(argv: readonly string[]): Promise<void> {
  const options = readCommandLine(argv);
  if (options.help) {
    process.stdout.write(usage);
    return;
  }
  const emulator = await startEmulator({ ...options, admin: true, log: "counts", onCall: print });
  process.stdout.write(`${emulator.endpoint}\n`);
  if (options.tokens === "required") process.stdout.write(`access token: ${emulator.issueToken()}\n`);
  const stop = () => void emulator.stop();
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
}

function print({ time, verb, url, status }: Call): void {
  process.stdout.write(`${new Date(time).toISOString()} ${verb} ${url} ${status ?? "no response"}\n`);
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`operations-emulator: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  });
}
