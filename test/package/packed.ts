import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

export const run = promisify(execFile);
export const repository = join(__dirname, "..", "..");

/** Packs this package into a folder as npm publishes it. Returns the name of the archive. */
export async function pack(folder: string): Promise<string> {
  const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const { stdout } = await run("npm", args, { cwd: repository });
  const [packed] = JSON.parse(stdout) as [{ filename: string }];
  return packed.filename;
}
