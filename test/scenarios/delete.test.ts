import assert from "node:assert/strict";
import { onEachEngine } from "./onEachEngine";
import { changes, failed } from "./world";

onEachEngine("a request that cancels when it is deleted", (scenario) => {
  scenario("only watches its operation until it is destroyed, and then cancels it", async (world) => {
    const operation = world.emulator.add({ settleAfter: 300 });
    world.request({ operation, cancelOn: "delete" });
    await world.up();
    assert.equal(await world.outcome(), "running");
    await world.refresh();
    assert.deepEqual(changes(await world.up()), []);
    assert.equal(world.cancels(), 0);

    assert.deepEqual(changes(await world.destroy()), ["delete"]);
    assert.equal(world.cancels(operation), 1);
    assert.equal(world.emulator.operation(operation)?.outcome, "cancelled");
  });

  scenario("cancels its operation when it is removed from the program", async (world) => {
    const operation = world.emulator.add();
    world.request({ operation, cancelOn: "delete" });
    await world.up();
    world.program("");
    assert.deepEqual(changes(await world.up()), ["delete"]);
    assert.equal(world.cancels(operation), 1);
  });

  scenario("cancels its operation when it is renamed, unless it has an alias", async (world) => {
    const operation = world.emulator.add({ onCancel: "ignore" });
    const program = (name: string, options: string) => {
      world.program(
        `new CancellationRequest("${name}", { operation: "${operation}", cancelOn: "delete", waitFor: "accepted" }, ${options});`,
      );
    };
    program("old", "{}");
    await world.up();
    program("new", '{ aliases: [{ name: "old" }] }');
    assert.deepEqual(changes(await world.up()), []);
    assert.equal(world.cancels(), 0);
    program("newer", "{}");
    assert.deepEqual(new Set(changes(await world.up())), new Set(["create", "delete"]));
    assert.equal(world.cancels(), 1);
  });

  scenario("cancels the old operation when it is replaced", async (world) => {
    const [first, second] = [world.emulator.add(), world.emulator.add()];
    world.request({ operation: first, cancelOn: "delete" });
    await world.up();
    world.request({ operation: second, cancelOn: "delete" });
    await world.up();
    assert.deepEqual([world.cancels(first), world.cancels(second)], [1, 0]);
  });

  scenario("makes no call when it is deleted with retainOnDelete", async (world) => {
    const operation = world.emulator.add();
    world.request({ operation, cancelOn: "delete" }, { retainOnDelete: true });
    await world.up();
    await world.destroy();
    assert.equal(world.cancels(), 0);
  });

  scenario("makes no call when it is destroyed after it cancelled on creation", async (world) => {
    const operation = world.emulator.add();
    world.request({ operation });
    await world.up();
    const calls = world.emulator.calls.count();
    await world.destroy();
    assert.equal(world.emulator.calls.count(), calls);
  });

  scenario("can't be created for a missing operation, unless notFound is expected", async (world) => {
    world.request({ operation: "operations/typo", cancelOn: "delete" });
    await world.upFails(/operations\/typo isn't known to cloudchannel\.googleapis\.com/);
    assert.equal(await world.state(), undefined);
    world.request({ operation: "operations/typo", cancelOn: "delete", expect: ["cancelled", "notFound"] });
    await world.up();
    await world.destroy();
  });

  scenario("is destroyed without an error when its operation no longer exists", async (world) => {
    const operation = world.emulator.add();
    world.request({ operation, cancelOn: "delete" });
    await world.up();
    world.emulator.expire(operation);
    await world.destroy();
    assert.equal(await world.state(), undefined);
  });

  scenario("stays in the state when its operation has an unexpected outcome", async (world) => {
    const operation = world.emulator.add({ onCancel: "complete" });
    world.request({ operation, cancelOn: "delete", expect: ["cancelled"] });
    await world.up();
    failed(await world.stack.destroy(), /The outcome is succeeded.*retainOnDelete/s);
    assert.ok(await world.state());

    world.request({ operation, cancelOn: "delete", expect: ["cancelled", "succeeded"] });
    await world.up();
    await world.destroy();
    assert.equal(await world.state(), undefined);
  });

  scenario("stays in the state when its time limit is over, until the next destroy", async (world) => {
    const operation = world.emulator.add({ onCancel: "ignore" });
    world.request({ operation, cancelOn: "delete" }, { customTimeouts: { delete: "1s" } });
    await world.up();
    failed(await world.stack.destroy(), /still running 1s after/);
    assert.ok(await world.state());
    world.emulator.settle(operation, "cancelled");
    await world.destroy();
  });

  scenario('is destroyed when the server accepts the cancel with waitFor: "accepted"', async (world) => {
    const operation = world.emulator.add({ onCancel: "ignore" });
    world.request({ operation, cancelOn: "delete", waitFor: "accepted" });
    await world.up();
    await world.destroy();
    assert.equal(world.cancels(), 1);
    assert.equal(world.emulator.calls.count("get"), 1);
  });

  scenario("cancels its operation at once when it is changed to cancel on creation", async (world) => {
    const operation = world.emulator.add();
    world.request({ operation, cancelOn: "delete" });
    await world.up();
    world.request({ operation });
    assert.deepEqual(changes(await world.up()), ["update"]);
    assert.equal(await world.outcome(), "cancelled");
    assert.equal(world.cancels(), 1);
  });
});
