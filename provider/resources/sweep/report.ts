import { closeSync, constants, createWriteStream, fstatSync, openSync, type WriteStream } from "node:fs";
import { StepError } from "../errors";
import type { Entry } from "./ledger";

/** A file that gets a line of JSON for each operation of a run. */
export class Report {
  private constructor(
    private readonly path: string,
    private readonly stream: WriteStream | undefined,
  ) {}

  /**
   * Opens the file for appending. A sweep opens it before its first call, so that nothing is cancelled when it can't be
   * written.
   *
   * @param path relative to the program's directory; `undefined` for no report
   * @throws {StepError} when the file can't be opened, or isn't a file: a pipe without a reader would block the process
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
      if (code !== "ENXIO") throw new StepError(`The report ${path} can't be written (${code}).`);
    }
    throw new StepError(`The report ${path} can't be written: it is not a file. Name a file, or leave out \`report\`.`);
  }

  write(line: { readonly name: string } & Entry): void {
    this.stream?.write(`${JSON.stringify(line)}\n`);
  }

  /** Writes the counts of operations whose names an earlier run, which couldn't write its report, didn't keep. */
  writeUnnamed(outcomes: Readonly<Record<string, number>>): void {
    if (Object.keys(outcomes).length > 0) this.stream?.write(`${JSON.stringify({ unnamed: outcomes })}\n`);
  }

  /** @throws {StepError} when not everything could be written */
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
