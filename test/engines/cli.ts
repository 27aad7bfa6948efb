import { rmSync } from "node:fs";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import * as automation from "@pulumi/pulumi/automation";
import type {
  ConfigValue,
  Deployment,
  Engine,
  ImportedResource,
  Op,
  ResourceState,
  Result,
  Stack,
  StackOptions,
  Step,
} from "./engine";
import { withQuickStart } from "./environment";
import { type Cli, findCli } from "./findCli";
import { KeptFile } from "./keptFile";
import { isOfTheProgram } from "./urns";

/** The real engine: the Pulumi CLI, driven by the Automation API, with its state in a folder of this machine. */
export class CliEngine implements Engine {
  readonly name = "Pulumi CLI";

  /** `logVerbosity`: the level of the engine's log, up to 9. The log goes to the engine's output. */
  constructor(private readonly settings: { readonly logVerbosity?: number } = {}) {}

  unavailable(): string | undefined {
    if (findCli() !== undefined) return undefined;
    return (
      "no Pulumi CLI with its Node.js language host on the PATH or in Pulumi's versions folder; " +
      "`npm run pulumi:install` installs one"
    );
  }

  async open(options: StackOptions): Promise<Stack> {
    const cli = findCli();
    if (cli === undefined) throw new Error(`The Pulumi CLI can't run here: ${String(this.unavailable())}.`);

    const name = options.name ?? "test";
    const backend = await fs.mkdtemp(path.join(os.tmpdir(), "pulumi-backend-"));
    // The CLI keeps a stack's settings in the project's folder.
    const settings = await KeptFile.of(path.join(options.directory, `Pulumi.${name}.yaml`));
    const dispose = async () => {
      await fs.rm(backend, { recursive: true, force: true });
      await settings.restore();
    };
    try {
      const workspace = await automation.LocalWorkspace.create({
        workDir: options.directory,
        pulumiCommand: await pulumiCommand(cli),
        secretsProvider: "passphrase",
        envVars: {
          ...withQuickStart(options.environment),
          PULUMI_BACKEND_URL: pathToFileURL(backend).href,
          PULUMI_CONFIG_PASSPHRASE: "a passphrase for tests",
          PULUMI_SKIP_UPDATE_CHECK: "true",
        },
      });
      const stack = await newStack(name, workspace, backend);
      const config = Object.entries(options.config ?? {});
      if (config.length > 0) {
        await stack.setAllConfig(Object.fromEntries(config.map(([key, value]) => [key, forAutomation(value)])));
      }
      const { logVerbosity } = this.settings;
      const logging = logVerbosity === undefined ? {} : { logVerbosity, logToStdErr: true, logFlow: true };
      // After each operation the Automation API starts three more CLI processes, whose results aren't used here.
      Object.assign(stack, { outputs: () => Promise.resolve({}), info: () => Promise.resolve(undefined) });
      return new CliStack(stack, backend, { ...options, logging }, dispose);
    } catch (error) {
      await dispose();
      throw error;
    }
  }
}

/** What the CLI writes for a new stack: the files of its backend, and the stack's settings. */
interface NewStack {
  readonly backend: string;
  readonly settings: string;
}

/** The new stacks of this process, by project and stack. */
const newStacks = new Map<string, Promise<NewStack>>();

/**
 * Creates a stack. The CLI needs a second for it, so each process has the CLI create a stack once, and then copies what
 * the CLI wrote.
 */
async function newStack(
  name: string,
  workspace: automation.LocalWorkspace,
  backend: string,
): Promise<automation.Stack> {
  const { name: project } = await workspace.projectSettings();
  const settings = path.join(workspace.workDir, `Pulumi.${name}.yaml`);
  const key = `${project}/${name}`;
  let written = newStacks.get(key);
  if (!written) {
    written = create(name, workspace, backend, settings);
    newStacks.set(key, written);
  }
  const found = await written;
  await fs.cp(found.backend, backend, { recursive: true });
  await fs.writeFile(settings, found.settings);
  // The CLI gets the stack's name with each command.
  Object.assign(workspace, { selectStack: () => Promise.resolve() });
  return automation.Stack.select(name, workspace);
}

async function create(
  name: string,
  workspace: automation.LocalWorkspace,
  backend: string,
  settings: string,
): Promise<NewStack> {
  await automation.Stack.create(name, workspace);
  const copy = await fs.mkdtemp(path.join(os.tmpdir(), "pulumi-new-stack-"));
  process.on("exit", () => {
    rmSync(copy, { recursive: true, force: true });
  });
  await fs.cp(backend, copy, { recursive: true });
  return { backend: copy, settings: await fs.readFile(settings, "utf8") };
}

/** The options of all four operations of the Automation API. */
interface RunOptions {
  readonly color: "never";
  readonly onOutput: (text: string) => void;
  readonly onError: (text: string) => void;
  readonly onEvent: (event: automation.EngineEvent) => void;
}

class CliStack implements Stack {
  constructor(
    private readonly stack: automation.Stack,
    readonly stateDirectory: string,
    private readonly options: Pick<StackOptions, "onOutput" | "onEvent"> & { readonly logging: automation.GlobalOpts },
    readonly dispose: () => Promise<void>,
  ) {}

  preview(): Promise<Result> {
    return this.run((options) => this.stack.preview(options));
  }

  up(): Promise<Result> {
    return this.run((options) => this.stack.up(options));
  }

  refresh(): Promise<Result> {
    return this.run((options) => this.stack.refresh(options));
  }

  destroy(): Promise<Result> {
    return this.run((options) => this.stack.destroy(options));
  }

  async cancel(): Promise<void> {
    await this.stack.cancel();
  }

  async setConfig(key: string, value: ConfigValue | undefined): Promise<void> {
    if (value === undefined) await this.stack.removeConfig(key);
    else await this.stack.setConfig(key, forAutomation(value));
  }

  setEnvironment(name: string, value: string | undefined): void {
    // The CLI's environment leaves out an undefined variable, even when this process has it.
    (this.stack.workspace.envVars as Record<string, string | undefined>)[name] = value;
  }

  /** Runs `pulumi import`, and doesn't generate code. */
  import(resources: readonly ImportedResource[]): Promise<Result> {
    return this.run((options) =>
      this.stack.import({ ...options, resources: [...resources], protect: false, generateCode: false }),
    );
  }

  async outputs(): Promise<Record<string, unknown>> {
    const outputs = Object.entries(await this.stack.workspace.stackOutputs(this.stack.name));
    return Object.fromEntries(
      outputs.map(([name, { value, secret }]) => [name, secret ? { secret: true, value: value as unknown } : value]),
    );
  }

  async state(): Promise<Deployment> {
    // The Automation API's export would show the secrets, and the CLI's export would need another process.
    const { name: project } = await this.stack.workspace.projectSettings();
    const file = path.join(this.stateDirectory, ".pulumi", "stacks", project, `${this.stack.name}.json`);
    const { checkpoint } = JSON.parse(await fs.readFile(file, "utf8")) as Checkpoint;
    const deployment = checkpoint.latest ?? {};
    return {
      resources: (deployment.resources ?? []).map(withProperties),
      pendingOperations: (deployment.pending_operations ?? []).map(({ type, resource }) => ({
        type,
        resource: withProperties(resource),
      })),
    };
  }

  private async run(operation: (options: RunOptions) => Promise<unknown>): Promise<Result> {
    const printed: string[] = [];
    const steps: Step[] = [];
    const print = (text: string) => {
      printed.push(text);
      this.options.onOutput?.(text);
    };
    const end = (succeeded: boolean): Result => ({ succeeded, output: printed.join(""), steps });
    try {
      await operation({
        ...this.options.logging,
        color: "never",
        onOutput: print,
        onError: print,
        onEvent: (event) => {
          this.options.onEvent?.(event);
          const { resourcePreEvent } = event;
          if (resourcePreEvent === undefined) return;
          const { op, urn, detailedDiff } = resourcePreEvent.metadata;
          if (!isOfTheProgram(urn)) return;
          const details = Object.entries(detailedDiff ?? {}).map(([property, { diffKind }]) => [property, diffKind]);
          const changed =
            details.length === 0 ? {} : { changed: Object.fromEntries(details) as Record<string, string> };
          steps.push({ op: op as Op, urn, ...changed });
        },
      });
      return end(true);
    } catch (error) {
      if (!(error instanceof automation.CommandError)) throw error;
      // The CLI may have ended before it printed anything.
      if (printed.length === 0) print(`${error.message}\n`);
      return end(false);
    }
  }
}

/** The file of a stack in a folder backend. */
interface Checkpoint {
  readonly checkpoint: { readonly latest?: ExportedDeployment };
}

interface ExportedDeployment {
  readonly resources?: readonly ExportedResource[];
  readonly pending_operations?: readonly { readonly type: string; readonly resource: ExportedResource }[];
}

type ExportedResource = Omit<ResourceState, "inputs" | "outputs"> & Partial<Pick<ResourceState, "inputs" | "outputs">>;

/** Adds empty properties, which the CLI leaves out. */
function withProperties(resource: ExportedResource): ResourceState {
  return { ...resource, inputs: resource.inputs ?? {}, outputs: resource.outputs ?? {} };
}

function forAutomation(value: ConfigValue): automation.ConfigValue {
  return typeof value === "string" ? { value } : value;
}

let command: Promise<automation.PulumiCommand> | undefined;

/** Asks the CLI for its version only once in a process. */
function pulumiCommand({ root }: Cli): Promise<automation.PulumiCommand> {
  return (command ??= automation.PulumiCommand.get(root === undefined ? {} : { root }));
}
