import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** A Pulumi CLI with its language host for Node.js programs. */
export interface Cli {
  /** The path of the executable. */
  readonly command: string;
  /**
   * The folder above the CLI's `bin`, when the CLI isn't on the PATH. The Automation API puts this `bin` first on the
   * PATH of its processes, so the CLI finds its language host and launcher.
   */
  readonly root?: string;
}

const pulumi = executableName("pulumi");
const languageHost = executableName("pulumi-language-nodejs");

/** Finds the CLI on the PATH, or else the newest version in `$PULUMI_HOME/versions/VERSION`. */
export function findCli(environment: NodeJS.ProcessEnv = process.env): Cli | undefined {
  return findOnPath(environment) ?? findNewestVersion(pulumiHome(environment));
}

export function pulumiHome(environment: NodeJS.ProcessEnv = process.env): string {
  const home = environment["PULUMI_HOME"];
  return home === undefined || home === "" ? path.join(os.homedir(), ".pulumi") : home;
}

function findOnPath(environment: NodeJS.ProcessEnv): Cli | undefined {
  const folders = (environment["PATH"] ?? "").split(path.delimiter).filter((folder) => folder !== "");
  const command = firstExecutable(folders, pulumi);
  if (command === undefined) return undefined;
  // The CLI looks for its language hosts in its own folder, in the folder that its link points to, and on the PATH.
  const beside = [path.dirname(command), path.dirname(fs.realpathSync(command))];
  return firstExecutable([...beside, ...folders], languageHost) === undefined ? undefined : { command };
}

function findNewestVersion(home: string): Cli | undefined {
  const versions = path.join(home, "versions");
  const names = fs.existsSync(versions) ? fs.readdirSync(versions) : [];
  const newestFirst = names.filter((name) => /^v?\d+\.\d+\.\d+/.test(name)).sort((a, b) => compareVersions(b, a));
  for (const name of newestFirst) {
    const root = path.join(versions, name);
    const bin = path.join(root, "bin");
    const command = firstExecutable([bin], pulumi);
    if (command !== undefined && firstExecutable([bin], languageHost) !== undefined) return { command, root };
  }
  return undefined;
}

function firstExecutable(folders: readonly string[], name: string): string | undefined {
  for (const folder of folders) {
    const file = path.join(folder, name);
    if (isExecutable(file)) return file;
  }
  return undefined;
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

function executableName(name: string): string {
  return process.platform === "win32" ? `${name}.exe` : name;
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
