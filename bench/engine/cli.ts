import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { findCli } from "../../test/engines/findCli";

/** The cost of one `pulumi up` of a new stack. */
export interface Deployment {
  readonly seconds: number;
  /** The size of the state file that the engine writes. */
  readonly bytes: number;
}

export function seconds(samples: readonly Deployment[]): number[] {
  return samples.map((deployed) => deployed.seconds);
}

export function bytes(samples: readonly Deployment[]): number[] {
  return samples.map((deployed) => deployed.bytes);
}

/**
 * Deploys a program as a new stack with the Pulumi CLI and a temporary state folder, and deletes the folder without
 * destroying the stack. Measures only the time of `pulumi up`.
 */
export async function deploy(directory: string, config: Readonly<Record<string, string>>): Promise<Deployment> {
  const backend = mkdtempSync(join(tmpdir(), "bench-backend-"));
  const environment = {
    PULUMI_BACKEND_URL: pathToFileURL(backend).href,
    PULUMI_CONFIG_PASSPHRASE: "bench-passphrase",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_STACK: "bench",
  };
  const pulumi = (...args: string[]) => runPulumi([...args, "--non-interactive"], directory, environment);
  try {
    await pulumi("stack", "init", "bench");
    const settings = Object.entries(config).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
    await pulumi("config", "set-all", ...settings);
    const start = performance.now();
    await pulumi("up", "--yes", "--skip-preview", "--suppress-outputs");
    const seconds = (performance.now() - start) / 1000;
    return { seconds, bytes: stateBytes(backend) };
  } finally {
    rmSync(backend, { recursive: true, force: true });
    rmSync(join(directory, "Pulumi.bench.yaml"), { force: true });
  }
}

function stateBytes(backend: string): number {
  const stacks = join(backend, ".pulumi", "stacks");
  const files = readdirSync(stacks, { recursive: true, encoding: "utf8" });
  const state = files.find((file) => file.endsWith("bench.json"));
  if (state === undefined) throw new Error(`the engine wrote no state to ${stacks}`);
  return statSync(join(stacks, state)).size;
}

async function runPulumi(
  args: readonly string[],
  cwd: string,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const cli = findCli();
  if (cli === undefined) throw new Error("the Pulumi CLI isn't installed; run `npm run pulumi:install`");
  const path = cli.root === undefined ? [] : [join(cli.root, "bin")];
  const PATH = [...path, process.env["PATH"] ?? ""].join(delimiter);
  const child = spawn(cli.command, args, { cwd, env: { ...process.env, ...variables, PATH }, stdio: "pipe" });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (output += data.toString()));
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`"pulumi ${args.join(" ")}" failed:\n${output}`);
}
