import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

/** The reason, for a skipped test, why the processes of a deployment can't be found on this machine. */
export const unfindable = process.platform === "linux" ? undefined : "processes are found in /proc, which is Linux's";

/** A process of a deployment. */
export interface DeploymentProcess {
  readonly pid: number;
  /** A terminal sends a signal to all processes of a group. */
  readonly group: number;
  readonly role: "engine" | "host" | "other";
}

/** Returns the processes that work in a project's folder, which are those of its deployments. */
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
      return []; // it has ended, or belongs to another user
    }
  });
}

function roleOf([program = "", ...args]: readonly string[]): DeploymentProcess["role"] {
  if (basename(program) === "pulumi") return "engine";
  const isHost = args.some((argument) =>
    /(cmd\/dynamic-provider(\/index\.js)?|pulumi-resource-cancellation)$/.test(argument),
  );
  return isHost && basename(program) !== "sh" ? "host" : "other";
}

/** Returns the only process with this role. */
export function findProcess(directory: string, role: "engine" | "host"): DeploymentProcess {
  const found = processesIn(directory).filter((candidate) => candidate.role === role);
  const [one] = found;
  if (one === undefined || found.length > 1)
    throw new Error(`${found.length} processes are the ${role} in ${directory}`);
  return one;
}

/** Kills all processes that work in a project's folder. */
export function endProcessesIn(directory: string): void {
  for (const { pid } of processesIn(directory)) signal(pid, "SIGKILL");
}

/** Sends a signal to a process. Does nothing when the process has ended. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
