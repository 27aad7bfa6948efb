import { spawn } from "node:child_process";

const shownLines = 30;

/** Runs a command, and returns its stdout. If the command fails, the error has the last lines of the output. */
export function run(command: string, args: readonly string[], directory: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: directory,
      // Ignores a Go workspace around the temporary folder.
      env: { ...process.env, GOWORK: "off" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let stdout = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data: Buffer) => (output += data.toString()));
    }
    child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code === 0) {
        resolve(stdout);
        return;
      }
      const end = output.trimEnd().split("\n").slice(-shownLines).join("\n");
      reject(new Error(`\`${command} ${args.join(" ")}\` failed (${code ?? signal ?? "?"}):\n${end}`));
    });
  });
}
