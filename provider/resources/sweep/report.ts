import { closeSync, constants, createWriteStream, fstatSync, openSync, type WriteStream } from "node:fs";
import { StepError } from "../errors";
import type { Entry } from "./ledger";

/** Writes a line of JSON to a file for each operation of a run. */
export class Report {
  private constructor(
    private readonly path: string,
    private readonly stream: WriteStream | undefined,
  ) {}

  /**
   * Opens the file for appending. A sweep opens it before its first call, so that it cancels nothing if the file can't
   * be written.
   *
   * @param path relative to the program's directory; `undefined` for no report
   * @throws {StepError} if the path can't be opened or isn't a file; a pipe without a reader would block the process
   */
  static open(path: string | undefined): Report {
    if (path === undefined) return new Report("", undefined);
    const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants;
    try {
      // Without O_NONBLOCK, opening a pipe waits for a reader.
      const fd = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o666);
      const stats = fstatSync(fd);
      if (stats.isFile() || stats.isCharacterDevice()) return new Report(path, createWriteStream(path, { fd }));
      closeSync(fd);
    } catch (error) {
      const { code = "unknown reason" } = error as NodeJS.ErrnoException;
      if (code !== "ENXIO")
        throw new StepError(`The report ${path} can't be written (${code}). Check the path in \`report\`.`);
    }
    throw new StepError(`The report ${path} can't be written: it isn't a file. Name a file, or leave out \`report\`.`);
  }

  write(line: { readonly name: string } & Entry): void {
    this.stream?.write(`${JSON.stringify(line)}\n`);
  }

  /** Writes the counts of operations that the state doesn't name, after an earlier run couldn't write its report. */
  writeUnnamed(outcomes: Readonly<Record<string, number>>): void {
    if (Object.keys(outcomes).length > 0) this.stream?.write(`${JSON.stringify({ unnamed: outcomes })}\n`);
  }

  /**
   * Closes the file.
   *
   * @throws {StepError} if not everything was written
   */
  close(): Promise<void> {
    const { stream, path } = this;
    if (!stream) return Promise.resolve();
    return new Promise((resolve, reject) => {
      stream.on("error", (error) => {
        reject(new StepError(`The report ${path} can't be written: ${error.message}.`));
      });
      stream.on("finish", resolve).end();
    });
  }
}
