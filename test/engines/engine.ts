/** A way to run a Pulumi program: the real CLI, or a stand-in where there is none. */
export interface Engine {
  readonly name: string;
  /** Why this engine can't run here, in words for a skipped test; `undefined` where it can. */
  unavailable(): Promise<string | undefined>;
  /** Opens a stack of the project in `options.directory`, creating it where it is new. */
  open(options: StackOptions): Promise<Stack>;
}

export interface StackOptions {
  /** The folder of the project: it holds Pulumi.yaml and, itself or above it, node_modules. */
  readonly directory: string;
  /** Default `"test"`. */
  readonly name?: string;
  readonly config?: Readonly<Record<string, ConfigValue>>;
  /** Environment of the program and of the provider, over that of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Receives what the engine prints, as it prints it. Nothing is shown by default. */
  readonly onOutput?: (text: string) => void;
  /** Receives the events that the engine reports besides, where it has some. */
  readonly onEvent?: (event: object) => void;
}

export type ConfigValue = string | { readonly value: string; readonly secret: true };

export interface Stack {
  /** The folder that it keeps its state in. */
  readonly stateDirectory: string;
  /** Each runs to its end and reports how it ended; none rejects because a deployment failed. */
  preview(): Promise<Result>;
  up(): Promise<Result>;
  refresh(): Promise<Result>;
  destroy(): Promise<Result>;
  /** Gives up a deployment that was killed, so that another one can begin. */
  cancel(): Promise<void>;
  setConfig(key: string, value: ConfigValue | undefined): Promise<void>;
  setEnvironment(name: string, value: string | undefined): void;
  /** The stack's outputs; secrets as `{ secret: true, value }`. */
  outputs(): Promise<Record<string, unknown>>;
  /** The deployment, in the form of `pulumi stack export`; secret values stay hidden in it. */
  state(): Promise<Deployment>;
  /** Removes the stack and whatever was made for it outside the project's folder. The resources are left alone. */
  dispose(): Promise<void>;
}

export interface Result {
  readonly succeeded: boolean;
  /** Everything that was printed. */
  readonly output: string;
  /** What the engine did, or would do, to each resource of the program, in order; resources left the same are among them. */
  readonly steps: readonly Step[];
}

export interface Step {
  readonly op: Op;
  readonly urn: string;
}

/** The engine's own names of its steps (`display.StepOp`). A replacement made in `up` is three steps. */
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
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly initErrors?: readonly string[];
  readonly dependencies?: readonly string[];
  readonly additionalSecretOutputs?: readonly string[];
}
