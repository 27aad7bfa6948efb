import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { packageVersion } from "../../provider/common/packageVersion";
import { buildExecutable } from "./executable";

/** Pulumi's names of operating systems and processors, by Node.js's names. */
const systems: Readonly<Record<string, string>> = { linux: "linux", darwin: "darwin", win32: "windows" };
const processors: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** Returns the name under which the Pulumi CLI looks for the plugin of this platform in a release. */
export function archiveName(): string {
  const system = systems[process.platform];
  const processor = processors[process.arch];
  if (system === undefined || processor === undefined) {
    throw new Error(`Pulumi has no plugins for ${process.platform} on ${process.arch}.`);
  }
  return `pulumi-resource-cancellation-v${packageVersion}-${system}-${processor}.tar.gz`;
}

/** Builds the archive of the plugin for this platform in a folder, and returns its path. */
export async function buildArchive(folder: string): Promise<string> {
  const name = archiveName();
  await mkdir(folder, { recursive: true });
  const staging = await mkdtemp(join(folder, ".building-"));
  try {
    const executable = await buildExecutable(staging);
    // The paths are relative, because GNU tar on Windows takes the drive in a path for the name of a host.
    await promisify(execFile)("tar", ["-czf", `../${name}`, basename(executable)], { cwd: staging });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return join(folder, name);
}
