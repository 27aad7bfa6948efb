import * as grpc from "@grpc/grpc-js";
import type { Result } from "../engine";
import { defaultProviderName, isProviderType, packageOf, providerType } from "../urns";
import { deletionOrder } from "./deletionOrder";
import { messageOf } from "./executor";
import { InvalidError, StepGenerator } from "./generator";
import { type Goal, type InvokeGoal, providerGoal, type ReadGoal } from "./goal";
import { StatusError } from "./grpcs";
import { Monitor, type Registrar } from "./monitor";
import { Operation, type OperationOptions } from "./operation";
import { describeExit, startProgram } from "./program";
import type { Invoked } from "./provider";
import { dynamicPackage } from "./providerHost";
import { referenceTo, type State } from "./resourceState";
import { stashType } from "./stash";
import type { EngineStep } from "./steps";
import type { Properties } from "./values";

export type DeploymentKind = "preview" | "up" | "destroy";

const titles: Readonly<Record<DeploymentKind, string>> = {
  preview: "Previewing update",
  up: "Updating",
  destroy: "Destroying",
};

/** How long a program may continue after the deployment has failed. */
const graceMilliseconds = 5_000;

/** A preview, an `up` or a destroy. Creates or updates the resources that the program registers. Deletes the others. */
export class Deployment implements Registrar {
  private readonly operation: Operation;
  private readonly generator: StepGenerator;
  private readonly registered = new Map<string, State>();
  private stackOutputs: Properties | undefined;
  /** The references to the default providers, by package. */
  private readonly defaultProviders = new Map<string, Promise<string>>();
  private failed = false;
  /** Resolves when the latest steps are generated. Steps are generated one at a time. */
  private generation: Promise<void> = Promise.resolve();
  private finished: Promise<void> | undefined;
  /** Rejects when the deployment has failed and no step is in flight. This ends the program's pending calls. */
  private readonly aborted: Promise<never>;
  private abort!: (reason: Error) => void;

  constructor(
    private readonly options: OperationOptions,
    private readonly kind: DeploymentKind,
  ) {
    const dryRun = kind === "preview";
    this.operation = new Operation(options, { dryRun });
    const { printer, snapshot, providers } = this.operation;
    const { stack, project } = options;
    const { previous } = snapshot;
    this.generator = new StepGenerator({ stack, project: project.name, previous, printer, providers });
    this.aborted = new Promise((_resolve, reject) => (this.abort = reject));
    this.aborted.catch(() => undefined);
  }

  async run(): Promise<Result> {
    this.operation.printer.title(`${titles[this.kind]} (${this.options.stack}):`);
    try {
      if (this.kind !== "destroy") await this.runProgram();
      await this.finish();
    } catch (error) {
      this.fail(error);
      await this.settle();
    }
    return this.end();
  }

  async register(goal: Goal): Promise<State> {
    const hasProvider = goal.custom && !isProviderType(goal.type) && goal.type !== stashType;
    const provider = hasProvider ? await this.providerFor(goal.type, goal.provider) : "";
    return this.schedule((done) => this.generator.register({ ...goal, provider }, done));
  }

  async read(goal: ReadGoal): Promise<State> {
    const provider = await this.providerFor(goal.type, goal.provider);
    return this.schedule((done) => this.generator.read({ ...goal, provider }, done));
  }

  async invoke({ token, args, provider }: InvokeGoal): Promise<Invoked> {
    const host = await this.operation.providers.get(await this.providerFor(token, provider));
    try {
      return await host.invoke(token, args, this.kind === "preview");
    } catch (error) {
      throw new Error(`invocation of ${token} returned an error: ${messageOf(error)}`, { cause: error });
    }
  }

  registerOutputs(urn: string, outputs: Properties): Promise<void> {
    if (urn === this.operation.rootUrn) {
      this.stackOutputs = outputs;
      return Promise.resolve();
    }
    const state = this.registered.get(urn);
    if (state === undefined) {
      return Promise.reject(new Error(`cannot complete a resource '${urn}' whose registration isn't pending`));
    }
    state.outputs = outputs;
    this.operation.snapshot.save();
    return Promise.resolve();
  }

  finish(): Promise<void> {
    this.finished ??= this.deleteTheRest();
    return this.finished;
  }

  private async runProgram(): Promise<void> {
    const { project, stack, config, environment, parallel } = this.options;
    const monitor = await Monitor.serve(this);
    // The failures of its pending calls aren't shown.
    let isAborted = false;
    try {
      const program = startProgram({
        ...{ project, stack, config, environment, parallel, dryRun: this.kind === "preview" },
        monitorAddress: monitor.address,
        engineAddress: await this.operation.engineServer.address,
        onLine: (line) => {
          if (!isAborted) this.operation.printer.diagnostic("", "info", line);
        },
      });
      try {
        const exit = await Promise.race([program.ended, this.aborted]).catch(() => undefined);
        // The program's SDK ends the program when its pending calls fail.
        isAborted = exit === undefined;
        if (exit === undefined) await program.endsWithin(graceMilliseconds);
        else this.programEnded(exit);
      } finally {
        await program.stop();
      }
    } finally {
      await this.settle();
      monitor.stop();
    }
  }

  private programEnded(exit: number | string): void {
    const description = describeExit(exit);
    if (description !== undefined && !this.failed) this.operation.printer.diagnostic("", "error", description);
    if (exit !== 0) this.fail(new InvalidError("the program failed"));
  }

  private schedule(generate: (done: (state: State) => void) => Promise<readonly EngineStep[]>): Promise<State> {
    const registered = new Promise<State>((resolve) => {
      const done = (state: State) => {
        this.registered.set(state.urn, state);
        resolve(state);
      };
      this.generation = this.generation.then(async () => {
        if (this.failed) return;
        try {
          const steps = await generate(done);
          void this.operation.executor.run(steps).then(() => {
            if (this.operation.executor.cancelled) this.fail(new InvalidError("a step failed"));
          });
        } catch (error) {
          this.fail(error);
        }
      });
    });
    return Promise.race([registered, this.aborted]);
  }

  /** Starts no new step, waits for the steps in flight, and then ends the program's pending calls. */
  private fail(error: unknown): void {
    const { printer, executor } = this.operation;
    if (!(error instanceof InvalidError)) printer.diagnostic("", "error", messageOf(error));
    if (this.failed) return;
    this.failed = true;
    executor.cancelled = true;
    void this.settle().then(() => {
      this.abort(new StatusError(grpc.status.UNAVAILABLE, "resource monitor shut down"));
    });
  }

  private async settle(): Promise<void> {
    const { executor } = this.operation;
    await executor.idle();
    await this.generation;
    await executor.idle();
  }

  private async deleteTheRest(): Promise<void> {
    await this.settle();
    const { executor, snapshot } = this.operation;
    if (this.failed) return;
    const steps = this.generator.deletions();
    for (const group of deletionOrder(steps, snapshot.previous)) await executor.runAll(group);
  }

  private end(): Promise<Result> {
    const { executor, printer, rootUrn } = this.operation;
    const failed = this.failed || executor.failed;
    const outputs = this.recordStackOutputs(failed);
    if (executor.failed) {
      printer.diagnostic(rootUrn, "error", `${this.kind === "up" ? "update" : this.kind} failed`);
    }
    return this.operation.end(!failed, outputs);
  }

  /** Records the stack's outputs. A failed program may not have reached some outputs, which then stay unchanged. */
  private recordStackOutputs(failed: boolean): Properties | undefined {
    const root = this.registered.get(this.operation.rootUrn);
    if (root === undefined || this.stackOutputs === undefined) return undefined;
    root.outputs = failed ? { ...root.outputs, ...this.stackOutputs } : this.stackOutputs;
    return root.outputs;
  }

  /** Returns the reference that the program gives, or else the one of the default provider of a type's package. */
  private async providerFor(token: string, reference: string): Promise<string> {
    if (reference !== "") return reference;
    const packageName = packageOf(token);
    let registered = this.defaultProviders.get(packageName);
    if (registered === undefined) {
      registered = this.registerDefaultProvider(packageName);
      this.defaultProviders.set(packageName, registered);
    }
    return registered;
  }

  private async registerDefaultProvider(packageName: string): Promise<string> {
    const config = configOf(packageName, this.options.config);
    return referenceTo(await this.register(providerGoal(providerType(packageName), defaultProviderName, config)));
  }
}

/** Returns the config of a package's namespace. The provider of dynamic resources gets the whole config. */
function configOf(packageName: string, config: Properties): Properties {
  if (packageName === dynamicPackage) return config;
  const prefix = `${packageName}:`;
  const own = Object.entries(config).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]));
}
