import { randomUUID } from "node:crypto";
import type { Result } from "../engine";
import { makeUrn, stackType } from "../urns";
import { StepExecutor } from "./executor";
import { DynamicProviderHost } from "./host";
import { Printer } from "./printer";
import type { Project } from "./project";
import type { Provider } from "./provider";
import { newState, type State } from "./resourceState";
import { Snapshot } from "./snapshot";
import { stash, stashType } from "./stash";
import type { StateFile } from "./stateFile";
import type { StepContext } from "./steps";
import type { Properties } from "./values";

export interface OperationOptions {
  readonly project: Project;
  readonly stack: string;
  readonly config: Properties;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly file: StateFile;
  readonly parallel: number;
  readonly onOutput: ((text: string) => void) | undefined;
}

/** The parts of every operation: the state, the printer, the executor, and the provider's host when it is needed. */
export class Operation {
  readonly snapshot: Snapshot;
  readonly printer: Printer;
  readonly executor: StepExecutor;
  readonly rootUrn: string;
  readonly context: StepContext;
  private readonly printed: string[] = [];
  private readonly providerUrn: string;
  private providerState: State | undefined;
  private host: Promise<DynamicProviderHost> | undefined;

  constructor(
    readonly options: OperationOptions,
    { dryRun = false, ignoreErrors = false } = {},
  ) {
    const { stack, project, file, parallel } = options;
    this.rootUrn = makeUrn(stack, project.name, undefined, stackType, `${project.name}-${stack}`);
    this.providerUrn = makeUrn(stack, project.name, undefined, "pulumi:providers:pulumi-nodejs", "default");
    this.snapshot = new Snapshot(file.load(), dryRun ? undefined : file);
    this.providerState = this.snapshot.previous.find((state) => state.urn === this.providerUrn);
    this.printer = new Printer(
      (text) => {
        this.printed.push(text);
        options.onOutput?.(text);
      },
      dryRun,
      this.rootUrn,
    );
    this.context = {
      dryRun,
      provider: (type) => (type === stashType ? Promise.resolve(stash) : this.dynamicProvider()),
    };
    const { context, snapshot, printer } = this;
    this.executor = new StepExecutor({ context, snapshot, printer, parallel, ignoreErrors });
  }

  /**
   * Registers the provider for the program, and records it in the state with the stack's current config. Without this,
   * the provider has the config of the last `up`.
   */
  registerProvider(): State {
    const { config } = this.options;
    const id = this.providerState?.id ?? randomUUID();
    const type = "pulumi:providers:pulumi-nodejs";
    const state = newState({ urn: this.providerUrn, type, custom: true, id, inputs: config, outputs: config });
    if (this.providerState !== undefined) this.snapshot.remove(this.providerState);
    this.snapshot.add(state);
    this.providerState = state;
    return state;
  }

  async end(succeeded: boolean, outputs?: Properties): Promise<Result> {
    try {
      await (await this.host)?.stop();
    } catch {
      // The host didn't start. The step that needed it has reported the error.
    }
    this.snapshot.save();
    this.printer.summary(outputs);
    return { succeeded, output: this.printed.join(""), steps: this.executor.steps };
  }

  private dynamicProvider(): Promise<Provider> {
    const { project, environment } = this.options;
    this.host ??= DynamicProviderHost.start({
      project,
      environment,
      config: this.providerState?.inputs ?? this.options.config,
      onLine: (line) => {
        this.printer.diagnostic("", "info", line);
      },
    });
    return this.host;
  }
}
