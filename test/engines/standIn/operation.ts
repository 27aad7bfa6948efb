import type { Result } from "../engine";
import { makeUrn, stackType } from "../urns";
import { EngineServer } from "./engineServer";
import { StepExecutor } from "./executor";
import { Printer } from "./printer";
import type { Project } from "./project";
import { ProviderHost } from "./providerHost";
import { ProviderRegistry } from "./providerRegistry";
import { Snapshot } from "./snapshot";
import type { StateFile } from "./stateFile";
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

/** The parts of every operation: the state, the printer, the executor, the providers, and the service for their lines. */
export class Operation {
  readonly snapshot: Snapshot;
  readonly printer: Printer;
  readonly executor: StepExecutor;
  readonly rootUrn: string;
  readonly providers: ProviderRegistry;
  readonly engineServer: EngineServer;
  private readonly printed: string[] = [];

  constructor(
    readonly options: OperationOptions,
    { dryRun = false, ignoreErrors = false } = {},
  ) {
    const { stack, project, file, parallel } = options;
    this.rootUrn = makeUrn(stack, project.name, undefined, stackType, `${project.name}-${stack}`);
    this.snapshot = new Snapshot(file.load(), dryRun ? undefined : file);
    this.printer = new Printer(
      (text) => {
        this.printed.push(text);
        options.onOutput?.(text);
      },
      dryRun,
      this.rootUrn,
    );
    const { snapshot, printer } = this;
    this.engineServer = new EngineServer(({ urn, severity, message, ephemeral }) => {
      if (ephemeral) printer.status(urn, severity, message);
      else printer.diagnostic(urn, severity, message);
    });
    this.providers = new ProviderRegistry(snapshot.previous, (packageName) => this.startProvider(packageName));
    const context = { dryRun, providers: this.providers };
    this.executor = new StepExecutor({ context, snapshot, printer, parallel, ignoreErrors });
  }

  async end(succeeded: boolean, outputs?: Properties): Promise<Result> {
    await this.providers.stop();
    await this.engineServer.stop();
    this.snapshot.save();
    this.printer.summary(outputs);
    return { succeeded, output: this.printed.join(""), steps: this.executor.steps };
  }

  private async startProvider(packageName: string): Promise<ProviderHost> {
    const { project, environment } = this.options;
    return ProviderHost.start(packageName, {
      project,
      environment,
      engineAddress: await this.engineServer.address,
      log: (severity, text) => {
        this.printer.diagnostic("", severity, text);
      },
    });
  }
}
