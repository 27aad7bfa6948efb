import assert from "node:assert/strict";
import type { GrpcError } from "../../provider/hosts/grpcError";
import { __provider, type Ending, type Provider } from "../reliability/resource";

type Properties = Readonly<Record<string, unknown>>;

/** A resource in the state of the stack. */
export interface State {
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
  /** Whether the last create or update ended with an initialization error, without a refresh since. */
  readonly failed: boolean;
}

/** One call of the provider that may call the service. */
export interface StepTaken {
  readonly step: "create" | "update" | "read" | "delete";
  readonly before: State | undefined;
  readonly after: State | undefined;
  readonly ending: Ending;
  /** The arguments of the step, or those of the state if the step has none. */
  readonly inputs: Properties;
}

/**
 * A stack of one resource, which follows the rules of Pulumi's engine. It keeps a partial creation. Its next `up` then
 * calls `update` regardless of `diff`, unless a refresh comes between. It creates a replacement before it deletes the
 * replaced resource.
 */
export class Stack {
  current: State | undefined;
  /** The replaced resources that aren't deleted yet. */
  private condemned: State[] = [];

  constructor(
    /** Gets each step before the next one begins. */
    private readonly onStep: (step: StepTaken) => void,
  ) {}

  /** @returns whether it succeeded, with the error's message if it didn't */
  async up(provider: Provider, program: Properties): Promise<Ending> {
    const pending = await this.deleteCondemned(provider);
    if (pending.ended !== "done") return pending;
    const old = this.current;
    const inputs = await this.check(provider, old, program);
    if (!old) return this.create(provider, inputs);
    const { changes, replaces } = await provider.diff(old.id, old.outputs, inputs);
    if (changes && replaces.length > 0) {
      const made = await this.create(provider, await this.check(provider, undefined, program));
      if (made.ended !== "failed") this.condemned.push(old);
      return made.ended === "done" ? this.deleteCondemned(provider) : made;
    }
    return changes || old.failed ? this.update(provider, old, inputs) : done;
  }

  async refresh(provider: Provider): Promise<Ending> {
    const before = this.current;
    if (!before) return done;
    const { ending, result } = await attempt(async () => (await provider.read(before.id, before.outputs)).props);
    if (result) this.current = { ...before, outputs: withProvider(result), failed: false };
    this.tell({ step: "read", before, after: this.current, ending, inputs: before.inputs });
    return ending;
  }

  async destroy(provider: Provider): Promise<Ending> {
    const pending = await this.deleteCondemned(provider);
    if (pending.ended !== "done" || !this.current) return pending;
    const before = this.current;
    const ending = await this.delete(provider, before);
    if (ending.ended === "done") this.current = undefined;
    this.tell({ step: "delete", before, after: this.current, ending, inputs: before.inputs });
    return ending;
  }

  /** Returns whether the next `up` of the program would leave the resource unchanged. */
  async isUpToDate(provider: Provider, program: Properties): Promise<boolean> {
    const { current } = this;
    if (!current || current.failed || this.condemned.length > 0) return false;
    const inputs = await this.check(provider, current, program);
    return !(await provider.diff(current.id, current.outputs, inputs)).changes;
  }

  private async check(provider: Provider, old: State | undefined, program: Properties): Promise<Properties> {
    const { inputs, failures } = await provider.check(old?.inputs ?? {}, { ...program, __provider });
    assert.deepEqual(failures, []);
    return { ...inputs, __provider };
  }

  private async create(provider: Provider, inputs: Properties): Promise<Ending> {
    const { ending, result, partial } = await attempt(() => provider.create(inputs));
    const { id, outs } = partial
      ? { id: partial.id ?? "", outs: partial.properties }
      : (result ?? { id: "", outs: {} });
    const after =
      ending.ended === "failed" ? undefined : { id, inputs, outputs: withProvider(outs ?? {}), failed: !result };
    if (after) this.current = after;
    this.tell({ step: "create", before: undefined, after, ending, inputs });
    return ending;
  }

  private async update(provider: Provider, before: State, inputs: Properties): Promise<Ending> {
    const { ending, result, partial } = await attempt(() => provider.update(before.id, before.outputs, inputs));
    const outputs = partial ? partial.properties : result?.outs;
    if (outputs) this.current = { id: before.id, inputs, outputs: withProvider(outputs), failed: !result };
    this.tell({ step: "update", before, after: this.current, ending, inputs });
    return ending;
  }

  private async deleteCondemned(provider: Provider): Promise<Ending> {
    for (const before of [...this.condemned]) {
      const ending = await this.delete(provider, before);
      const after = ending.ended === "done" ? undefined : before;
      this.tell({ step: "delete", before, after, ending, inputs: before.inputs });
      if (after) return ending;
      this.condemned = this.condemned.filter((state) => state !== before);
    }
    return done;
  }

  private async delete(provider: Provider, { id, outputs }: State): Promise<Ending> {
    return (await attempt(() => provider.delete(id, outputs))).ending;
  }

  private tell(step: StepTaken): void {
    this.onStep(step);
  }
}

const done: Ending = { ended: "done", message: "" };

function withProvider(outputs: Properties): Properties {
  return { ...outputs, __provider };
}

async function attempt<T>(
  work: () => Promise<T>,
): Promise<{ ending: Ending; result?: T; partial?: Pick<GrpcError, "id" | "properties"> }> {
  try {
    return { ending: done, result: await work() };
  } catch (error) {
    const { id, properties, message } = error as GrpcError;
    if (id === undefined) return { ending: { ended: "failed", message } };
    assert.equal(properties?.["__provider"], __provider);
    return { ending: { ended: "partial", message }, partial: { id, properties } };
  }
}
