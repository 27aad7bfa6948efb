import { isDeepStrictEqual } from "node:util";
import { makeUrn, nameOf, stackType } from "../urns";
import type { Goal, ReadGoal } from "./goal";
import type { Printer } from "./printer";
import type { Difference, Provider } from "./provider";
import { newState, type State } from "./resourceState";
import { stashType } from "./stash";
import { CreateStep, DeleteStep, type EngineStep, ReadStep, ReplaceStep, SameStep, UpdateStep } from "./steps";
import { isSecret, type Properties, type Value } from "./values";

export interface GeneratorOptions {
  readonly stack: string;
  readonly project: string;
  readonly rootUrn: string;
  /** The resources in the state before the deployment. */
  readonly previous: readonly State[];
  readonly printer: Printer;
  /** Registers the provider of dynamic resources for the program. Returns the reference that resources keep to it. */
  readonly registerProvider: () => string;
  readonly provider: (type: string) => Promise<Provider>;
}

/** An error whose reason is already printed. */
export class InvalidError extends Error {}

/** Decides the steps for each resource of the program, one resource at a time, as the engine does. */
export class StepGenerator {
  private readonly registered = new Set<string>();
  /** URNs in the previous state that stay, under the same name or a new one. */
  private readonly kept = new Set<string>();
  private readonly olds: ReadonlyMap<string, State>;

  constructor(private readonly options: GeneratorOptions) {
    this.olds = new Map(options.previous.filter((state) => !state.delete).map((state) => [state.urn, state]));
  }

  async register(goal: Goal, done: (state: State) => void): Promise<readonly EngineStep[]> {
    const parent = goal.parent === "" && goal.type !== stackType ? this.options.rootUrn : goal.parent;
    const urn = this.claimUrn(goal.type, goal.name, parent);
    const formerUrns = goal.formerNames.map((name) => this.urnOf(goal.type, name, parent));
    const old = this.keepOld(urn, ...formerUrns);
    const { type, custom, dependencies, propertyDependencies, additionalSecretOutputs, retainOnDelete } = goal;
    const state = newState({ urn, type, custom, parent, inputs: goal.properties, retainOnDelete });
    Object.assign(state, { dependencies, propertyDependencies, additionalSecretOutputs });
    if (custom) {
      if (type !== stashType) state.provider = this.options.registerProvider();
      state.inputs = await this.check(state, old, goal.properties);
    }
    const onDone = () => {
      done(state);
    };
    if (old === undefined) return [new CreateStep(state, onDone)];

    const { changes, replaces } = await this.diff(old, state);
    if (changes && replaces) {
      // The first check may have copied values of the old resource, which the new one doesn't have.
      state.inputs = await this.check(state, undefined, goal.properties);
      return [new CreateStep(state, onDone, old), new ReplaceStep(state)];
    }
    // After an initialization error the provider is asked to update, even if nothing changed.
    if (changes || old.initErrors.length > 0) return [new UpdateStep(old, state, onDone)];
    return [new SameStep(old, state, onDone)];
  }

  read(goal: ReadGoal, done: (state: State) => void): Promise<readonly EngineStep[]> {
    const parent = goal.parent === "" ? this.options.rootUrn : goal.parent;
    const urn = this.claimUrn(goal.type, goal.name, parent);
    const { id, type, properties, dependencies, additionalSecretOutputs } = goal;
    const state = newState({ urn, type, custom: true, external: true, id, parent, inputs: properties });
    Object.assign(state, { dependencies, additionalSecretOutputs, provider: this.options.registerProvider() });
    const onDone = () => {
      done(state);
    };
    return Promise.resolve([new ReadStep(state, this.keepOld(urn), onDone)]);
  }

  /** Keeps a state that belongs to the engine itself: the provider. */
  keep({ urn }: State): void {
    this.kept.add(urn);
  }

  /** Returns the deletions of resources that the program no longer has, or has replaced. */
  deletions(): readonly EngineStep[] {
    return this.options.previous.flatMap((state): EngineStep[] => {
      if (state.delete) return [new DeleteStep(state, "replaced")];
      return this.kept.has(state.urn) ? [] : [new DeleteStep(state, "removed")];
    });
  }

  /** Returns the resource's previous state, under the first of these URNs that exists. */
  private keepOld(...urns: readonly string[]): State | undefined {
    const found = urns.find((urn) => this.olds.has(urn) && !this.kept.has(urn));
    if (found === undefined) return undefined;
    this.kept.add(found);
    return this.olds.get(found);
  }

  private async check(state: State, old: State | undefined, news: Properties): Promise<Properties> {
    const provider = await this.options.provider(state.type);
    const { inputs, failures } = await provider.check(state.urn, old?.inputs ?? {}, news);
    if (failures.length === 0) return inputs;
    for (const { property, reason } of failures) {
      const name = `${state.type} resource '${nameOf(state.urn)}'`;
      const value = property === "" ? "" : `: property ${property} value {${shown(inputs[property])}}`;
      this.options.printer.diagnostic(state.urn, "error", `${name}${value} has a problem: ${reason}`);
    }
    throw new InvalidError(`resource ${state.urn} is invalid`);
  }

  private async diff(old: State, state: State): Promise<Difference> {
    if (old.custom !== state.custom || old.external) {
      throw new Error(`The stand-in can't turn ${old.urn} into another kind of resource: it needs the Pulumi CLI.`);
    }
    if (!state.custom) return { changes: !isDeepStrictEqual(old.inputs, state.inputs), replaces: false };
    const provider = await this.options.provider(state.type);
    return provider.diff(state.urn, old.id, old.inputs, old.outputs, state.inputs);
  }

  private claimUrn(type: string, name: string, parent: string): string {
    const urn = this.urnOf(type, name, parent);
    if (this.registered.has(urn)) {
      this.options.printer.diagnostic(urn, "error", `Duplicate resource URN '${urn}'; try giving it a unique name`);
      throw new InvalidError(urn);
    }
    this.registered.add(urn);
    return urn;
  }

  private urnOf(type: string, name: string, parent: string): string {
    return makeUrn(this.options.stack, this.options.project, parent, type, name);
  }
}

function shown(value: Value | undefined): string {
  if (value === undefined) return "<nil>";
  if (isSecret(value)) return "[secret]";
  return typeof value === "string" ? value : JSON.stringify(value);
}
