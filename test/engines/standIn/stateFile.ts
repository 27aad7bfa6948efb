import * as fs from "node:fs";
import type { Deployment, ResourceState } from "../engine";
import { decryptSecrets, encryptSecrets } from "./cipher";
import { newState, type State } from "./resourceState";
import type { Properties } from "./values";

export type OperationType = "creating" | "updating" | "deleting" | "reading";

export interface PendingOperation {
  readonly type: OperationType;
  readonly resource: State;
}

export interface StoredState {
  readonly resources: readonly State[];
  readonly pendingOperations: readonly PendingOperation[];
}

/** A stack's deployment as JSON, in the format of `pulumi stack export`. */
export class StateFile {
  constructor(private readonly path: string) {}

  export(): Deployment {
    if (!fs.existsSync(this.path)) return { resources: [], pendingOperations: [] };
    return JSON.parse(fs.readFileSync(this.path, "utf8")) as Deployment;
  }

  load(): readonly State[] {
    return this.export().resources.map(fromStored);
  }

  save({ resources, pendingOperations }: StoredState): void {
    const deployment = {
      resources: resources.map(toStored),
      pendingOperations: pendingOperations.map(({ type, resource }) => ({ type, resource: toStored(resource) })),
    };
    // Writes another file and renames it, so a reader never sees a partial file, even when the process is killed.
    fs.writeFileSync(`${this.path}.new`, JSON.stringify(deployment, undefined, 2));
    fs.renameSync(`${this.path}.new`, this.path);
  }
}

function toStored(state: State): Record<string, unknown> {
  const stored = { ...state, inputs: encryptSecrets(state.inputs), outputs: encryptSecrets(state.outputs) };
  const kept = Object.entries(stored).filter(([name, value]) => alwaysStored.has(name) || !isEmpty(value));
  return Object.fromEntries(kept);
}

function fromStored(stored: ResourceState): State {
  return newState({
    ...(stored as Partial<State> & Pick<State, "urn" | "type" | "custom">),
    inputs: decryptSecrets(stored.inputs as Properties) as Properties,
    outputs: decryptSecrets(stored.outputs as Properties) as Properties,
  });
}

const alwaysStored = new Set(["urn", "type", "custom", "inputs", "outputs"]);

function isEmpty(value: unknown): boolean {
  return value === "" || value === false || (typeof value === "object" && Object.keys(value ?? {}).length === 0);
}
