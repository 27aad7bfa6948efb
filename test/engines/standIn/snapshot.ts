import type { State } from "./resourceState";
import type { OperationType, StateFile } from "./stateFile";

/**
 * The state in the course of a deployment: what it did so far, then what it found and has not come to yet. It is written
 * at every step, so that a deployment which is killed leaves what it did, and what it was doing.
 */
export class Snapshot {
  private base: readonly State[];
  private readonly news: State[] = [];
  private readonly done = new Set<State>();
  private readonly pending = new Map<State, OperationType>();

  /** Without a file, as in a preview, nothing is written. */
  constructor(
    stored: readonly State[],
    private readonly file: StateFile | undefined,
  ) {
    this.base = stored;
  }

  /** What the deployment found. */
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

  /** A refresh puts what it read in place of what was there; whoever needed what is gone needs it no longer. */
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
