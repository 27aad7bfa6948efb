import { createWriteStream, openSync, type WriteStream } from "node:fs";
import { StepError } from "../errors";
import type { Entry } from "./ledger";

/** A file that gets a JSON line for every operation of a run. */
export class Report {
  private constructor(private readonly stream: WriteStream | undefined) {}

  /**
   * Opens the file, to add to it: one that can't be written must be known before the first call.
   *
   * @param path relative to the program's directory; `undefined` for no report
   * @throws {StepError}
   */
  static open(path: string | undefined): Report {
    if (path === undefined) return new Report(undefined);
    try {
      return new Report(createWriteStream(path, { fd: openSync(path, "a") }));
    } catch (error) {
      throw new StepError(
        `The report ${path} can't be written (${(error as NodeJS.ErrnoException).code ?? "unknown reason"}).`,
      );
    }
  }

  write(name: string, entry: Entry): void {
    this.stream?.write(`${JSON.stringify({ name, ...entry })}\n`);
  }

  close(): Promise<void> {
    const { stream } = this;
    if (!stream) return Promise.resolve();
    return new Promise((resolve, reject) => {
      stream.on("error", (error) => {
        reject(new StepError(`The report can't be written: ${error.message}.`));
      });
      stream.on("finish", resolve).end();
    });
  }
}
