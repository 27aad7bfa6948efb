import { type ChildProcess, spawn } from "node:child_process";
import * as readline from "node:readline";
import { setTimeout as after } from "node:timers/promises";

export interface ProcessOptions {
  readonly directory: string;
  /** Over the environment of this process; what is undefined is left out. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onLine: (line: string) => void;
}

/** How long a process that was asked to end may take; the engine gives a provider as much. */
const graceMilliseconds = 5_000;

const running = new Set<ChildProcess>();
// A test runner that exits in the middle of a deployment must not leave its processes behind.
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** A Node.js process of a deployment, whose output is read line by line. */
export class NodeProcess {
  private readonly child: ChildProcess;
  /** Its exit code, or the name of the signal that ended it, once all its output was read. */
  readonly ended: Promise<number | string>;

  constructor(args: readonly string[], options: ProcessOptions) {
    const child = spawn(process.execPath, args, {
      cwd: options.directory,
      env: { ...process.env, ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child = child;
    running.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      readline.createInterface({ input: stream, crlfDelay: Infinity }).on("line", options.onLine);
    }
    this.ended = new Promise((resolve, reject) => {
      child.once("error", (error) => {
        running.delete(child);
        reject(error);
      });
      child.once("close", (code, signal) => {
        running.delete(child);
        resolve(code ?? signal ?? "an unknown cause");
      });
    });
    this.ended.catch(() => undefined);
  }

  /** Asks it to end, and ends it if it doesn't. Harmless where it has ended. */
  async stop(): Promise<void> {
    if (!running.has(this.child)) return;
    this.child.kill("SIGINT");
    if (await this.endsWithin(graceMilliseconds)) return;
    this.child.kill("SIGKILL");
    // Its output may be held open by processes of its own: these are not waited for.
    await this.endsWithin(1_000);
  }

  async endsWithin(milliseconds: number): Promise<boolean> {
    const timer = new AbortController();
    try {
      return await Promise.race([
        this.ended.then(
          () => true,
          () => true,
        ),
        after(milliseconds, false, { signal: timer.signal }),
      ]);
    } finally {
      timer.abort();
    }
  }
}
