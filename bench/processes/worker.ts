import { type ChildProcess, fork } from "node:child_process";

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (reason: Error) => void;
}

/** A process of its own that does what it is asked to; `Jobs` are what it serves, see `serve`. */
export class Worker<Jobs extends object> {
  private asked = 0;
  private readonly waiting = new Map<number, Waiting>();

  private constructor(private readonly child: ChildProcess) {
    child.on("message", ({ id, result, error }: Answer) => {
      const waiter = this.waiting.get(id);
      this.waiting.delete(id);
      if (error === undefined) waiter?.resolve(result as never);
      else waiter?.reject(new Error(error));
    });
    child.once("close", (code, signal) => {
      for (const { reject } of this.waiting.values()) reject(new Error(`the process ended (${signal ?? code ?? "?"})`));
    });
  }

  /** @param module the path of a module that calls `serve` */
  static start<Jobs extends object>(module: string): Worker<Jobs> {
    return new Worker(fork(module, { stdio: ["ignore", "ignore", "inherit", "ipc"] }));
  }

  ask<Name extends keyof Jobs & string>(
    name: Name,
    ...given: Jobs[Name] extends (...given: infer Given) => unknown ? Given : never
  ): Promise<Jobs[Name] extends (...given: never[]) => infer Result ? Awaited<Result> : never> {
    return new Promise((resolve, reject) => {
      const id = this.asked++;
      this.waiting.set(id, { resolve, reject });
      this.child.send({ id, name, given });
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once("close", resolve));
    this.child.kill();
    await ended;
  }
}
