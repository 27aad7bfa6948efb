import type { ServiceError } from "@grpc/grpc-js";
import type { Step } from "../engine";
import { isOfTheProgram } from "../urns";
import type { Printer } from "./printer";
import { InitError } from "./provider";
import type { Snapshot } from "./snapshot";
import { type EngineStep, markSecrets, type StepContext } from "./steps";

export interface ExecutorOptions {
  readonly context: StepContext;
  readonly snapshot: Snapshot;
  readonly printer: Printer;
  readonly parallel: number;
  /** Continues after a failure, as a refresh does. */
  readonly ignoreErrors?: boolean;
}

/**
 * Runs chains of steps, several at a time. After a failure it starts no other step, and the steps in flight end.
 */
export class StepExecutor {
  readonly steps: Step[] = [];
  failed = false;
  cancelled = false;
  private free: number;
  private readonly waiting: (() => void)[] = [];
  private readonly inFlight = new Set<Promise<void>>();

  constructor(private readonly options: ExecutorOptions) {
    this.free = options.parallel;
  }

  /** Resolves when the chain has ended, with or without an error. */
  run(chain: readonly EngineStep[]): Promise<void> {
    const run = this.runChain(chain).finally(() => this.inFlight.delete(run));
    this.inFlight.add(run);
    return run;
  }

  async runAll(steps: readonly EngineStep[]): Promise<void> {
    await Promise.all(steps.map((step) => this.run([step])));
  }

  async idle(): Promise<void> {
    while (this.inFlight.size > 0) await Promise.all(this.inFlight);
  }

  private async runChain(chain: readonly EngineStep[]): Promise<void> {
    await this.acquire();
    try {
      for (const step of chain) {
        if (this.cancelled) return;
        const error = await this.execute(step);
        if (error === undefined) continue;
        this.failed = true;
        if (this.options.ignoreErrors !== true) this.cancelled = true;
        return;
      }
    } finally {
      this.release();
    }
  }

  private async execute(step: EngineStep): Promise<unknown> {
    const { context, snapshot, printer } = this.options;
    const { urn } = step.state;
    if (isOfTheProgram(urn)) this.steps.push({ op: step.op, urn });
    printer.stepBegins(step.op, urn);
    step.begin?.(snapshot);

    let error: unknown;
    try {
      await step.apply?.(context);
    } catch (caught) {
      error = caught ?? new Error("unknown error");
    }

    if (step.result !== undefined) markSecrets(step.result);
    step.end?.(snapshot, error === undefined || error instanceof InitError);
    // An unchanged resource is written with the next step.
    if (step.op !== "same") snapshot.save();

    if (error === undefined) {
      printer.stepEnds(step.op, urn);
      step.onDone?.();
    } else {
      printer.stepFailed(step.op, urn);
      printer.diagnostic(urn, "error", messageOf(error));
    }
    return error;
  }

  private async acquire(): Promise<void> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private release(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free++;
    else next();
  }
}

/** Returns the provider's message, without gRPC's additions. */
export function messageOf(error: unknown): string {
  const { details, message } = error as Partial<ServiceError>;
  return details ?? message ?? String(error);
}
