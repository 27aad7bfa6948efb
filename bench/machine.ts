import { readFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";

const packages = ["@pulumi/pulumi", "axios", "google-gax", "google-auth-library"] as const;

/** What the figures depend on apart from the code. */
export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGigabytes: number;
  readonly platform: string;
  readonly node: string;
  readonly packages: Readonly<Record<string, string>>;
  /** The load average of the minute before the run. */
  readonly load: number;
}

export function describeMachine(): Machine {
  return {
    cores: cpus().length,
    processor: cpus()[0]?.model ?? "unknown",
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    platform: process.platform,
    node: process.version,
    packages: Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
    load: loadavg()[0] ?? 0,
  };
}

export function machineInWords({ cores, processor, memoryGigabytes, platform, node, packages, load }: Machine): string {
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  return (
    `${cores} cores (${processor}), ${memoryGigabytes} GB, ${platform}, Node.js ${node}, ${versions.join(", ")}, and ` +
    `a load average of ${load.toFixed(1)} before the run`
  );
}

function versionOf(name: string): string {
  const file = join(__dirname, "..", "node_modules", name, "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
