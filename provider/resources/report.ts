import { randomBytes } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  createWriteStream,
  fstatSync,
  openSync,
  readSync,
  statSync,
  type Stats,
  type WriteStream,
} from "node:fs";
import { dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Outcome } from "../operations/outcome";
import { reasonOf, StepError } from "./errors";
import { timestamp } from "./state/record";

/** What a report says of an operation. */
export interface ReportedOperation {
  readonly name: string;
  readonly outcome: Outcome;
  /** RFC 3339: when the server acknowledged the cancel. */
  readonly requestTime?: string;
  /** RFC 3339: when a read first found the operation settled. */
  readonly settleTime?: string;
  /** The error that the operation ended with: its code's name and its message. */
  readonly error?: string;
  /** Why the operation couldn't be cancelled or read. */
  readonly failure?: string;
}

/** The id of this process, which is the same in all reports of a deployment. */
const run = randomBytes(4).toString("hex");

/** How much of a report's end is searched for the last line about an operation, in bytes. */
const maxSearchedBytes = 16 * 1024 * 1024;

/** Appends a line of JSON to a file for each operation of a step. */
export class Report {
  private stream: WriteStream | undefined;
  /** The end of the file before this step wrote to it. */
  private end: Buffer | undefined;

  /**
   * @param path relative to the program's directory; `undefined` for no report
   * @param resource the resource's name, for the lines
   */
  constructor(
    private readonly path: string | undefined,
    private readonly resource: string,
  ) {}

  /** Whether the file is open. */
  get isOpen(): boolean {
    return this.stream !== undefined;
  }

  /**
   * Opens the file for appending, unless it's open. A step opens it before its first call, so that it cancels nothing if
   * the file can't be written.
   *
   * @throws {StepError} if the path can't be opened or isn't a file
   */
  open(): void {
    try {
      this.openFile();
    } catch (error) {
      throw new StepError(`${reasonOf(error)} This step cancelled nothing.`);
    }
  }

  /** @throws {StepError} if the path can't be opened or isn't a file; a pipe without a reader would block the process */
  private openFile(): void {
    const { path } = this;
    if (path === undefined || this.stream) return;
    const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants;
    try {
      // Without O_NONBLOCK, opening a pipe waits for a reader.
      const fd = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o666);
      if (isWritableKind(fstatSync(fd))) {
        this.stream = createWriteStream(path, { fd });
        return;
      }
      closeSync(fd);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENXIO") throw new StepError(`The report ${path} ${issueOf(error)}.`);
    }
    throw new StepError(`The report ${path} can't be written: it isn't a file. Name a file, or leave out \`report\`.`);
  }

  /**
   * Writes the line of an operation. Opens the file if necessary.
   *
   * @throws {StepError} if the path can't be opened or isn't a file
   */
  write(operation: ReportedOperation): void {
    this.writeLine(operation);
  }

  /**
   * Writes the line of an operation, unless the last line about it has the same outcome. A read writes its lines in this
   * way, because Pulumi doesn't tell a dynamic provider whether the read belongs to the preview of a refresh, or to the
   * refresh itself.
   *
   * @throws {StepError} as {@link open} does
   */
  writeChanged(operation: ReportedOperation): void {
    const last = this.lastLine(`"name":${JSON.stringify(operation.name)}`);
    if (last?.["outcome"] !== operation.outcome) this.write(operation);
  }

  /** Writes the counts of operations that the state doesn't name, after an earlier run couldn't write its report. */
  writeUnnamed(outcomes: Readonly<Record<string, number>>): void {
    if (Object.keys(outcomes).length > 0) this.writeLine({ unnamed: outcomes });
  }

  /** Writes the counts of operations that the state doesn't name, unless the last line of counts has the same ones. */
  writeUnnamedChanged(outcomes: Readonly<Record<string, number>>): void {
    const last = this.lastLine('"unnamed":');
    if (!isDeepStrictEqual(last?.["unnamed"], outcomes)) this.writeUnnamed(outcomes);
  }

  /** Returns the last line about the resource that continues with this text. */
  private lastLine(text: string): Readonly<Record<string, unknown>> | undefined {
    const end = (this.end ??= endOf(this.path));
    const sought = `"resource":${JSON.stringify(this.resource)},${text}`;
    let rest = end;
    for (;;) {
      const position = rest.lastIndexOf(sought);
      if (position < 0) return undefined;
      const line = parsed(lineAt(end, position));
      if (line) return line;
      rest = rest.subarray(0, position);
    }
  }

  private writeLine(line: object): void {
    this.openFile();
    const { resource } = this;
    this.stream?.write(`${JSON.stringify({ time: timestamp(), run, resource, ...line })}\n`);
  }

  /**
   * Closes the file.
   *
   * @throws {StepError} if not everything was written
   */
  close(): Promise<void> {
    const { stream, path = "" } = this;
    if (!stream) return Promise.resolve();
    this.stream = undefined;
    return new Promise((resolve, reject) => {
      stream.on("error", (error) => {
        reject(new StepError(`The report ${path} can't be written: ${error.message}.`));
      });
      stream.on("finish", resolve).end();
    });
  }
}

/** Returns the end of a file. It's empty if the file doesn't exist or can't be read. */
function endOf(path: string | undefined): Buffer {
  if (path === undefined) return Buffer.alloc(0);
  try {
    // Without O_NONBLOCK, opening a pipe waits for a writer. A pipe has no size, and neither has a device.
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { size } = fstatSync(fd);
      const end = Buffer.alloc(Math.min(size, maxSearchedBytes));
      return end.subarray(0, readSync(fd, end, 0, end.length, size - end.length));
    } finally {
      closeSync(fd);
    }
  } catch {
    return Buffer.alloc(0);
  }
}

/** Returns the line that has a position. */
function lineAt(text: Buffer, position: number): string {
  const [before, after] = [text.lastIndexOf("\n", position), text.indexOf("\n", position)];
  return text.toString("utf8", before + 1, after < 0 ? text.length : after);
}

/** Returns a line of a report, or `undefined` for text that isn't one, because it was cut or edited. */
function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

/** Returns whether the report of the last step is written, or no report is required. */
export function isReported(
  { unreported }: { unreported?: true | undefined },
  { report }: { report: string | undefined },
): boolean {
  return unreported !== true || report === undefined;
}

/** Returns why a report can't be written to a path. Doesn't create the file. */
export function reportIssues(path: string): string[] {
  if (path === "") return ["is empty"];
  try {
    const file = statSync(path, { throwIfNoEntry: false });
    if (path.endsWith("/") || (file && !isWritableKind(file)))
      return ["can't be written, because the path isn't a file. Name a file"];
    if (file) accessSync(path, constants.W_OK);
    else if (!statSync(dirname(path)).isDirectory()) return [missingFolder];
    else accessSync(dirname(path), constants.W_OK | constants.X_OK);
    return [];
  } catch (error) {
    return [issueOf(error)];
  }
}

/** Returns why a file can't be opened, and what to do. */
function issueOf(error: unknown): string {
  const { code = "unknown reason" } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR") return missingFolder;
  return `can't be written (${code}). Check the path and its permissions`;
}

const missingFolder = "can't be written, because its folder doesn't exist. Create the folder, or change the path";

/** A device such as /dev/null is allowed, and a pipe isn't, because it blocks the process while nobody reads it. */
function isWritableKind(stats: Stats): boolean {
  return stats.isFile() || stats.isCharacterDevice();
}
