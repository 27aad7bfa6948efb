import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import type { ConfigValue, Deployment as DeploymentState, Engine, Result, Stack, StackOptions } from "./engine";
import { withQuickStart } from "./environment";
import { Deployment } from "./standIn/deployment";
import type { OperationOptions } from "./standIn/operation";
import { namespaced, type Project, readProject } from "./standIn/project";
import { refresh } from "./standIn/refresh";
import { StateFile } from "./standIn/stateFile";
import { isSecret, plain, type Properties, secret } from "./standIn/values";
import { stackType } from "./urns";

/** The engine's own default on a machine with four cores. */
const parallel = 16;

/**
 * Runs programs without the Pulumi CLI. It starts Pulumi's own runner of Node.js programs, Pulumi's own host of dynamic
 * resources and the plugins that Pulumi.yaml names, and implements the engine between them. It has no locks, and its
 * only backend is a file.
 */
export class StandInEngine implements Engine {
  readonly name = "stand-in";

  unavailable(): undefined {
    return undefined;
  }

  async open(options: StackOptions): Promise<Stack> {
    const project = readProject(path.resolve(options.directory));
    const name = options.name ?? "test";
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), "pulumi-stand-in-"));
    const file = new StateFile(path.join(folder, `${name}.json`));
    return new StandInStack(project, name, folder, file, options);
  }
}

class StandInStack implements Stack {
  private readonly config = new Map<string, ConfigValue>();
  private readonly environment = new Map<string, string | undefined>();

  constructor(
    private readonly project: Project,
    private readonly name: string,
    readonly stateDirectory: string,
    private readonly file: StateFile,
    private readonly options: StackOptions,
  ) {
    const config = options.config ?? {};
    for (const [key, value] of Object.entries(config)) this.config.set(namespaced(key, project.name), value);
    for (const [key, value] of Object.entries(withQuickStart(options.environment))) this.environment.set(key, value);
  }

  preview(): Promise<Result> {
    return this.run((operation) => new Deployment(operation, "preview").run());
  }

  up(): Promise<Result> {
    return this.run((operation) => new Deployment(operation, "up").run());
  }

  refresh(): Promise<Result> {
    return this.run(refresh);
  }

  destroy(): Promise<Result> {
    return this.run((operation) => new Deployment(operation, "destroy").run());
  }

  import(): Promise<Result> {
    return Promise.reject(new Error("The stand-in imports nothing: it needs the Pulumi CLI."));
  }

  /** Does nothing, because the stand-in has no locks. */
  cancel(): Promise<void> {
    return Promise.resolve();
  }

  setConfig(key: string, value: ConfigValue | undefined): Promise<void> {
    const name = namespaced(key, this.project.name);
    if (value === undefined) this.config.delete(name);
    else this.config.set(name, value);
    return Promise.resolve();
  }

  setEnvironment(name: string, value: string | undefined): void {
    this.environment.set(name, value);
  }

  outputs(): Promise<Record<string, unknown>> {
    const root = this.file.load().find(({ type }) => type === stackType);
    const outputs = Object.entries(root?.outputs ?? {}).map(([name, value]) => [
      name,
      isSecret(value) ? { secret: true, value: plain(value) } : plain(value),
    ]);
    return Promise.resolve(Object.fromEntries(outputs) as Record<string, unknown>);
  }

  state(): Promise<DeploymentState> {
    return Promise.resolve(this.file.export());
  }

  async dispose(): Promise<void> {
    await fs.rm(this.stateDirectory, { recursive: true, force: true });
  }

  private async run(operation: (options: OperationOptions) => Promise<Result>): Promise<Result> {
    const missing = this.project.requiredConfig.find((key) => !this.config.has(key));
    if (missing !== undefined) {
      const output = `error: Stack '${this.name}' is missing configuration value '${missing}'\n`;
      this.options.onOutput?.(output);
      return { succeeded: false, output, steps: [] };
    }
    return operation({
      project: this.project,
      stack: this.name,
      config: this.configProperties(),
      environment: Object.fromEntries(this.environment),
      file: this.file,
      parallel,
      onOutput: this.options.onOutput,
    });
  }

  private configProperties(): Properties {
    return Object.fromEntries(
      [...this.config].map(([key, value]) => [key, typeof value === "string" ? value : secret(value.value)]),
    );
  }
}
