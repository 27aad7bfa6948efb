import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Fare, Job, Measure } from "./worker";

/** A provider in its own process. */
export class Host {
  private readonly child: ChildProcess;
  private readonly died: Promise<never>;

  constructor() {
    this.child = fork(join(__dirname, "worker.ts"), { execArgv: ["--expose-gc", "--require", "tsx/cjs"] });
    this.died = once(this.child, "exit").then(([code]) => {
      throw new Error(`the host ended: ${String(code)}`);
    });
    this.died.catch(() => undefined);
  }

  run(job: Job): Promise<Fare[]> {
    return this.ask<Fare[]>(job);
  }

  measure(): Promise<Measure> {
    return this.ask<Measure>("measure");
  }

  /** Lets the process end by itself. Returns its exit code, or the signal that ended it. */
  async stop(): Promise<number | string> {
    if (this.child.exitCode !== null) return this.child.exitCode;
    const ended = once(this.child, "exit") as Promise<[number | null, string | null]>;
    this.child.send("end");
    const kill = setTimeout(() => this.child.kill("SIGKILL"), 10_000);
    const [code, signal] = await ended;
    clearTimeout(kill);
    return code ?? signal ?? "unknown";
  }

  private async ask<T>(request: Job | "measure"): Promise<T> {
    const answered = once(this.child, "message") as Promise<[T]>;
    this.child.send(request);
    const [answer] = await Promise.race([answered, this.died]);
    return answer;
  }
}
