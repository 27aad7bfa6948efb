import assert from "node:assert/strict";
import { onEachEngine } from "./onEachEngine";
import { changes, failed } from "./world";

onEachEngine("a request that cancels when it is deleted", (scenario) => {
  scenario("only watches until it is destroyed", async (world) => {
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

  scenario("cancels when it is removed from the program", async (world) => {
    const operation = world.emulator.add();
    world.request({ operation, cancelOn: "delete" });
    await world.up();
    world.program("");
    assert.deepEqual(changes(await world.up()), ["delete"]);
    assert.equal(world.cancels(operation), 1);
  });

  scenario("cancels when it is renamed without an alias, and not with one", async (world) => {
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

  scenario("makes no call when it is retained", async (world) => {
    const operation = world.emulator.add();
    world.request({ operation, cancelOn: "delete" }, { retainOnDelete: true });
    await world.up();
    await world.destroy();
    assert.equal(world.cancels(), 0);
  });

  scenario("makes no call when a request that cancelled on creation is destroyed", async (world) => {
    const operation = world.emulator.add();
    world.request({ operation });
    await world.up();
    const calls = world.emulator.calls.count();
    await world.destroy();
    assert.equal(world.emulator.calls.count(), calls);
  });

  scenario("fails to be created for an operation that does not exist, unless that is expected", async (world) => {
    world.request({ operation: "operations/typo", cancelOn: "delete" });
    await world.upFails(/operations\/typo is not known to cloudchannel\.googleapis\.com/);
    assert.equal(await world.state(), undefined);
    world.request({ operation: "operations/typo", cancelOn: "delete", expect: ["cancelled", "notFound"] });
    await world.up();
    await world.destroy();
  });

  scenario("takes an operation that is gone for done with", async (world) => {
    const operation = world.emulator.add();
    world.request({ operation, cancelOn: "delete" });
    await world.up();
    world.emulator.expire(operation);
    await world.destroy();
    assert.equal(await world.state(), undefined);
  });

  scenario("stays when its operation ends otherwise than expected, to be destroyed again", async (world) => {
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

  scenario("stays when the time is up, and is destroyed the next time", async (world) => {
    const operation = world.emulator.add({ onCancel: "ignore" });
    world.request({ operation, cancelOn: "delete" }, { customTimeouts: { delete: "1s" } });
    await world.up();
    failed(await world.stack.destroy(), /still running 1s after/);
    assert.ok(await world.state());
    world.emulator.settle(operation, "cancelled");
    await world.destroy();
  });

  scenario("is destroyed on the server's word where that is enough", async (world) => {
    const operation = world.emulator.add({ onCancel: "ignore" });
    world.request({ operation, cancelOn: "delete", waitFor: "accepted" });
    await world.up();
    await world.destroy();
    assert.equal(world.cancels(), 1);
    assert.equal(world.emulator.calls.count("get"), 1);
  });

  scenario("makes the call at once when it is changed to cancel on creation", async (world) => {
    const operation = world.emulator.add();
    world.request({ operation, cancelOn: "delete" });
    await world.up();
    world.request({ operation });
    assert.deepEqual(changes(await world.up()), ["update"]);
    assert.equal(await world.outcome(), "cancelled");
    assert.equal(world.cancels(), 1);
  });
});
