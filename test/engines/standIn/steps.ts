import type { Op } from "../engine";
import { InitError, type Provider } from "./provider";
import { newState, type State } from "./resourceState";
import type { Snapshot } from "./snapshot";
import { isSecret, type Properties, secret, unknown, type Value } from "./values";

export interface StepContext {
  readonly dryRun: boolean;
  /** Returns the provider of a type. That of dynamic resources is started when it is first needed. */
  readonly provider: (type: string) => Promise<Provider>;
}

/** An action of the engine on one resource. */
export interface EngineStep {
  readonly op: Op;
  /** The resource, before or after the step. */
  readonly state: State;
  /** The created or changed resource, which may have secrets. */
  readonly result?: State | undefined;
  apply?(context: StepContext): Promise<void>;
  /** Records the pending operation, in case the deployment is killed. */
  begin?(snapshot: Snapshot): void;
  /** `succeeded` is also true after a partial creation or update. */
  end?(snapshot: Snapshot, succeeded: boolean): void;
  /** Lets the program continue. */
  readonly onDone?: () => void;
}

export class SameStep implements EngineStep {
  readonly op = "same";

  constructor(
    private readonly old: State,
    readonly state: State,
    readonly onDone: () => void,
  ) {}

  get result(): State {
    return this.state;
  }

  apply(): Promise<void> {
    // The inputs are the new ones, because the provider found no difference.
    this.state.id = this.old.id;
    this.state.outputs = this.old.outputs;
    return Promise.resolve();
  }

  end(snapshot: Snapshot): void {
    snapshot.remove(this.old);
    snapshot.add(this.state);
  }
}

export class CreateStep implements EngineStep {
  constructor(
    readonly state: State,
    readonly onDone: () => void,
    private readonly replaced?: State,
  ) {}

  get op(): "create" | "create-replacement" {
    return this.replaced === undefined ? "create" : "create-replacement";
  }

  get result(): State {
    return this.state;
  }

  async apply({ dryRun, provider }: StepContext): Promise<void> {
    if (!this.state.custom) return;
    if (dryRun) {
      // A preview doesn't call the dynamic provider, so the inputs take the place of the outputs.
      this.state.outputs = this.state.inputs;
    } else {
      const created = await keepingPartially(
        this.state,
        (await provider(this.state.type)).create(this.state.urn, this.state.inputs),
      );
      this.state.id = created.id;
      this.state.outputs = created.outputs;
      if (created.error !== undefined) {
        this.markReplaced();
        throw created.error;
      }
    }
    this.markReplaced();
  }

  begin(snapshot: Snapshot): void {
    snapshot.begin(this.state, "creating");
  }

  end(snapshot: Snapshot, succeeded: boolean): void {
    snapshot.end(this.state);
    if (!succeeded) return;
    snapshot.add(this.state);
  }

  /** Marks the replaced resource, which stays in the state until the deployment deletes it at the end. */
  private markReplaced(): void {
    if (this.replaced !== undefined) this.replaced.delete = true;
  }
}

export class UpdateStep implements EngineStep {
  readonly op = "update";

  constructor(
    private readonly old: State,
    readonly state: State,
    readonly onDone: () => void,
  ) {}

  get result(): State {
    return this.state;
  }

  async apply({ dryRun, provider }: StepContext): Promise<void> {
    this.state.id = this.old.id;
    if (!this.state.custom) return;
    if (dryRun) {
      this.state.outputs = this.state.inputs;
      return;
    }
    const { urn, type, inputs } = this.state;
    const call = (await provider(type)).update(urn, this.old.id, this.old.inputs, this.old.outputs, inputs);
    const updated = await keepingPartially(
      this.state,
      call.then((outputs) => ({ id: this.old.id, outputs })),
    );
    this.state.outputs = updated.outputs;
    if (updated.error !== undefined) throw updated.error;
  }

  begin(snapshot: Snapshot): void {
    snapshot.begin(this.state, "updating");
  }

  end(snapshot: Snapshot, succeeded: boolean): void {
    snapshot.end(this.state);
    if (!succeeded) return;
    snapshot.remove(this.old);
    snapshot.add(this.state);
  }
}

/** Reports that a resource is replaced. Other steps create and delete. */
export class ReplaceStep implements EngineStep {
  readonly op = "replace";

  constructor(readonly state: State) {}
}

export class DeleteStep implements EngineStep {
  constructor(
    readonly state: State,
    private readonly reason: "removed" | "replaced",
  ) {}

  get op(): "delete" | "delete-replaced" | "discard" {
    if (this.reason === "replaced") return "delete-replaced";
    return this.state.external ? "discard" : "delete";
  }

  async apply({ dryRun, provider }: StepContext): Promise<void> {
    const { urn, id, type, inputs, outputs } = this.state;
    if (!dryRun && this.isManaged()) await (await provider(type)).delete(urn, id, inputs, outputs);
  }

  begin(snapshot: Snapshot): void {
    snapshot.begin(this.state, "deleting");
  }

  end(snapshot: Snapshot, succeeded: boolean): void {
    snapshot.end(this.state);
    if (succeeded) snapshot.remove(this.state);
  }

  private isManaged(): boolean {
    const { custom, external, retainOnDelete, type } = this.state;
    return custom && !external && !retainOnDelete && !type.startsWith("pulumi:providers:");
  }
}

export class ReadStep implements EngineStep {
  readonly op = "read";

  constructor(
    readonly state: State,
    private readonly old: State | undefined,
    readonly onDone: () => void,
  ) {}

  get result(): State {
    return this.state;
  }

  /** Reads the resource, also in a preview, unless its id is unknown. */
  async apply({ provider }: StepContext): Promise<void> {
    const { urn, id, type, inputs } = this.state;
    if (id !== unknown) {
      const read = await (await provider(type)).read(urn, id, inputs, inputs);
      this.state.outputs = read.outputs;
      if (read.id !== "") this.state.id = read.id;
    }
  }

  begin(snapshot: Snapshot): void {
    snapshot.begin(this.state, "reading");
  }

  end(snapshot: Snapshot, succeeded: boolean): void {
    snapshot.end(this.state);
    if (!succeeded) return;
    if (this.old !== undefined) snapshot.remove(this.old);
    snapshot.add(this.state);
  }
}

/** Reads a resource and records nothing. The refresh rebuilds the whole state after all reads. */
export class RefreshStep implements EngineStep {
  readonly op = "refresh";
  /** The resource after the refresh. `undefined` when it no longer exists. */
  refreshed: State | undefined;

  constructor(readonly state: State) {
    this.refreshed = state;
  }

  get result(): State | undefined {
    return this.refreshed;
  }

  async apply({ provider }: StepContext): Promise<void> {
    const { urn, id, type, custom, inputs, outputs, external } = this.state;
    if (!custom || type.startsWith("pulumi:providers:")) return;
    const host = await provider(type);
    const read = await host.read(urn, id, inputs, outputs);
    if (read.id === "") {
      this.refreshed = undefined;
      return;
    }
    const refreshed = newState({ ...this.state, id: read.id, outputs: read.outputs, initErrors: [] });
    refreshed.inputs = read.inputs ?? inputs;
    // The engine only shows the difference, but the refresh fails when the provider can't compare.
    if (!external) await host.diff(urn, refreshed.id, refreshed.inputs, refreshed.outputs, inputs);
    this.refreshed = refreshed;
  }
}

/** Marks an output as secret when the input of the same name is secret, or when the program declares it. */
export function markSecrets(state: State): void {
  const marked: Record<string, Value> = { ...state.outputs };
  for (const [name, value] of Object.entries(marked)) {
    if (state.additionalSecretOutputs.includes(name) || isSecret(state.inputs[name])) marked[name] = secret(value);
  }
  state.outputs = marked;
}

interface Initialized {
  readonly id: string;
  readonly outputs: Properties;
  readonly error?: InitError;
}

async function keepingPartially(state: State, call: Promise<Initialized>): Promise<Initialized> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof InitError)) throw error;
    state.initErrors = error.reasons;
    return { id: error.id, outputs: error.outputs, error };
  }
}
