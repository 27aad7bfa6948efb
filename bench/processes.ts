import { type ChildProcess, fork } from "node:child_process";

interface Call {
  readonly id: number;
  readonly name: string;
  readonly args: readonly unknown[];
}

interface Reply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

interface PendingCall {
  readonly resolve: (result: never) => void;
  readonly reject: (reason: Error) => void;
}

/** A child process whose functions the parent calls. `Functions` is what its module passes to `serve`. */
export class Worker<Functions extends object> {
  private nextId = 0;
  private readonly pending = new Map<number, PendingCall>();

  private constructor(private readonly child: ChildProcess) {
    child.on("message", ({ id, result, error }: Reply) => {
      const call = this.pending.get(id);
      this.pending.delete(id);
      if (error === undefined) call?.resolve(result as never);
      else call?.reject(new Error(error));
    });
    child.once("close", (code, signal) => {
      const error = new Error(`the worker process ended (${signal ?? code ?? "unknown"})`);
      for (const { reject } of this.pending.values()) reject(error);
    });
  }

  /** @param module the path of a module that calls `serve` */
  static start<Functions extends object>(module: string): Worker<Functions> {
    return new Worker(fork(module, { stdio: ["ignore", "ignore", "inherit", "ipc"] }));
  }

  call<Name extends keyof Functions & string>(
    name: Name,
    ...args: Functions[Name] extends (...args: infer Args) => unknown ? Args : never
  ): Promise<Functions[Name] extends (...args: never[]) => infer Result ? Awaited<Result> : never> {
    return new Promise((resolve, reject) => {
      const id = this.nextId++;
      this.pending.set(id, { resolve, reject });
      this.child.send({ id, name, args });
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once("close", resolve));
    this.child.kill();
    await ended;
  }
}

/** In the child process: runs the functions that the parent calls, and exits with the parent. */
export function serve(functions: Readonly<Record<string, (...args: never[]) => unknown>>): void {
  process.on("message", ({ id, name, args }: Call) => {
    const called = functions[name] as ((...args: readonly unknown[]) => unknown) | undefined;
    Promise.resolve()
      .then(() => {
        if (!called) throw new Error(`the worker process has no function "${name}"`);
        return called(...args);
      })
      .then(
        (result) => process.send?.({ id, result }),
        (error: unknown) => process.send?.({ id, error: error instanceof Error ? error.message : String(error) }),
      );
  });
  process.once("disconnect", () => process.exit());
}

/** Returns the time in milliseconds on the monotonic clock that all processes of the machine share. */
export function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
