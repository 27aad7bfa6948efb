import assert from "node:assert/strict";
import { findCli } from "../engines/findCli";
import { repository, run } from "./packed";

/** Runs the Pulumi CLI, and returns what it printed to stdout. */
export async function pulumi(
  args: readonly string[],
  { cwd = repository, env = {} }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const cli = findCli();
  assert.ok(cli);
  const environment = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true", ...env };
  return (await run(cli.command, args, { cwd, env: environment })).stdout;
}
