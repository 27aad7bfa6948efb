import assert from "node:assert/strict";
import fc from "fast-check";
import { startEmulator, type Emulator, type OperationSpec, type SettledOutcome } from "../../provider/emulator";
import { forgetHost } from "../hooks";
import { assertShowable, assertSound } from "../reliability/soundness";
import { forget, issue, refusedCredential } from "./credentials";
import { Stack, type State, type StepTaken } from "./engine";
import { faultAt, type Faults, inject, noFaults, someFaults } from "./faults";
import { type Course, type HostName, Hosts } from "./hosts";

/** The arguments that a history changes. */
interface Args {
  readonly cancelOn: "create" | "delete";
  readonly waitFor: "settled" | "accepted";
  readonly expect: readonly string[] | undefined;
  readonly triggers: number;
  readonly timeout: string;
}

/** Ctrl-C: the number of the credential request that it follows, from 1, and how long after that, in milliseconds. */
interface Interruption {
  readonly request: number;
  readonly after: number;
}

type Action =
  | { readonly do: "up" | "refresh" | "destroy"; readonly faults: Faults; readonly interruption?: Interruption }
  | { readonly do: "preview" | "import"; readonly faults: Faults }
  | { readonly do: "move" }
  | { readonly do: "declare"; readonly args: Partial<Args> }
  | { readonly do: "end"; readonly outcome: SettledOutcome }
  | { readonly do: "expire" };

/** The events of one operation and of the resource that cancels it. */
export interface History {
  /** The host of the first program. */
  readonly host: HostName;
  readonly operation: Pick<OperationSpec, "onCancel" | "settleAfter" | "done">;
  readonly args: Args;
  readonly actions: readonly Action[];
}

const name = "operations/AbC";
const closedEndpoint = "http://127.0.0.1:1";
const settled = ["cancelled", "succeeded", "failed"];
/** Time limits that leave time for a first read and for one at the end. */
const timeouts = ["60ms", "120ms"];
/**
 * The time in milliseconds after which a step doesn't wait for the response to a cancel any more: the longest time limit
 * and the grace of a second. If the machine stalls, the service acknowledges a cancel after the step has given up.
 */
const stalled = 1_120;

const argsOf: fc.Arbitrary<Args> = fc.record({
  cancelOn: fc.constantFrom("create", "create", "create", "delete"),
  waitFor: fc.constantFrom("settled", "accepted"),
  expect: fc.constantFrom<readonly string[] | undefined>(
    undefined,
    undefined,
    ["cancelled"],
    ["succeeded", "failed"],
    ["cancelled", "notFound"],
    ["cancelled", "unsupported"],
    ["cancelled", "succeeded", "failed", "notFound", "unsupported"],
  ),
  triggers: fc.nat(2),
  timeout: fc.constantFrom(...timeouts),
});

const changes: fc.Arbitrary<Partial<Args>> = argsOf.chain((args) =>
  fc.constantFrom<Partial<Args>>(
    { cancelOn: "create" },
    { cancelOn: "delete" },
    { waitFor: args.waitFor },
    { expect: args.expect },
    { triggers: args.triggers },
    { timeout: args.timeout },
  ),
);

const interruptions = fc.record({ request: fc.integer({ min: 1, max: 4 }), after: fc.constantFrom(0, 1, 5, 30) });

const deployment = (name: "up" | "refresh" | "destroy", mayBeInterrupted: boolean): fc.Arbitrary<Action> =>
  fc
    .tuple(
      someFaults,
      mayBeInterrupted ? fc.option(interruptions, { freq: 2, nil: undefined }) : fc.constant(undefined),
    )
    .map(([faults, interruption]) => ({ do: name, faults, ...(interruption && { interruption }) }));

/** Actions of both hosts. Only the plugin can be interrupted. */
const commonActions = (mayBeInterrupted: boolean): fc.MaybeWeightedArbitrary<Action>[] => [
  { weight: 8, arbitrary: deployment("up", mayBeInterrupted) },
  { weight: 3, arbitrary: deployment("refresh", mayBeInterrupted) },
  { weight: 2, arbitrary: deployment("destroy", mayBeInterrupted) },
  { weight: 3, arbitrary: changes.map((args): Action => ({ do: "declare", args })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom<SettledOutcome>("cancelled", "succeeded", "failed")
      .map((outcome): Action => ({ do: "end", outcome })),
  },
  { weight: 1, arbitrary: fc.constant<Action>({ do: "expire" }) },
];

const pluginActions: fc.MaybeWeightedArbitrary<Action>[] = [
  ...commonActions(true),
  { weight: 2, arbitrary: someFaults.map((faults): Action => ({ do: "preview", faults })) },
  { weight: 2, arbitrary: someFaults.map((faults): Action => ({ do: "import", faults })) },
];

const actionsOf: Readonly<Record<Course, fc.Arbitrary<Action>>> = {
  "dynamic provider": fc.oneof(...commonActions(false)),
  plugin: fc.oneof(...pluginActions),
  "both hosts": fc.oneof(...pluginActions, { weight: 5, arbitrary: fc.constant<Action>({ do: "move" }) }),
};

export const historiesOf = (course: Course): fc.Arbitrary<History> =>
  fc
    .record({
      host: course === "both hosts" ? fc.constantFrom<HostName>("dynamic provider", "plugin") : fc.constant(course),
      operation: fc.record(
        {
          onCancel: fc.constantFrom("cancel", "cancel", "complete", "fail", "ignore"),
          settleAfter: fc.constantFrom(0, 90),
          done: fc.constantFrom("succeeded", "failed", "cancelled"),
        },
        { requiredKeys: ["onCancel", "settleAfter"] },
      ),
      args: argsOf,
      actions: fc.array(actionsOf[course], { minLength: 3, maxLength: 14, size: "max" }),
    })
    .map(({ host, operation: { done, ...operation }, args, actions: all }) => ({
      host,
      // Only a few operations are done from the start, because their histories are short.
      operation: { ...operation, ...(done !== undefined && all.length % 4 === 0 && { done }) },
      args,
      actions: all,
    }));

/** Counts the events of the histories, to show that they reach every case. */
export class Tally {
  readonly counts = new Map<string, number>();

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  toString(): string {
    return [...this.counts]
      .sort()
      .map(([what, count]) => `${what}: ${count}`)
      .join(", ");
  }
}

let serial = 0;

/** Runs a history. Throws when the provider breaks a promise. */
export async function live(history: History, tally: Tally): Promise<void> {
  const emulator = await startEmulator({ operations: [{ name, ...history.operation }] });
  const world = new World(emulator, history.host, history.args, tally);
  try {
    for (const action of history.actions) await world.act(action);
    await world.end();
  } finally {
    world.close();
    await emulator.stop();
  }
}

/** What the model knows about the cancels of a step, and how the step ended. */
interface Judged {
  readonly step: string;
  /** How many may have been carried out. */
  readonly ambiguous: number;
  readonly acknowledged: number;
  /** Whether the step may have given up before an acknowledgement arrived. */
  readonly mayHaveMissed: boolean;
  readonly ended: string;
}

/** The service, the stack, and what the model knows about both. */
class World {
  private readonly token = `made-up-token-${serial++}`;
  private readonly stack = new Stack((step) => {
    this.judge(step);
  });
  /** What the resource's state records permanently, from its creation to its replacement. */
  private readonly promises = new WeakMap<State["resource"], Recorded>();
  private faults: Faults = noFaults;
  /** When the current step began, by the monotonic clock. */
  private stepBegan = 0;
  private interruption: Interruption | undefined;
  private hosts: Hosts | undefined;
  private asked = 0;
  /** How many cancels arrived before the deployment, and before the step. */
  private deploymentStart = 0;
  private stepStart = 0;

  constructor(
    private readonly emulator: Emulator,
    private host: HostName,
    private args: Args,
    private readonly tally: Tally,
  ) {
    issue(this.token, () => {
      const transient = this.faults.credentials[++this.asked];
      if (this.asked === this.interruption?.request) this.interrupt(this.interruption);
      if (transient !== undefined) throw refusedCredential(transient);
      return { authorization: `Bearer ${this.token}` };
    });
  }

  private interrupt({ after }: Interruption): void {
    const { hosts } = this;
    this.tally.count("interrupted");
    if (after === 0) hosts?.interrupt();
    else setTimeout(() => hosts?.interrupt(), after);
  }

  close(): void {
    forget(this.token);
    forgetHost(this.emulator.endpoint);
  }

  async act(action: Action): Promise<void> {
    switch (action.do) {
      case "declare":
        this.args = { ...this.args, ...action.args };
        return;
      case "end":
        if (this.truth().outcome === "running") this.emulator.settle(name, action.outcome);
        return;
      case "expire":
        this.emulator.expire(name);
        return;
      case "move":
        this.host = this.host === "plugin" ? "dynamic provider" : "plugin";
        return;
      case "up":
        return this.up(action.faults, action.interruption);
      case "refresh":
        await this.deploy(withoutLongWaits(action.faults), (hosts) => this.stack.refresh(hosts), action.interruption);
        return this.assertGreenIsFinished();
      case "destroy":
        return this.deploy(action.faults, (hosts) => this.stack.destroy(hosts), action.interruption);
      case "preview":
        return this.deploy(withoutLongWaits(action.faults), (hosts) =>
          this.stack.preview(hosts, this.host, this.program()),
        );
      case "import":
        if (this.host === "plugin" && !this.stack.current) await this.import(withoutLongWaits(action.faults));
    }
  }

  /** Imports the operation, and declares what the import made. */
  private async import(faults: Faults): Promise<void> {
    await this.deploy(faults, (hosts) => this.stack.import(hosts, `//cloudchannel.googleapis.com/${name}`));
    if (!this.stack.current) return;
    this.args = { ...this.args, cancelOn: "delete", expect: undefined };
    const { customTimeouts } = this.program();
    const program = { operation: name, cancelOn: "delete", customTimeouts };
    const { outputs } = this.stack.current;
    const calls = this.emulator.calls.count();
    await this.deploy(noFaults, (hosts) => this.stack.up(hosts, "plugin", program));
    assert.equal(this.emulator.calls.count(), calls, "an up after an import makes no call");
    assert.equal(this.stack.current.outputs, outputs, "an up after an import changes nothing");
  }

  /** Ends the history without faults. It must end within four runs. */
  async end(): Promise<void> {
    for (let run = 1; run <= 4; run++) {
      await this.up(noFaults);
      if (await this.isOver()) return this.destroy();
      if (run === 2) this.letItEnd();
    }
    assert.fail(`no end within four runs: ${this.lastMessage}`);
  }

  /** Ends the operation, even if it ignores its cancel. */
  private letItEnd(): void {
    if (this.truth().outcome === "running") this.emulator.settle(name, "succeeded");
  }

  private lastMessage = "";

  private async isOver(): Promise<boolean> {
    if (await this.isGreen()) return true;
    const unexpected = /The outcome is (\w+), and `expect` allows ([\w, ]+)\./.exec(this.lastMessage);
    if (unexpected) {
      const [, outcome = "", expected = ""] = unexpected;
      assert.ok(!expected.split(", ").includes(outcome), this.lastMessage);
      return true;
    }
    return this.truth().gone && /isn't known to /.test(this.lastMessage);
  }

  private async destroy(): Promise<void> {
    for (let run = 1; run <= 4; run++) {
      await this.deploy(noFaults, (hosts) => this.stack.destroy(hosts));
      if (!this.stack.current || /The outcome is \w+, and `expect` allows/.test(this.lastMessage)) return;
      if (run === 2) this.letItEnd();
    }
    assert.fail(`no destroy within four runs: ${this.lastMessage}`);
  }

  private async up(faults: Faults, interruption?: Interruption): Promise<void> {
    await this.deploy(faults, (hosts) => this.stack.up(hosts, this.host, this.program()), interruption);
    await this.assertGreenIsFinished();
  }

  private async deploy(
    faults: Faults,
    work: (hosts: Hosts) => Promise<{ ended: string; message: string }>,
    interruption?: Interruption,
  ): Promise<void> {
    forgetHost(this.emulator.endpoint);
    const handles = inject(this.emulator, faults);
    this.faults = faults;
    this.asked = 0;
    this.deploymentStart = this.stepStart = this.cancels().length;
    this.stepBegan = performance.now();
    this.interruption = interruption;
    this.hosts = this.newHosts(faults.refused ? closedEndpoint : this.emulator.endpoint);
    const { ended, message } = await work(this.hosts);
    this.hosts = undefined;
    const { current } = this.stack;
    if (current?.host === "dynamic provider") assert.equal(typeof current.outputs["__provider"], "string");
    for (const handle of handles) handle.remove();
    this.lastMessage = message;
    if (ended !== "done") assertShowable(message);
    assert.ok(!message.includes(this.token));
  }

  private newHosts(endpoint = this.emulator.endpoint): Hosts {
    return new Hosts("request", { endpoint, accessToken: this.token });
  }

  private program(): Record<string, unknown> {
    const { cancelOn, waitFor, expect, triggers, timeout } = this.args;
    return {
      operation: name,
      cancelOn,
      waitFor,
      ...(expect && { expect }),
      ...(cancelOn === "create" && triggers > 0 && { triggers: [triggers] }),
      customTimeouts: { create: timeout, update: timeout, delete: timeout },
    };
  }

  private truth() {
    return this.emulator.operation(name) ?? assert.fail();
  }

  private cancels() {
    return this.emulator.calls.all({ method: "cancel" });
  }

  private isGreen(): Promise<boolean> {
    return this.stack.isUpToDate(this.newHosts(), this.host, this.program());
  }

  private async assertGreenIsFinished(): Promise<void> {
    const { current } = this.stack;
    if (!current || !(await this.isGreen())) return;
    this.tally.count("green");
    assertFinished(current.outputs, this.program());
  }

  /** Counts the cancels of a step by what their responses show to the caller. */
  private attempts(): { ambiguous: number; acknowledged: number; total: number } {
    const calls = this.cancels();
    const { cancel, persists } = this.faults;
    const faults = calls.slice(this.stepStart).map((call, index) => ({
      call,
      fault: faultAt(cancel, persists, this.stepStart - this.deploymentStart + index),
    }));
    const acknowledgements = faults.map(({ call, fault }) => fault === undefined && call.status === 200);
    const first = acknowledgements.indexOf(true);
    if (first >= 0) assert.equal(first, faults.length - 1, "no cancel follows one that was acknowledged");
    this.stepStart = calls.length;
    return {
      // A garbled error keeps its status, and is definite.
      ambiguous: faults.filter(
        ({ call, fault }) => fault?.tells === "retried" || (fault?.tells === "garbled" && call.status === 200),
      ).length,
      acknowledged: acknowledgements.filter(Boolean).length,
      total: faults.length,
    };
  }

  private judge({ step, before, after, ending, inputs }: StepTaken): void {
    const { ambiguous, acknowledged, total } = this.attempts();
    const mayHaveMissed = performance.now() - this.stepBegan > stalled;
    this.stepBegan = performance.now();
    this.tally.count(`${step} ${ending.ended}`);
    if (ambiguous > 0 && acknowledged === 0) this.tally.count(`${step} with a cancel that may have arrived`);
    const known = before === undefined ? {} : (this.promises.get(before.resource) ?? {});

    if (known.requestTime !== undefined) assert.equal(total, 0, "an acknowledged cancel is not repeated");
    if (before && after && before.host !== after.host) this.tally.count(`moved to ${after.host}`);
    if (
      ["read", "import", "preview"].includes(step) ||
      inputs["cancelOn"] === (step === "delete" ? "create" : "delete")
    ) {
      assert.equal(total, 0, `a ${step} with cancelOn ${String(inputs["cancelOn"])} cancels nothing`);
    }
    if (step === "create" && ending.ended === "failed") {
      assert.equal(ambiguous, 0, "a cancel that may have been carried out has a resource");
      assert.ok(acknowledged === 0 || mayHaveMissed, "a cancel that was acknowledged has a resource");
    }
    if (step === "preview") assert.equal(ending.ended, "done", ending.message);
    if (ending.ended === "failed") assert.equal(after, before, "a failure leaves the state as it was");
    if (!after) return;
    if (after !== before)
      this.assertRecorded(after, known, { step, ambiguous, acknowledged, mayHaveMissed, ended: ending.ended });
    if (["create", "update"].includes(step) && ending.ended === "done") assertFinished(after.outputs, inputs);
  }

  private assertRecorded(
    after: State,
    known: Recorded,
    { step, ambiguous, acknowledged, mayHaveMissed, ended }: Judged,
  ): void {
    const { __provider, ...outputs } = after.outputs;
    assert.equal(typeof __provider, after.host === "plugin" ? "undefined" : "string");
    assertSound(outputs);
    assert.ok(!JSON.stringify(after).includes(this.token), "no credential is in the state");
    const { requestTime, outcome } = outputs;
    const isSettled = settled.includes(String(outcome));
    if (known.requestTime !== undefined) assert.equal(requestTime, known.requestTime, "an acknowledgement stays");
    else if (typeof requestTime === "string" || !mayHaveMissed)
      assert.equal(
        typeof requestTime === "string",
        acknowledged > 0,
        "what is recorded as acknowledged was acknowledged",
      );
    if (known.outcome !== undefined) assert.equal(outcome, known.outcome, "what is settled stays so");
    if (isSettled) assert.equal(outcome, this.truth().outcome, "the outcome is the service's");
    assert.equal(typeof outputs["settleTime"] === "string", isSettled);
    if (outcome === "cancelling") assert.equal(typeof requestTime, "string");
    if (step === "create" && ended === "partial") {
      assert.ok(ambiguous > 0 || acknowledged > 0 || isSettled, "a partial creation has something to keep");
    }
    this.tally.count(`recorded ${String(outcome)}`);
    this.promises.set(after.resource, {
      ...(typeof requestTime === "string" && { requestTime }),
      ...(isSettled && { outcome: String(outcome) }),
    });
  }
}

interface Recorded {
  readonly requestTime?: string;
  readonly outcome?: string;
}

/** Asserts that the recorded outcome satisfies the arguments, by a rule that is independent of the provider's code. */
function assertFinished(outputs: Readonly<Record<string, unknown>>, inputs: Readonly<Record<string, unknown>>): void {
  if (inputs["cancelOn"] === "delete") return;
  const outcome = String(outputs["outcome"]);
  const expect = (inputs["expect"] as readonly string[] | undefined) ?? settled;
  const isAccepted = outcome === "cancelling" && inputs["waitFor"] === "accepted";
  assert.ok(isAccepted || expect.includes(outcome), `what is ${outcome} is not finished`);
}

/** Removes faults that a refresh retries for a minute. */
function withoutLongWaits(faults: Faults): Faults {
  const waits = faults.get.at(-1) !== undefined && faultAt(faults.get, true, Infinity)?.tells === "retried";
  return { ...faults, refused: false, persists: faults.persists && !waits };
}
