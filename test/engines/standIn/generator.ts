import { isDeepStrictEqual } from "node:util";
import { makeUrn, nameOf, stackType } from "../urns";
import type { Goal, ReadGoal } from "./goal";
import type { OldResources } from "./oldResources";
import type { Printer } from "./printer";
import type { Difference, Provider } from "./provider";
import { allDependencies, newState, type State } from "./resourceState";
import {
  CreateStep,
  DeleteStep,
  type EngineStep,
  ReadStep,
  RemovePendingReplaceStep,
  ReplaceStep,
  SameStep,
  SkippedCreateStep,
  UpdateStep,
} from "./steps";
import { isSecret, plain, type Properties, unknown, type Value } from "./values";

export interface GeneratorOptions {
  readonly stack: string;
  readonly project: string;
  readonly rootUrn: string;
  readonly previous: readonly State[];
  readonly olds: OldResources;
  readonly printer: Printer;
  readonly dryRun: boolean;
  /** With `destroy`, what the program registers is only looked at, and deleted afterwards. */
  readonly mode: "update" | "destroy";
  /** Registers the provider of dynamic resources for the program; returns the reference that resources keep to it. */
  readonly registerProvider: () => string;
  readonly provider: () => Promise<Provider>;
}

/** The reason was printed already. */
export class InvalidError extends Error {}

/** Decides what is to be done for each resource of the program, one at a time, as the engine does. */
export class StepGenerator {
  private readonly registered = new Set<string>();
  /** URNs that some step keeps in the state. */
  private readonly kept = new Set<string>();
  /** Deleted early, because something that they need is deleted before it is replaced. */
  private readonly deletedEarly = new Set<State>();
  private readonly skipped = new Set<string>();
  private readonly toDestroy: State[] = [];

  constructor(private readonly options: GeneratorOptions) {}

  async register(goal: Goal, done: (state: State) => void): Promise<readonly EngineStep[]> {
    const { olds, mode } = this.options;
    const parent = goal.parent === "" && goal.type !== stackType ? this.options.rootUrn : goal.parent;
    const urn = this.claimUrn(goal, parent);
    const { old, alias } = olds.find(urn, { ...goal, parent });
    const { type, custom, dependencies, propertyDependencies, additionalSecretOutputs, protect, retainOnDelete } = goal;
    const state = newState({ urn, type, custom, parent, alias, inputs: goal.properties, protect, retainOnDelete });
    Object.assign(state, { dependencies, propertyDependencies, additionalSecretOutputs });
    if (custom) state.provider = this.options.registerProvider();

    const onDone = () => {
      done(state);
    };
    if (mode === "destroy") {
      const step = this.lookAt(state, old, onDone);
      if (step !== undefined) return [step];
    }
    const recreated = old !== undefined && this.deletedEarly.has(old);
    if (custom) state.inputs = await this.check(state, recreated ? undefined : old, goal);
    this.kept.add(urn);
    if (old === undefined) return [new CreateStep(state, onDone)];
    if (recreated) return [new ReplaceStep(state), new CreateStep(state, onDone, old)];
    if (old.external) return [new CreateStep(state, onDone, old), new ReplaceStep(state)];
    return this.change(goal, old, state, onDone);
  }

  read(goal: ReadGoal, done: (state: State) => void): Promise<readonly EngineStep[]> {
    const parent = goal.parent === "" ? this.options.rootUrn : goal.parent;
    const urn = this.claimUrn(goal, parent);
    const { old, alias } = this.options.olds.find(urn, { ...goal, parent, aliases: [] });
    const { id, type, properties, dependencies, additionalSecretOutputs } = goal;
    const state = newState({ urn, type, custom: true, external: true, id, parent, alias, inputs: properties });
    Object.assign(state, { dependencies, additionalSecretOutputs, provider: this.options.registerProvider() });
    const replaces = old !== undefined && !old.external && old.id !== id;
    this.kept.add(urn);
    if (this.options.mode === "destroy") this.toDestroy.push(state);
    const step = new ReadStep(state, old, replaces, () => {
      done(state);
    });
    return Promise.resolve(replaces ? [step, new ReplaceStep(state)] : [step]);
  }

  /** A state that the engine itself keeps: the provider. */
  keep(state: State): void {
    this.kept.add(state.urn);
    if (this.options.mode === "destroy") this.toDestroy.push(state);
  }

  /** What the program no longer has, or has replaced; for a destroy, all that there is. */
  deletions(): readonly EngineStep[] {
    const steps = this.options.previous.flatMap((state): EngineStep[] => {
      if (state.delete) return [new DeleteStep(state, "replaced")];
      if (this.kept.has(this.options.olds.presentName(state.urn))) return [];
      return [state.pendingReplacement ? new RemovePendingReplaceStep(state) : new DeleteStep(state, "removed")];
    });
    return [...steps, ...this.toDestroy.map((state) => new DeleteStep(state, "removed"))];
  }

  /** For a destroy that runs the program: undefined for components, which are registered as ever. */
  private lookAt(state: State, old: State | undefined, onDone: () => void): EngineStep | undefined {
    const { urn, custom } = state;
    if (allDependencies(state).some((dependency) => this.skipped.has(dependency)) || (custom && old === undefined)) {
      this.skipped.add(urn);
      if (old !== undefined) state.outputs = old.outputs;
      return new SkippedCreateStep(state, onDone);
    }
    this.toDestroy.push(state);
    if (!custom || old === undefined) return undefined;
    this.kept.add(urn);
    state.inputs = old.inputs;
    return new SameStep(old, state, onDone);
  }

  private async check(state: State, old: State | undefined, goal: Goal): Promise<Properties> {
    const { printer, provider } = this.options;
    const isOwn = old !== undefined && !old.external;
    const news = isOwn ? ignoring(goal.ignoreChanges, goal.properties, old.inputs) : goal.properties;
    const { inputs, failures } = await (await provider()).check(state.urn, isOwn ? old.inputs : {}, news);
    if (failures.length === 0) return inputs;
    for (const { property, reason } of failures) {
      const name = `${state.type} resource '${nameOf(state.urn)}'`;
      const value = property === "" ? "" : `: property ${property} value {${shown(inputs[property])}}`;
      printer.diagnostic(state.urn, "error", `${name}${value} has a problem: ${reason}`);
    }
    throw new InvalidError(`resource ${state.urn} is invalid`);
  }

  private async change(goal: Goal, old: State, state: State, onDone: () => void): Promise<readonly EngineStep[]> {
    const { changes, replaces, deleteBeforeReplace } = await this.diff(goal, old, state);
    if ((changes === true && replaces.length > 0) || old.pendingReplacement) {
      this.refuseToReplaceProtected(old, state);
      // What check had taken over from the old resource is not the new one's.
      if (state.custom) state.inputs = await this.check(state, undefined, goal);
      const create = new CreateStep(state, onDone, old);
      if (!(goal.deleteBeforeReplace ?? deleteBeforeReplace)) return [create, new ReplaceStep(state)];
      const early = await this.deleteEarly(old);
      return [...early, new ReplaceStep(state), create];
    }
    // After an initialization error the provider is asked to go on, even where nothing changed.
    if (changes === true || old.initErrors.length > 0) return [new UpdateStep(old, state, onDone)];
    return [new SameStep(old, state, onDone)];
  }

  private async diff(goal: Goal, old: State, state: State): Promise<Difference> {
    if (old.custom !== state.custom) return { changes: true, replaces: ["provider"], deleteBeforeReplace: false };
    if (!state.custom) {
      return { changes: !isDeepStrictEqual(old.inputs, state.inputs), replaces: [], deleteBeforeReplace: false };
    }
    const provider = await this.options.provider();
    const difference = await provider.diff(state.urn, old.id, old.inputs, old.outputs, state.inputs);
    if (difference.changes !== undefined) return difference;
    const news = ignoring(goal.ignoreChanges, state.inputs, old.inputs);
    return { ...difference, changes: !isDeepStrictEqual(plain(old.inputs), plain(news)) };
  }

  private refuseToReplaceProtected(old: State, state: State): void {
    if (!state.protect || !old.protect) return;
    this.options.printer.diagnostic(
      state.urn,
      "error",
      `unable to replace resource "${state.urn}"\nas it is currently marked for protection. To unprotect the resource, ` +
        "remove the `protect` flag from the resource in your Pulumi program and run `pulumi up`",
    );
    throw new InvalidError(`${state.urn} is protected`);
  }

  /** Whatever would be replaced because of this one goes first. */
  private async deleteEarly(old: State): Promise<readonly EngineStep[]> {
    const condemned = await this.dependentReplacements(old);
    if (!old.pendingReplacement) condemned.unshift(old);
    const deletable = condemned.reverse().filter((state) => !this.deletedEarly.has(state));
    for (const state of deletable) this.deletedEarly.add(state);
    return deletable.map((state) => new DeleteStep(state, "to be replaced"));
  }

  private async dependentReplacements(root: State): Promise<State[]> {
    const dependents = new Set([root.urn]);
    const replaced = new Set([root.urn]);
    const states: State[] = [];
    for (const state of this.options.previous.slice(this.options.previous.indexOf(root) + 1)) {
      if (this.registered.has(this.options.olds.presentName(state.urn))) continue;
      if (!allDependencies(state).some((urn) => dependents.has(urn))) continue;
      dependents.add(state.urn);
      if (!(await this.wouldBeReplaced(state, replaced))) continue;
      replaced.add(state.urn);
      states.push(state);
    }
    return states;
  }

  /** Asks the provider: what comes from a replaced resource is unknown. */
  private async wouldBeReplaced(state: State, replaced: ReadonlySet<string>): Promise<boolean> {
    if (!state.custom || state.external) return false;
    const depends = (name: string) => (state.propertyDependencies[name] ?? []).some((urn) => replaced.has(urn));
    const names = Object.keys(state.inputs);
    if (!names.some(depends)) return false;
    const inputs = Object.fromEntries(
      Object.entries(state.inputs).map(([name, value]) => [name, depends(name) ? unknown : value]),
    );
    const provider = await this.options.provider();
    const { replaces } = await provider.diff(state.urn, state.id, state.inputs, state.outputs, inputs);
    return replaces.length > 0;
  }

  private claimUrn({ type, name }: Pick<Goal, "type" | "name">, parent: string): string {
    const urn = makeUrn(this.options.stack, this.options.project, parent, type, name);
    if (this.registered.has(urn)) {
      this.options.printer.diagnostic(urn, "error", `Duplicate resource URN '${urn}'; try giving it a unique name`);
      throw new InvalidError(urn);
    }
    this.registered.add(urn);
    return urn;
  }
}

function ignoring(names: readonly string[], news: Properties, olds: Properties): Properties {
  if (names.includes("*")) return olds;
  const keptFrom = (properties: Properties, ignored: boolean) =>
    Object.entries(properties).filter(([name]) => names.includes(name) === ignored);
  return Object.fromEntries([...keptFrom(news, false), ...keptFrom(olds, true)]);
}

function shown(value: Value | undefined): string {
  if (value === undefined) return "<nil>";
  if (isSecret(value)) return "[secret]";
  return typeof value === "string" ? value : JSON.stringify(value);
}
