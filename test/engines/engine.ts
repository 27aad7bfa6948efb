/** A way to run a Pulumi program: the real CLI, or a stand-in for it. */
export interface Engine {
  readonly name: string;
  /** Returns the reason, for a skipped test, why this engine can't run, or `undefined` when it can. */
  unavailable(): string | undefined;
  /** Creates a stack of the project in `options.directory`. */
  open(options: StackOptions): Promise<Stack>;
}

export interface StackOptions {
  /** The project's folder, which has Pulumi.yaml. This folder or one above it has node_modules. */
  readonly directory: string;
  /** Default `"test"`. */
  readonly name?: string;
  readonly config?: Readonly<Record<string, ConfigValue>>;
  /** Variables for the program and the provider, in addition to the environment of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Receives the engine's output while the engine runs. Default: no output is shown. */
  readonly onOutput?: (text: string) => void;
  /** Receives the engine's events, if the engine has events. */
  readonly onEvent?: (event: object) => void;
}

export type ConfigValue = string | { readonly value: string; readonly secret: true };

export interface Stack {
  /** The folder of the stack's state. */
  readonly stateDirectory: string;
  /** Runs a deployment to its end. Like `up`, `refresh` and `destroy`, it doesn't reject when the deployment fails. */
  preview(): Promise<Result>;
  up(): Promise<Result>;
  refresh(): Promise<Result>;
  destroy(): Promise<Result>;
  /** Imports resources into the state. Only the CLI can. */
  import(resources: readonly ImportedResource[]): Promise<Result>;
  /** Unlocks the stack after a killed deployment, so another deployment can begin. */
  cancel(): Promise<void>;
  setConfig(key: string, value: ConfigValue | undefined): Promise<void>;
  setEnvironment(name: string, value: string | undefined): void;
  /** Returns the stack's outputs. A secret is `{ secret: true, value }`. */
  outputs(): Promise<Record<string, unknown>>;
  /** Returns the deployment in the format of `pulumi stack export`, with encrypted secrets. */
  state(): Promise<Deployment>;
  /** Removes the stack and its files outside the project's folder. Doesn't delete the resources. */
  dispose(): Promise<void>;
}

export interface ImportedResource {
  readonly type: string;
  readonly name: string;
  readonly id: string;
}

export interface Result {
  readonly succeeded: boolean;
  /** Everything that was printed. */
  readonly output: string;
  /** The engine's steps for the program's resources, or its planned steps, in order. Includes unchanged resources. */
  readonly steps: readonly Step[];
}

export interface Step {
  readonly op: Op;
  readonly urn: string;
  /** The changed properties and the kinds of their changes, if the provider names them and the engine passes them on. */
  readonly changed?: Readonly<Record<string, string>>;
}

/** The engine's own names of its steps (`display.StepOp`). A replacement in an `up` is three steps. */
export type Op =
  | "same"
  | "create"
  | "update"
  | "delete"
  | "replace"
  | "create-replacement"
  | "delete-replaced"
  | "read"
  | "discard"
  | "import"
  | "refresh";

export interface Deployment {
  readonly resources: readonly ResourceState[];
  readonly pendingOperations: readonly { readonly type: string; readonly resource: ResourceState }[];
}

export interface ResourceState {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly custom: boolean;
  readonly provider?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly initErrors?: readonly string[];
  readonly dependencies?: readonly string[];
  readonly additionalSecretOutputs?: readonly string[];
}
