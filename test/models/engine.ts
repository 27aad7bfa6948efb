import { AssertionError } from "node:assert/strict";
import type { Ending } from "../reliability/resource";
import type { Host, HostName, Hosts, Known, Properties, StepFailure } from "./hosts";

/** A resource in the state of the stack. */
export interface State extends Known {
  /** Tells a resource from its replacement. It stays when the resource moves to another host. */
  readonly resource: object;
  readonly host: HostName;
  readonly inputs: Properties;
  /** Whether the last create or update ended with an initialization error, without a refresh since. */
  readonly failed: boolean;
}

/** One call of the provider that may call the service. */
export interface StepTaken {
  readonly step: "create" | "update" | "read" | "delete" | "import" | "preview";
  readonly before: State | undefined;
  readonly after: State | undefined;
  readonly ending: Ending;
  /** The arguments of the step, or those of the state's outputs if the step has none. */
  readonly inputs: Properties;
}

/**
 * A stack of one resource, which follows the rules of Pulumi's engine. It keeps a partial creation. Its next `up` then
 * calls `update` regardless of `diff`, unless a refresh comes between. After a partial update the state has the old
 * inputs. The engine creates a replacement before it deletes the replaced resource. An `up` moves the resource to the
 * program's host, unless it fails without a change of the state.
 */
export class Stack {
  current: State | undefined;
  /** The replaced resources that aren't deleted yet. */
  private condemned: State[] = [];

  constructor(
    /** Gets each step before the next one begins. */
    private readonly onStep: (step: StepTaken) => void = () => undefined,
  ) {}

  /**
   * @param name the host of the program
   * @returns whether it succeeded, with the error's message if it didn't
   */
  async up(hosts: Hosts, name: HostName, program: Properties): Promise<Ending> {
    const pending = await this.deleteCondemned(hosts);
    if (pending.ended !== "done") return pending;
    const old = this.current;
    const host = hosts[name];
    const inputs = await host.check(old?.inputs ?? {}, program);
    if (!old) return this.create(host, name, inputs);
    const { changes, replaces } = await host.diff(old, inputs);
    if (changes && replaces.length > 0) {
      const made = await this.create(host, name, await host.check({}, program));
      if (made.ended !== "failed") this.condemned.push(old);
      return made.ended === "done" ? this.deleteCondemned(hosts) : made;
    }
    if (changes || old.failed) return this.update(host, name, old, inputs);
    this.current = { ...old, host: name, inputs };
    return done;
  }

  /** Does what an `up` would do, without its effects. */
  async preview(hosts: Hosts, name: HostName, program: Properties): Promise<Ending> {
    const before = this.current;
    const host = hosts[name];
    const inputs = await host.check(before?.inputs ?? {}, program);
    const { changes, replaces } = before ? await host.diff(before, inputs) : { changes: true, replaces: [] };
    if (before && !changes && !before.failed) return done;
    const old = replaces.length > 0 ? undefined : before;
    const { ending } = await attempt(() => host.preview(old, inputs));
    this.onStep({ step: "preview", before, after: this.current, ending, inputs });
    return ending;
  }

  /** Imports a resource into the plugin. Only the plugin can. */
  async import({ plugin }: Hosts, id: string): Promise<Ending> {
    const { ending, result } = await attempt(() => plugin.import(id));
    if (ending.ended !== "done") return ending;
    if (!result) return { ended: "failed", message: `${id} does not exist` };
    const inputs = await plugin.check({}, result.inputs);
    const after: State = { ...result, inputs, resource: {}, host: "plugin", failed: false };
    this.current = after;
    this.onStep({ step: "import", before: undefined, after, ending, inputs });
    return done;
  }

  async refresh(hosts: Hosts): Promise<Ending> {
    const before = this.current;
    if (!before) return done;
    const host = hosts[before.host];
    const { ending, result } = await attempt(() => host.read(before));
    if (result) this.current = { ...before, outputs: result, failed: false };
    this.onStep({ step: "read", before, after: this.current, ending, inputs: before.outputs });
    if (!this.current || !result) return ending;
    // For its display, the engine compares the inputs of the state. It keeps what it read.
    const refreshed = this.current;
    return (await attempt(() => host.diff(refreshed, before.inputs))).ending;
  }

  async destroy(hosts: Hosts): Promise<Ending> {
    const pending = await this.deleteCondemned(hosts);
    if (pending.ended !== "done" || !this.current) return pending;
    const before = this.current;
    const ending = await this.delete(hosts, before);
    if (ending.ended === "done") this.current = undefined;
    this.onStep({ step: "delete", before, after: this.current, ending, inputs: before.outputs });
    return ending;
  }

  /** Returns whether the next `up` of the program would leave the resource unchanged. */
  async isUpToDate(hosts: Hosts, name: HostName, program: Properties): Promise<boolean> {
    const { current } = this;
    if (!current || current.failed || this.condemned.length > 0) return false;
    const inputs = await hosts[name].check(current.inputs, program);
    return !(await hosts[name].diff(current, inputs)).changes;
  }

  private async create(host: Host, name: HostName, inputs: Properties): Promise<Ending> {
    const { ending, result, partial } = await attempt(() => host.create(inputs));
    const known = result ?? partial;
    const after: State | undefined = known && { ...known, resource: {}, host: name, inputs, failed: !result };
    if (after) this.current = after;
    this.onStep({ step: "create", before: undefined, after, ending, inputs });
    return ending;
  }

  private async update(host: Host, name: HostName, before: State, inputs: Properties): Promise<Ending> {
    const { ending, result, partial } = await attempt(() => host.update(before, inputs));
    if (result) this.current = { ...before, host: name, inputs, outputs: result, failed: false };
    if (partial) this.current = { ...before, host: name, outputs: partial.outputs, failed: true };
    this.onStep({ step: "update", before, after: this.current, ending, inputs });
    return ending;
  }

  private async deleteCondemned(hosts: Hosts): Promise<Ending> {
    for (const before of [...this.condemned]) {
      const ending = await this.delete(hosts, before);
      const after = ending.ended === "done" ? undefined : before;
      this.onStep({ step: "delete", before, after, ending, inputs: before.outputs });
      if (after) return ending;
      this.condemned = this.condemned.filter((state) => state !== before);
    }
    return done;
  }

  private async delete(hosts: Hosts, state: State): Promise<Ending> {
    return (await attempt(() => hosts[state.host].delete(state, state.inputs))).ending;
  }
}

const done: Ending = { ended: "done", message: "" };

async function attempt<T>(
  work: () => Promise<T>,
): Promise<{ readonly ending: Ending; readonly result?: T; readonly partial?: Known }> {
  try {
    return { ending: done, result: await work() };
  } catch (error) {
    if (error instanceof AssertionError) throw error;
    const { id, properties, message } = error as StepFailure;
    if (id === undefined) return { ending: { ended: "failed", message } };
    return { ending: { ended: "partial", message }, partial: { id, outputs: properties ?? {} } };
  }
}
