import assert from "node:assert/strict";
import { limits } from "../../provider/resources/sweep/summary";
import type { Ending } from "../reliability/resource";
import { Stack } from "./engine";
import { type Course, type HostName, Hosts } from "./hosts";
import { Random } from "./random";
import { type End, type ModelOperation, ModelService, noFaults } from "./service";

type Properties = Record<string, unknown>;

/** The part of a sweep's state that a model judges. */
interface State extends Properties {
  readonly matched: number;
  readonly outcomes: Record<string, number>;
  readonly operations: { name: string; outcome: string }[];
  readonly requestTime?: string | null;
  readonly settleTime?: string | null;
  readonly acknowledged?: { name: string }[] | null;
}

/** How many operations the state of a history names. Few, so that every history has operations that it only counts. */
const named = 3;

/** How many `up`s without faults a history may need to end. */
const maxUps = 4;

const selections = [
  { all: true },
  { all: true, match: {} },
  { match: { name: "operations/a-*" } },
  { match: { name: "operations/*" } },
  { match: { name: "operations/{a,b}-*" } },
] as const;

/** One random history of a sweep, compared with the state of the service. */
export class SweepHistory {
  readonly trace: string[] = [];
  private readonly random: Random;
  private readonly service: ModelService;
  private readonly stack = new Stack();
  private endpoint = "";
  private host: HostName;
  private inputs: Properties = {};
  private selected: (operation: ModelOperation) => boolean = () => true;
  private step = 0;
  /** The operations that the last run must have cancelled before an `up` may be green. */
  private owed: readonly ModelOperation[] = [];

  constructor(
    readonly seed: number,
    private readonly course: Course,
  ) {
    this.random = new Random(seed);
    this.host = course === "both hosts" ? "dynamic provider" : course;
    this.service = new ModelService(this.random);
  }

  /** @throws when an invariant is violated */
  async run(): Promise<void> {
    this.endpoint = await this.service.begin();
    try {
      await this.play();
    } catch (error) {
      const { message } = error as Error;
      throw new Error(
        `${message}\nThe history of seed ${this.seed}:\n${this.trace.map((line) => `  ${line}`).join("\n")}`,
        {
          cause: error,
        },
      );
    } finally {
      await this.service.stop();
    }
  }

  private async play(): Promise<void> {
    const { random, service } = this;
    service.onCancel = (name) => {
      assert.ok(
        !this.recorded().has(name),
        `the cancel of ${name} is sent again, though its acknowledgement is recorded`,
      );
    };
    for (let count = random.below(10); count >= 0; count--) service.start();
    this.choose();
    for (let steps = 5 + random.below(7); steps > 0; steps--) {
      service.faults = random.chance(0.6) ? this.randomFaults() : noFaults;
      await this.randomStep();
      service.faults = noFaults;
    }
    await this.finish();
  }

  private get state(): State | undefined {
    return this.stack.current?.outputs as State | undefined;
  }

  private randomFaults() {
    const { random } = this;
    return {
      passing: random.pick([0, 0, 0.1, 0.3]),
      refusedListing: random.pick([0, 0, 0.1, 0.4]),
      refusedCancel: random.pick([0, 0, 0.2]),
      start: random.pick([0, 0, 0.1]),
      end: random.pick([0, 0.1]),
      delay: random.pick([0, 0, 0.1]),
    };
  }

  private async randomStep(): Promise<void> {
    const { random, service } = this;
    if (this.course === "both hosts" && random.chance(0.3)) this.move();
    const what = random.pick([
      "up",
      "up",
      "refresh",
      "refresh",
      "change",
      "change",
      "start",
      "end",
      "expire",
      "destroy",
      ...(this.course === "dynamic provider" ? [] : (["preview"] as const)),
    ] as const);
    switch (what) {
      case "up":
        return this.up();
      case "refresh":
        return this.refresh();
      case "change":
        this.choose();
        return this.up();
      case "start":
        for (let count = random.below(4); count >= 0; count--) service.start();
        return;
      case "end":
        for (let count = random.below(6); count >= 0; count--) service.endOne();
        return;
      case "expire":
        for (let count = random.below(3); count >= 0; count--) service.expireOne();
        return;
      case "destroy":
        return this.destroy();
      case "preview":
        return this.preview();
    }
  }

  private move(): void {
    this.host = this.host === "plugin" ? "dynamic provider" : "plugin";
    this.note(`move to the ${this.host}`, "");
  }

  /** Chooses new arguments, and keeps some of the old ones. */
  private choose(): void {
    const { random } = this;
    const names = [...this.service.operations.keys()];
    const selection: Properties = random.chance(0.2)
      ? { names: random.shuffled(names).slice(0, 1 + random.below(names.length)) }
      : random.pick(selections);
    const keepsSelection = Object.keys(this.inputs).length > 0 && random.chance(0.3);
    const kept = keepsSelection ? pickSelection(this.inputs) : selection;
    this.inputs = {
      ...kept,
      cancelOn: random.chance(0.65) ? "create" : "delete",
      waitFor: random.chance(0.5) ? "settled" : "accepted",
      concurrency: random.pick([1, 3]),
      customTimeouts: { create: "150ms", update: "150ms", delete: "150ms" },
      ...(random.chance(0.1) ? { limit: 2 } : {}),
      ...(random.chance(0.3) ? { expect: ["cancelled", "succeeded", "failed", "notFound"] } : {}),
    };
    this.selected = selectorOf(this.inputs);
  }

  private async up(): Promise<void> {
    const { service, stack } = this;
    const before = stack.current;
    const acknowledged = this.acknowledgedByService();
    const calls = service.calls;
    if (await stack.isUpToDate(this.newHosts(), this.host, this.inputs)) {
      await this.deploy("unchanged up", (hosts) => stack.up(hosts, this.host, this.inputs));
      assert.equal(service.calls, calls, "an unchanged up makes no call");
      if (this.inputs["cancelOn"] === "create") this.assertNoneIsLeft("an unchanged up");
      return;
    }
    const done = await this.deploy("up", (hosts) => stack.up(hosts, this.host, this.inputs));
    if (this.state === undefined) {
      const lost = [...this.acknowledgedByService()].filter((name) => !acknowledged.has(name));
      assert.deepEqual(lost, [], "acknowledged cancels are without a resource");
    }
    // A failed run that recorded nothing leaves the resource unchanged and owes nothing.
    const recorded = stack.current !== before;
    if (recorded && service.calls > calls) this.owed = this.inputs["cancelOn"] === "create" ? service.shown : [];
    if (done && this.inputs["cancelOn"] === "create") this.assertNoneIsLeft("a green up");
    if (done && service.calls > calls && this.inputs["waitFor"] === "settled") {
      const unsettled = this.owed.filter((one) => this.isRunning(one) && this.selected(one));
      assert.deepEqual(names(unsettled), [], "a green up that waits leaves operations that run");
    }
  }

  private assertNoneIsLeft(what: string, selected = this.selected): void {
    const left = this.owed.filter((one) => this.isRunning(one) && selected(one) && !one.cancelled);
    assert.deepEqual(names(left), [], `${what} leaves operations that run and were not asked to cancel`);
  }

  /** Previews an `up`. A preview fails nothing, and cancels nothing. */
  private async preview(): Promise<void> {
    const cancels = this.cancels();
    assert.ok(await this.deploy("preview", (hosts) => this.stack.preview(hosts, this.host, this.inputs)));
    assert.deepEqual(this.cancels(), cancels, "a preview cancels nothing");
  }

  private async refresh(): Promise<void> {
    await this.deploy("refresh", (hosts) => this.stack.refresh(hosts));
  }

  private async destroy(): Promise<void> {
    const { state } = this;
    if (state === undefined) return;
    const done = await this.deploy("destroy", (hosts) => this.stack.destroy(hosts));
    if (!done) assert.equal(this.state, state, "a failed destroy leaves the state as it was");
    else if (state["cancelOn"] === "delete") {
      this.owed = this.service.shown;
      this.assertNoneIsLeft("a green destroy", selectorOf(state));
    }
    this.owed = [];
  }

  /** Ends the history. No more calls fail, and every cancelled operation ends. */
  private async finish(): Promise<void> {
    for (const operation of this.service.operations.values()) {
      if (operation.end === undefined && operation.onCancel === "ignore") operation.end = "cancelled";
    }
    const { limit, ...inputs } = this.inputs;
    this.note("finish", limit === undefined ? "" : "without the limit");
    // An operation that expires unobserved stays notFound, so a history can end only if `expect` allows notFound.
    const expect = ["cancelled", "succeeded", "failed", "notFound"];
    this.inputs = { ...inputs, expect, customTimeouts: { create: "30s", update: "30s", delete: "30s" } };
    let ups = 0;
    for (; ups < maxUps; ups++) {
      await this.up();
      if (await this.stack.isUpToDate(this.newHosts(), this.host, this.inputs)) break;
    }
    assert.ok(ups < maxUps, `the history has not ended after ${maxUps} ups without faults`);
  }

  /** Runs a deployment, which may be interrupted if the calls may fail. Returns whether it succeeded. */
  private async deploy(what: string, work: (hosts: Hosts) => Promise<Ending>): Promise<boolean> {
    const { random, service } = this;
    const hosts = this.newHosts();
    const isInterrupted = this.course !== "dynamic provider" && service.faults !== noFaults && random.chance(0.2);
    const last = service.calls + 1 + random.below(12);
    service.onCall = (calls) => {
      if (isInterrupted && calls === last) hosts.interrupt();
    };
    const { ended, message } = await work(hosts);
    service.onCall = () => undefined;
    const beginning = message.split("\n")[0] ?? "";
    this.note(
      isInterrupted ? `${what}, interrupted at a call` : what,
      ended === "done" ? ended : `failed: ${beginning}`,
    );
    if (this.state) this.check(this.state);
    return ended === "done";
  }

  private newHosts(): Hosts {
    return new Hosts("sweep", { endpoint: this.endpoint });
  }

  private check(state: State): void {
    const { operations } = this.service;
    const counts = Object.entries(state.outcomes);
    const sum = counts.reduce((total, [, count]) => total + count, 0);
    for (const [outcome, count] of counts) assert.ok(Number.isInteger(count) && count > 0, `${count} ${outcome}`);
    assert.equal(state.matched, sum, "matched is the sum of the counts");
    assert.ok(sum <= operations.size, `${sum} operations are counted, and there are ${operations.size}`);
    const acknowledged = this.acknowledgedByService();
    for (const name of recordedIn(state))
      assert.ok(acknowledged.has(name), `${name} is recorded as acknowledged, and was not`);
    const cancelling = state.outcomes["cancelling"] ?? 0;
    assert.ok(cancelling <= acknowledged.size, `${cancelling} cancelling, and ${acknowledged.size} were acknowledged`);
    assert.ok(state.operations.length <= named);
    for (const { name, outcome } of state.operations) {
      assert.ok((state.outcomes[outcome] ?? 0) > 0, `${name} is named as ${outcome}, which is not counted`);
      const { end } = operations.get(name) ?? {};
      if (isEnd(outcome)) assert.equal(outcome, end, `${name} is recorded as ${outcome}`);
    }
    for (const outcome of ["cancelled", "succeeded", "failed"] as const) {
      const ended = [...operations.values()].filter(({ end }) => end === outcome).length;
      const counted = state.outcomes[outcome] ?? 0;
      assert.ok(counted <= ended, `${counted} are counted as ${outcome}, and ${ended} are`);
    }
    if (!state.settleTime) return;
    const unsettled = ["running", "cancelling", "unsupported"].filter((outcome) => state.outcomes[outcome]);
    assert.deepEqual(unsettled, [], "settleTime is set while operations run");
  }

  /** Returns the operations whose cancel the state records as acknowledged. */
  private recorded(): ReadonlySet<string> {
    return this.state ? recordedIn(this.state) : new Set();
  }

  private acknowledgedByService(): ReadonlySet<string> {
    return new Set(names([...this.service.operations.values()].filter(({ acknowledged }) => acknowledged)));
  }

  /** Returns the operations whose cancel the service carried out. */
  private cancels(): string[] {
    return names([...this.service.operations.values()].filter(({ cancelled }) => cancelled));
  }

  private isRunning({ end, expired }: ModelOperation): boolean {
    return end === undefined && !expired;
  }

  private note(what: string, result: string): void {
    const { customTimeouts } = this.inputs;
    const inputs = Object.fromEntries(Object.entries(this.inputs).filter(([key]) => key !== "customTimeouts"));
    const state = this.state && {
      outcomes: this.state.outcomes,
      operations: this.state.operations.map(({ name, outcome }) => `${name.slice(11)} ${outcome}`).join(),
      incomplete: this.state["incomplete"],
      acknowledged: this.state.acknowledged?.map(({ name }) => name),
    };
    const service = [...this.service.operations.values()].map(
      ({ name, end, expired, acknowledged }) =>
        `${name.slice(11)} ${end ?? "runs"}${expired ? "!" : ""}${acknowledged ? "+" : ""}`,
    );
    this.trace.push(
      `${++this.step}. ${what} ${customTimeouts === undefined ? "" : JSON.stringify(inputs)} ${result}\n     state ${JSON.stringify(state)}\n     service ${service.join(", ")}`,
    );
  }
}

function recordedIn(state: State): ReadonlySet<string> {
  const cancelling = state.operations.filter(({ outcome }) => outcome === "cancelling");
  return new Set([...names(cancelling), ...names(state.acknowledged ?? [])]);
}

function names(list: readonly { name: string }[]): string[] {
  return list.map(({ name }) => name);
}

function isEnd(outcome: string): outcome is End {
  return ["cancelled", "succeeded", "failed"].includes(outcome);
}

function pickSelection(inputs: Properties): Properties {
  return Object.fromEntries(
    Object.entries(inputs).filter(([key]) => ["all", "match", "names", "filter"].includes(key)),
  );
}

function selectorOf(inputs: Properties): (operation: ModelOperation) => boolean {
  const { names: given, match } = inputs as { names?: string[]; match?: { name?: string } };
  if (given) return ({ name }) => given.includes(name);
  if (match?.name === "operations/a-*") return ({ name }) => name.startsWith("operations/a-");
  return () => true;
}

/** Runs `count` histories with seeds from `first`, several at a time. They wait for most of their time. */
export async function runHistories(course: Course, count: number, first: number): Promise<void> {
  let next = first;
  const worker = async () => {
    try {
      while (next < first + count) await new SweepHistory(next++, course).run();
    } catch (error) {
      next = Infinity;
      throw error;
    }
  };
  const before = limits.named;
  limits.named = named;
  try {
    await Promise.all(Array.from({ length: 32 }, worker));
  } finally {
    limits.named = before;
  }
}
