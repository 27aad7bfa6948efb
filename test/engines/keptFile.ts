import * as fs from "node:fs/promises";

/** A file that another process may create or change, and that can be restored. */
export class KeptFile {
  static async of(path: string): Promise<KeptFile> {
    return new KeptFile(path, await fs.readFile(path).catch(() => undefined));
  }

  private constructor(
    private readonly path: string,
    private readonly content: Buffer | undefined,
  ) {}

  async restore(): Promise<void> {
    if (this.content === undefined) await fs.rm(this.path, { force: true });
    else await fs.writeFile(this.path, this.content);
  }
}
