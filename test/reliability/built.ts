import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

export const repository = join(__dirname, "..", "..");

/** Builds `dist`, which Pulumi's host loads, when it is missing or older than its sources. */
export function ensureBuilt(): void {
  const entry = join(repository, "dist", "hosts", "dynamic.js");
  if (existsSync(entry) && statSync(entry).mtimeMs >= newest(join(repository, "provider"))) return;
  const { status, stderr, stdout } = spawnSync("npm", ["run", "--silent", "build"], {
    cwd: repository,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the build failed: ${stdout}${stderr}`);
}

function newest(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Math.max(...files.map((file) => statSync(join(file.parentPath, file.name)).mtimeMs));
}
