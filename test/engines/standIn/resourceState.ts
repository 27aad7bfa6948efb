import type { Properties } from "./values";

/** A resource in the state, with its secrets in plain envelopes. The engine's own name for it is `State`. */
export interface State {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  id: string;
  inputs: Properties;
  outputs: Properties;
  parent: string;
  /** The reference to its provider. */
  provider: string;
  dependencies: readonly string[];
  propertyDependencies: Readonly<Record<string, readonly string[]>>;
  additionalSecretOutputs: readonly string[];
  initErrors: readonly string[];
  retainOnDelete: boolean;
  customTimeouts: Timeouts;
  /** Read by the program, and not managed. */
  external: boolean;
  /** Replaced, and still to be deleted. */
  delete: boolean;
}

/** The time limits of a resource's steps, in seconds. */
export interface Timeouts {
  readonly create?: number;
  readonly read?: number;
  readonly update?: number;
  readonly delete?: number;
}

export function newState(known: Pick<State, "urn" | "type" | "custom"> & Partial<State>): State {
  return {
    id: "",
    inputs: {},
    outputs: {},
    parent: "",
    provider: "",
    dependencies: [],
    propertyDependencies: {},
    additionalSecretOutputs: [],
    initErrors: [],
    retainOnDelete: false,
    customTimeouts: {},
    external: false,
    delete: false,
    ...known,
  };
}

/** Returns the reference that resources keep to a provider. */
export function referenceTo({ urn, id }: Pick<State, "urn" | "id">): string {
  return `${urn}::${id}`;
}

/** Returns the URNs of all resources that a resource depends on. It is deleted before them. */
export function allDependencies(state: State): readonly string[] {
  const provider = state.provider.split("::").slice(0, -1).join("::");
  const properties = Object.values(state.propertyDependencies).flat();
  return [state.parent, provider, ...state.dependencies, ...properties].filter((urn) => urn !== "");
}
