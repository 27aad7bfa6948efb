import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

/** Why the processes of a deployment can't be found here, in words for a skipped test. */
export const unfindable = process.platform === "linux" ? undefined : "processes are found in /proc, which is Linux's";

/** A process of a deployment. */
export interface DeploymentProcess {
  readonly pid: number;
  /** Signals sent to one process of a group from a terminal reach them all. */
  readonly group: number;
  readonly role: "engine" | "host" | "other";
}

/** The processes that work in a project's folder: none but those of its deployments do. */
export function processesIn(directory: string): DeploymentProcess[] {
  const pids = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));
  return pids.flatMap((pid) => {
    try {
      if (readlinkSync(`/proc/${pid}/cwd`) !== directory) return [];
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state === "Z") return [];
      const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      return [{ pid: Number(pid), group: Number(group), role: roleOf(args) }];
    } catch {
      return []; // it ended meanwhile, or is somebody else's
    }
  });
}

function roleOf([program = "", ...args]: readonly string[]): DeploymentProcess["role"] {
  if (basename(program) === "pulumi") return "engine";
  const isHost = args.some((argument) => /cmd\/dynamic-provider(\/index\.js)?$/.test(argument));
  return isHost && basename(program) !== "sh" ? "host" : "other";
}

/** The one process of that role. */
export function findProcess(directory: string, role: "engine" | "host"): DeploymentProcess {
  const found = processesIn(directory).filter((candidate) => candidate.role === role);
  const [one] = found;
  if (one === undefined || found.length > 1)
    throw new Error(`${found.length} processes are the ${role} in ${directory}`);
  return one;
}

/** Ends whatever still works in a project's folder. */
export function endProcessesIn(directory: string): void {
  for (const { pid } of processesIn(directory)) signal(pid, "SIGKILL");
}

/** Harmless where the process has ended. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
