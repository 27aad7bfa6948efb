import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const repository = join(__dirname, "..", "..");

/** Runs a script in a Node.js of its own, as plain as a program's, and reads the JSON that it prints. */
export async function runNode<Result>(script: string): Promise<Result> {
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", script], { cwd: repository });
  return JSON.parse(stdout) as Result;
}
