import { execFile } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { tools } from "./tools";

export const repository = join(__dirname, "..", "..");

/** Generates the plugin's SDK into a folder, as `pulumi package add` does. */
export async function generateSdk(language: "python" | "go", folder: string): Promise<void> {
  const [schema, manifest] = await Promise.all(
    ["schema.json", "package.json"].map(
      async (file) => JSON.parse(await readFile(join(repository, file), "utf8")) as Record<string, unknown>,
    ),
  );
  await mkdir(folder, { recursive: true });
  // The plugin serves its schema with the package's version.
  const text = JSON.stringify({ ...schema, version: manifest?.["version"] });
  await run(join(tools.sdkGenerator.directory, "sdk-generator"), [language, folder], { input: text });
}

interface RunOptions {
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Runs a command, and returns its stdout and stderr. If it fails, the error has them. */
export function run(
  command: string,
  args: readonly string[],
  { directory = repository, environment = {}, input = "" }: RunOptions = {},
): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...environment };
    const child = execFile(command, args, { cwd: directory, env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${command} ${args.join(" ")}:\n${stdout}\n${stderr}`, { cause: error }));
      else resolve({ stdout, stderr });
    });
    child.stdin?.end(input);
  });
}
