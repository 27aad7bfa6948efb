import { build } from "esbuild";
import { execFile } from "node:child_process";
import { chmod, copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = join(__dirname, "..", "..");

/** The mark in Node.js's executable that tells whether it has a program. Source: Node.js's documentation. */
const fuse = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

/**
 * Builds the plugin's executable in a folder, and returns its path. It's a copy of the Node.js that runs this script,
 * with the plugin in it: a single executable application, https://nodejs.org/api/single-executable-applications.html.
 */
export async function buildExecutable(folder: string): Promise<string> {
  const executable = join(folder, `pulumi-resource-cancellation${process.platform === "win32" ? ".exe" : ""}`);
  const program = await writeProgram(folder);
  await copyFile(process.execPath, executable);
  await chmod(executable, 0o755);
  // macOS runs no executable whose signature doesn't match its content.
  if (process.platform === "darwin") await run("codesign", ["--remove-signature", executable]);
  const segment = process.platform === "darwin" ? ["--macho-segment-name", "NODE_SEA"] : [];
  const postject = require.resolve("postject/dist/cli.js");
  await run(process.execPath, [postject, executable, "NODE_SEA_BLOB", program, "--sentinel-fuse", fuse, ...segment]);
  if (process.platform === "darwin") await run("codesign", ["--sign", "-", executable]);
  return executable;
}

/** Writes the plugin in the form that Node.js's executable takes, and returns its path. */
async function writeProgram(folder: string): Promise<string> {
  const main = "bundle.cjs";
  const output = "program.blob";
  const config = "config.json";
  await build({
    absWorkingDir: root,
    entryPoints: ["dist/hosts/plugin/main.js"],
    bundle: true,
    platform: "node",
    format: "cjs",
    outfile: join(folder, main),
    logLevel: "warning",
  });
  // With the code cache, the plugin starts sooner by 70 ms. But two builds differ then, and Node.js prints a warning if
  // NODE_OPTIONS has an option of V8, for example --max-old-space-size.
  const settings = { main, output, disableExperimentalSEAWarning: true, useCodeCache: false };
  await writeFile(join(folder, config), JSON.stringify(settings));
  // The output has the paths of the settings, so they are relative.
  await run(process.execPath, ["--experimental-sea-config", config], { cwd: folder });
  return join(folder, output);
}
