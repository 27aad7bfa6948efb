import { type ChildProcess, spawn } from "node:child_process";
import * as readline from "node:readline";
import { setTimeout as after } from "node:timers/promises";

export interface ProcessOptions {
  readonly directory: string;
  /** Variables in addition to this process's environment. An undefined variable is left out. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onLine: (line: string) => void;
}

/** How long a process may take to end after an interrupt. The engine gives a provider the same time. */
const graceMilliseconds = 5_000;

const running = new Set<ChildProcess>();
// A test runner that exits in the middle of a deployment must not leave its processes behind.
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** A process of a deployment, whose output is read line by line. */
export class DeploymentProcess {
  private readonly child: ChildProcess;
  /** Resolves to the exit code, or to the name of the signal that ended the process, when all output is read. */
  readonly ended: Promise<number | string>;

  constructor(command: string, args: readonly string[], options: ProcessOptions) {
    const child = spawn(command, args, {
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

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Stops reading the output. The process can't write to it from now on. */
  closeOutput(): void {
    this.child.stdout?.destroy();
    this.child.stderr?.destroy();
  }

  /** Interrupts the process, and kills it if it doesn't end. Does nothing when the process has already ended. */
  async stop(): Promise<void> {
    if (!running.has(this.child)) return;
    this.child.kill("SIGINT");
    if (await this.endsWithin(graceMilliseconds)) return;
    this.child.kill("SIGKILL");
    // Child processes may keep the output open, so the wait is short.
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
