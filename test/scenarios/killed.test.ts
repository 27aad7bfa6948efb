import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import type { CallMethod } from "../../provider/emulator";
import { describeOnCli, describeOnEachEngine, type Engine, type Result, skipIf } from "../engines";
import { dynamicProvider, type Host, hosts } from "./hosts";
import { findProcess, processesIn, signal, unfindable } from "./processes";
import { changes, World } from "./world";

/** Longer than any test. */
const forever = 3_600_000;

/** The time from an operation's cancel to its outcome, in milliseconds of the emulator's clock, which tests move. */
const settleAfter = 600_000;

/** A world whose deployments can be killed. */
class KillableWorld {
  static async open(engine: Engine, host: Host): Promise<KillableWorld> {
    const clock = { ahead: 0 };
    const onAnswer: (() => void)[] = [];
    const options = {
      now: () => Date.now() + clock.ahead,
      onCall: () => {
        for (const look of onAnswer) look();
      },
    };
    const world = await World.open(engine, options, host);
    return new KillableWorld(world, clock, onAnswer);
  }

  readonly operation: string;
  private readonly ends: (() => Promise<void>)[] = [];

  private constructor(
    readonly world: World,
    private readonly clock: { ahead: number },
    private readonly onAnswer: (() => void)[],
  ) {
    this.operation = world.emulator.add({ settleAfter });
  }

  /** Moves the emulator's clock, so a cancelled operation is settled from now on. */
  passTime(): void {
    this.clock.ahead += settleAfter;
  }

  /** Resolves when this many calls of the method have a response. */
  answered(method: CallMethod, count: number): Promise<void> {
    return new Promise((resolve) => {
      this.onAnswer.push(() => {
        const { length } = this.world.emulator.calls.all({ method }).filter(({ status }) => status !== undefined);
        if (length >= count) resolve();
      });
    });
  }

  /** Returns the number of cancels that the service carried out, with or without a response. */
  cancels(): number {
    return this.world.cancels(this.operation);
  }

  /** Suspends a process. */
  freeze(victim: Victim): void {
    signal(findProcess(this.world.project.directory, victim).pid, "SIGSTOP");
  }

  /** Kills a process of a deployment, and every process that outlives the engine. Returns when all have ended. */
  async kill(victim: Victim): Promise<void> {
    const { directory, host } = this.world.project;
    signal(findProcess(directory, victim).pid, "SIGKILL");
    if (victim === "host") return;
    // The plugin ends with its engine.
    if (host === dynamicProvider) assert.doesNotThrow(() => findProcess(directory, "host"), "it outlives its engine");
    for (let left = processesIn(directory); left.length > 0; left = processesIn(directory)) {
      for (const { pid } of left) signal(pid, "SIGKILL");
      await turn();
    }
  }

  atTheEnd(action: () => Promise<void>): void {
    this.ends.push(action);
  }

  async close(): Promise<void> {
    for (const end of this.ends) await end();
    for (const { pid } of processesIn(this.world.project.directory)) signal(pid, "SIGKILL");
    await this.world.close();
  }
}

type Victim = "host" | "engine";

/** A moment of a deployment, which lasts until the test has killed a process. */
interface Moment {
  readonly title: string;
  /** Prepares the moment. */
  readonly hold: (killable: KillableWorld, victim: Victim) => Held | Promise<Held>;
}

interface Held {
  /** Resolves when the moment has come. */
  readonly come: Promise<unknown>;
  /** Ends the moment. */
  release(): void | Promise<void>;
}

const beforeTheCall: Moment = { title: "before the call", hold: holdCredentials };
const beforeItsAnswer: Moment = {
  title: "between the call and its response",
  hold: (killable) => holdAnswer(killable, "cancel", 1),
};
const whilePolling: Moment = { title: "during polling", hold: (killable) => holdAnswer(killable, "get", 2) };
const afterSettling: Moment = { title: "after settling", hold: holdResult };

/** Puts the credentials in a pipe. A process that reads them waits until the test writes to the pipe. */
async function holdCredentials(killable: KillableWorld): Promise<Held> {
  const { world } = killable;
  const pipe = join(world.project.directory, "credentials");
  execFileSync("mkfifo", [pipe]);
  await world.stack.setConfig("cancellation:accessToken", undefined);
  await world.stack.setConfig("cancellation:credentials", { value: pipe, secret: true });
  const writer = open(pipe, "w");
  // The test must finish opening the pipe even if it fails.
  killable.atTheEnd(async () => {
    await (await open(pipe, constants.O_RDONLY | constants.O_NONBLOCK)).close();
    await (await writer).close().catch(() => undefined);
  });
  return {
    come: writer,
    release: async () => {
      await (await writer).close();
      await world.stack.setConfig("cancellation:accessToken", { value: world.emulator.issueToken(), secret: true });
    },
  };
}

/** The service carries out the call at once, and holds back the response. */
function holdAnswer({ world: { emulator } }: KillableWorld, method: "cancel" | "get", call: number): Held {
  const fault = emulator.fault({ method, calls: call, delay: forever });
  return {
    come: emulator.calls.received({ method }, call),
    release: () => {
      fault.remove();
    },
  };
}

/** The service responds to the last read. The victim can't continue, because it was suspended before. */
function holdResult(killable: KillableWorld, victim: Victim): Held {
  const { emulator } = killable.world;
  const fault = emulator.fault({ method: "get", calls: 2, delay: 10 });
  const answered = killable.answered("get", 2);
  const come = async () => {
    await emulator.calls.received({ method: "get" }, 1);
    killable.passTime();
    await emulator.calls.received({ method: "get" }, 2);
    killable.freeze(victim); // nothing else runs before the delay is over
    await answered;
    assert.match(String(emulator.operation(killable.operation)?.outcome), /cancelled/);
  };
  return {
    come: come(),
    release: () => {
      fault.remove();
    },
  };
}

/** Runs a deployment up to the moment, and kills it there. */
async function interrupt(
  killable: KillableWorld,
  moment: Moment,
  victim: Victim,
  step: () => Promise<Result>,
): Promise<void> {
  const held = await moment.hold(killable, victim);
  const run = step();
  const early = run.then(({ output }) => assert.fail(`it ended before it could be killed:\n${output}`));
  await Promise.race([held.come, early]);
  early.catch(() => undefined);
  await killable.kill(victim);
  assert.equal((await run).succeeded, false);
  await held.release();
}

const cases = (["host", "engine"] as const).flatMap((victim) => hosts.map((host) => ({ victim, host })));

for (const { victim, host } of cases) {
  const describeOn = victim === "host" ? describeOnEachEngine : describeOnCli;
  describeOn(`a deployment whose ${victim} is killed, in the ${host.name}`, (engine) => {
    let killable: KillableWorld;

    skipIf(() => unfindable);
    beforeEach(async () => {
      killable = await KillableWorld.open(engine, host);
    });
    afterEach(async () => {
      await killable.close();
    });

    /** An engine that was killed leaves a lock behind. */
    const unlock = async () => {
      if (victim === "engine") await killable.world.stack.cancel();
    };

    for (const moment of [beforeTheCall, beforeItsAnswer, whilePolling, afterSettling]) {
      it(`is completed by the next up when the kill comes ${moment.title}`, async () => {
        const { world, operation } = killable;
        world.request({ operation });
        await interrupt(killable, moment, victim, () => world.stack.up());
        await unlock();

        // The state has no acknowledgment, so the next up makes the call again.
        const carriedOut = moment === beforeTheCall ? 0 : 1;
        assert.equal(killable.cancels(), carriedOut);
        const up = world.up();
        await world.emulator.calls.received({ method: "cancel" }, carriedOut + 1);
        killable.passTime();
        assert.deepEqual(changes(await up), ["create"]);

        const { requestTime, settleTime, ...outputs } = await world.outputs();
        assert.deepEqual(outputs, {
          operation,
          outcome: "cancelled",
          done: true,
          error: { code: 1, status: "CANCELLED", message: "The operation was cancelled.", details: [] },
          metadata: null,
          response: null,
          operationType: null,
          unreported: null,
          endpoint: world.emulator.endpoint,
        });
        assert.ok(Date.parse(String(requestTime)) <= Date.parse(String(settleTime)));
        assert.equal(world.emulator.operation(operation)?.outcome, "cancelled");
        assert.equal(killable.cancels(), carriedOut + 1);
        assert.deepEqual(changes(await world.up()), []);
        world.expectNoSecretShown();
      });
    }

    it("never repeats an acknowledged cancel when the kill comes during a resumed wait", async () => {
      const { world, operation } = killable;
      world.request({ operation }, { customTimeouts: { create: "1s" } });
      await world.upFails(/still running 1s after/);
      const reads = world.emulator.calls.count("get");
      const resuming: Moment = { title: "", hold: () => holdAnswer(killable, "get", reads + 1) };
      await interrupt(killable, resuming, victim, () => world.stack.up());
      await unlock();

      killable.passTime();
      assert.deepEqual(changes(await world.up()), ["update"]);
      assert.equal(await world.outcome(), "cancelled");
      assert.equal(killable.cancels(), 1);
      world.expectNoSecretShown();
    });

    for (const moment of [beforeItsAnswer, whilePolling]) {
      it(`is completed by the next destroy when the kill comes ${moment.title} in a delete`, async () => {
        const { world, operation } = killable;
        world.request({ operation, cancelOn: "delete" });
        await world.up();
        world.emulator.calls.clear();
        await interrupt(killable, moment, victim, () => world.stack.destroy());
        await unlock();
        assert.equal((await world.outputs())["operation"], operation, "the resource stays");

        const carriedOut = killable.cancels();
        const destroy = world.destroy();
        await world.emulator.calls.received({ method: "cancel" }, carriedOut + 1);
        killable.passTime();
        assert.deepEqual(changes(await destroy), ["delete"]);
        assert.equal(await world.state(), undefined);
        assert.equal(world.emulator.operation(operation)?.outcome, "cancelled");
        assert.equal(killable.cancels(), carriedOut + 1);
        world.expectNoSecretShown();
      });
    }
  });
}
