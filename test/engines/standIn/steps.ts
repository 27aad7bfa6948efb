import type { Op } from "../engine";
import { isProviderType } from "../urns";
import { InitError } from "./provider";
import type { ProviderRegistry } from "./providerRegistry";
import { newState, type State } from "./resourceState";
import type { Snapshot } from "./snapshot";
import { isSecret, type Properties, secret, unknown, type Value } from "./values";

export interface StepContext {
  readonly dryRun: boolean;
  readonly providers: ProviderRegistry;
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

  apply({ providers }: StepContext): Promise<void> {
    // The inputs are the new ones, because the provider found no difference.
    this.state.id = this.old.id;
    this.state.outputs = this.old.outputs;
    if (isProviderType(this.state.type)) providers.same(this.state);
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

  async apply({ dryRun, providers }: StepContext): Promise<void> {
    if (!this.state.custom) return;
    const { urn, inputs, customTimeouts } = this.state;
    const provider = await providers.of(this.state);
    const options = { timeout: customTimeouts.create, preview: dryRun };
    const created = await keepingPartially(this.state, provider.create(urn, inputs, options));
    this.state.id = created.id;
    this.state.outputs = created.outputs;
    this.markReplaced();
    if (created.error !== undefined) throw created.error;
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

  async apply({ dryRun, providers }: StepContext): Promise<void> {
    this.state.id = this.old.id;
    if (!this.state.custom) return;
    const { urn, inputs, customTimeouts } = this.state;
    const { id, inputs: oldInputs, outputs: oldOutputs } = this.old;
    const provider = await providers.of(this.state);
    const options = { timeout: customTimeouts.update, preview: dryRun };
    const call = provider.update(urn, id, oldInputs, oldOutputs, inputs, options);
    const updated = await keepingPartially(
      this.state,
      call.then((outputs) => ({ id, outputs })),
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

  async apply({ dryRun, providers }: StepContext): Promise<void> {
    if (dryRun || !this.isManaged()) return;
    const { urn, id, inputs, outputs, customTimeouts } = this.state;
    const provider = await providers.of(this.state);
    await provider.delete(urn, id, inputs, outputs, { timeout: customTimeouts.delete });
  }

  begin(snapshot: Snapshot): void {
    snapshot.begin(this.state, "deleting");
  }

  end(snapshot: Snapshot, succeeded: boolean): void {
    snapshot.end(this.state);
    if (succeeded) snapshot.remove(this.state);
  }

  private isManaged(): boolean {
    const { custom, external, retainOnDelete } = this.state;
    return custom && !external && !retainOnDelete;
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
  async apply({ providers }: StepContext): Promise<void> {
    const { urn, id, inputs } = this.state;
    if (id !== unknown) {
      const provider = await providers.of(this.state);
      const read = await provider.read(urn, id, inputs, inputs);
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

  async apply({ providers }: StepContext): Promise<void> {
    const { urn, id, type, custom, inputs, outputs, external, customTimeouts } = this.state;
    if (!custom || isProviderType(type)) return;
    const provider = await providers.of(this.state);
    const read = await provider.read(urn, id, inputs, outputs, { timeout: customTimeouts.read });
    if (read.id === "") {
      this.refreshed = undefined;
      return;
    }
    const refreshed = newState({ ...this.state, id: read.id, outputs: read.outputs, initErrors: [] });
    refreshed.inputs = read.inputs ?? inputs;
    // The engine only shows the difference, but the refresh fails when the provider can't compare.
    if (!external) await provider.diff(urn, refreshed.id, refreshed.inputs, refreshed.outputs, inputs);
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
