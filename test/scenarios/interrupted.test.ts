import assert from "node:assert/strict";
import { describeOnCli, skipIf } from "../engines";
import { findProcess, signal, unfindable } from "./processes";
import { changes, failed, World } from "./world";

describeOnCli("a deployment that is interrupted (Ctrl-C)", (engine) => {
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

  /** As a terminal does: whoever is in the engine's group of processes gets the signal too. */
  const interrupt = async () => {
    const { directory } = world.project;
    const [deployment, host] = [findProcess(directory, "engine"), findProcess(directory, "host")];
    assert.notEqual(host.group, deployment.group, "the host is not in the terminal's group");
    signal(deployment.pid, "SIGINT");
    await world.printed(/\^C received/);
  };

  it("lets the wait come to its end, keeps what it came to, and begins nothing else", async () => {
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

  it("waits no longer than the time-out, and the next up goes on without a second call", async () => {
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
