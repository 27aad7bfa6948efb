import assert from "node:assert/strict";
import { describeOnCli, skipIf } from "../engines";
import { findProcess, signal, unfindable } from "./processes";
import { changes, failed, World } from "./world";

describeOnCli("a deployment that Ctrl-C interrupts, in the dynamic provider", (engine) => {
  let world: World;
  let operation: string;

  skipIf(() => unfindable);
  beforeEach(async () => {
    world = await World.open(engine);
    operation = world.emulator.add({ onCancel: "ignore" });
  });
  afterEach(async () => {
    await world.close();
  });

  /** Interrupts the engine. A terminal would also signal the other processes of the engine's group. */
  const interrupt = async () => {
    const { directory } = world.project;
    const [deployment, host] = [findProcess(directory, "engine"), findProcess(directory, "host")];
    assert.notEqual(host.group, deployment.group, "the host is not in the terminal's group");
    signal(deployment.pid, "SIGINT");
    await world.printed(/\^C received/);
  };

  it("completes the wait, records its outcome, and starts nothing else", async () => {
    const other = world.emulator.add();
    world.program(`
      const request = new CancellationRequest("request", { operation: "${operation}" });
      new CancellationRequest("other", { operation: "${other}" }, { dependsOn: request });
    `);
    const run = world.stack.up();
    await world.emulator.calls.received({ method: "get" });
    await interrupt();
    world.emulator.settle(operation, "cancelled");
    failed(await run, /cancel/);

    assert.equal(await world.outcome(), "cancelled");
    assert.equal(world.cancels(other), 0);
    assert.deepEqual(changes(await world.up()), ["create"], "there is no lock, and nothing to repair");
    assert.deepEqual([world.cancels(operation), world.cancels(other)], [1, 1]);
    world.expectNoSecretShown();
  });

  it("waits until the timeout at most, and the next up resumes without a second cancel", async () => {
    world.request({ operation }, { customTimeouts: { create: "5s" } });
    const run = world.stack.up();
    await world.emulator.calls.received({ method: "get" });
    await interrupt();
    failed(await run, /still running 5s after/);
    assert.equal(await world.outcome(), "cancelling");

    world.emulator.settle(operation, "cancelled");
    assert.deepEqual(changes(await world.up()), ["update"]);
    assert.equal(await world.outcome(), "cancelled");
    assert.equal(world.cancels(operation), 1);
    world.expectNoSecretShown();
  });
});
