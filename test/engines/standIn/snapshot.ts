import type { State } from "./resourceState";
import type { OperationType, StateFile } from "./stateFile";

/**
 * The state during a deployment: the resources that the deployment has changed, and then the previous ones that it
 * hasn't reached yet. It is written at every step, so a killed deployment leaves its completed steps and its pending
 * operations.
 */
export class Snapshot {
  private base: readonly State[];
  private readonly news: State[] = [];
  private readonly done = new Set<State>();
  private readonly pending = new Map<State, OperationType>();

  /** Writes nothing without a file, as in a preview. */
  constructor(
    stored: readonly State[],
    private readonly file: StateFile | undefined,
  ) {
    this.base = stored;
  }

  /** The state before the deployment. */
  get previous(): readonly State[] {
    return this.base;
  }

  begin(state: State, type: OperationType): void {
    this.pending.set(state, type);
    this.save();
  }

  end(state: State): void {
    this.pending.delete(state);
  }

  add(state: State): void {
    this.news.push(state);
  }

  remove(state: State): void {
    this.done.add(state);
  }

  /** Replaces the state by the result of a refresh. Removes dependencies on resources that no longer exist. */
  rebuild(refreshed: ReadonlyMap<State, State | undefined>): void {
    const present = new Set<string>();
    this.base = this.base.flatMap((old) => {
      const state = refreshed.has(old) ? refreshed.get(old) : old;
      if (state === undefined) return [];
      const isPresent = (urn: string) => present.has(urn);
      state.dependencies = state.dependencies.filter(isPresent);
      state.propertyDependencies = Object.fromEntries(
        Object.entries(state.propertyDependencies)
          .map(([name, urns]) => [name, urns.filter(isPresent)] as const)
          .filter(([, urns]) => urns.length > 0),
      );
      present.add(state.urn);
      return [state];
    });
  }

  save(): void {
    this.file?.save({
      resources: this.resources(),
      pendingOperations: [...this.pending].map(([resource, type]) => ({ type, resource })),
    });
  }

  private resources(): readonly State[] {
    return [...this.news, ...this.base].filter((state) => !this.done.has(state));
  }
}
