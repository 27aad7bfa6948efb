import * as path from "node:path";
import type { Severity } from "./printer";
import { DeploymentProcess } from "./processes";
import { type Project, resolvePulumi } from "./project";
import { ProviderClient } from "./providerClient";

export interface HostOptions {
  readonly project: Project;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The address of the engine's service. */
  readonly engineAddress: string;
  /** Receives what the process prints, as far as the engine shows it. */
  readonly log: (severity: Severity, text: string) => void;
}

/** The package of dynamic resources, whose provider is Pulumi's own host. */
export const dynamicPackage = "pulumi-nodejs";

/** A package's provider, in a process of its own: Pulumi's host of dynamic resources, or a plugin of the project. */
export class ProviderHost extends ProviderClient {
  static async start(packageName: string, options: HostOptions): Promise<ProviderHost> {
    const { project, environment, engineAddress } = options;
    const output = new Output(options.log, packageName === dynamicPackage);
    const [command, ...args] = commandOf(packageName, project);
    const child = new DeploymentProcess(command, [...args, engineAddress], {
      directory: project.programDirectory,
      environment: { ...environment, PULUMI_NODEJS_PROJECT: project.name },
      onLine: (line) => {
        output.add(line);
      },
    });
    const died = child.ended.then((code) => {
      throw new Error(`The provider of ${packageName} ended (${code}) before it was ready.\n${output.hidden}`);
    });
    died.catch(() => undefined);
    try {
      const address = `127.0.0.1:${await Promise.race([output.port, died])}`;
      const host = new ProviderHost(address, child, output, command);
      await host.handshake(engineAddress, path.dirname(command));
      return host;
    } catch (error) {
      await child.stop();
      throw error;
    }
  }

  private constructor(
    address: string,
    private readonly child: DeploymentProcess,
    private readonly output: Output,
    private readonly command: string,
  ) {
    super(address);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Resolves when the process has ended. */
  get ended(): Promise<number | string> {
    return this.child.ended;
  }

  /** Stops reading the process's output, as an engine that is killed does. */
  closeOutput(): void {
    this.child.closeOutput();
  }

  async stop(): Promise<void> {
    const acknowledged = await this.cancel();
    this.close();
    await this.child.stop();
    if (!acknowledged) this.output.reveal(`Detected that ${this.command} exited prematurely.`);
  }
}

function commandOf(packageName: string, project: Project): readonly [string, ...string[]] {
  if (packageName === dynamicPackage) return [process.execPath, resolvePulumi(project, "cmd/dynamic-provider")];
  const folder = project.plugins[packageName];
  if (folder !== undefined) return [path.join(folder, `pulumi-resource-${packageName}`)];
  throw new Error(
    `The stand-in runs dynamic resources and the plugins of Pulumi.yaml; the package ${packageName} needs the Pulumi CLI.`,
  );
}

/** What the process of a provider prints: its port, and then lines, which the engine hides when they are a plugin's. */
class Output {
  readonly port: Promise<string>;
  private onPort!: (port: string) => void;
  private listens = false;
  private readonly lines: string[] = [];

  constructor(
    private readonly log: HostOptions["log"],
    private readonly isShown: boolean,
  ) {
    this.port = new Promise((resolve) => (this.onPort = resolve));
  }

  get hidden(): string {
    return this.lines.join("\n");
  }

  add(line: string): void {
    if (!this.listens && /^\d+$/.test(line)) {
      this.listens = true;
      this.onPort(line);
    } else if (this.isShown) this.log("info", line);
    else this.lines.push(line);
  }

  /** Shows the hidden lines as an error with this title. */
  reveal(title: string): void {
    if (!this.isShown) this.log("error", `${title}\n${this.hidden}`);
  }
}
