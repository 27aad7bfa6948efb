import assert from "node:assert/strict";
import { dynamicProvider } from "./hosts";
import { onEachEngine } from "./onEachEngine";
import { changes, failed } from "./world";

onEachEngine("the wait for a cancelled operation", (scenario) => {
  scenario('ends when the server accepts the cancel with waitFor: "accepted"', async (world) => {
    const operation = world.emulator.add({ onCancel: "ignore" });
    world.request({ operation, waitFor: "accepted" });
    await world.up();
    assert.equal(await world.outcome(), "cancelling");
    assert.deepEqual(changes(await world.up()), [], "a request that was accepted is what was asked for");

    await world.refresh();
    assert.equal(await world.outcome(), "cancelling");
    world.emulator.settle(operation, "cancelled");
    await world.refresh();
    assert.equal(await world.outcome(), "cancelled");
    assert.equal(world.cancels(), 1);
  });

  scenario("fails the next up when a refresh finds an unexpected outcome", async (world) => {
    const operation = world.emulator.add({ onCancel: "ignore" });
    world.request({ operation, waitFor: "accepted", expect: ["cancelled"] });
    await world.up();
    world.emulator.settle(operation, "succeeded");
    await world.refresh();
    assert.deepEqual(changes(await world.preview()), ["update"]);
    await world.upFails(/completed.*The outcome is succeeded/s);
    assert.equal(await world.outcome(), "succeeded");
    assert.equal(world.cancels(), 1);
  });

  scenario("keeps the request at the time limit, and resumes without a second cancel", async (world) => {
    const operation = world.emulator.add({ onCancel: "ignore" });
    world.request({ operation }, { customTimeouts: { create: "1s" } });
    await world.upFails(/still running 1s after/);
    const state = await world.state();
    assert.equal(state?.outputs["outcome"], "cancelling");
    // The dynamic provider needs it to refresh and to delete the resource.
    assert.equal("__provider" in state.outputs, world.project.host === dynamicProvider);
    assert.equal(state.initErrors?.length, 1);

    world.emulator.settle(operation, "cancelled");
    assert.deepEqual(changes(await world.up()), ["update"]);
    assert.equal(await world.outcome(), "cancelled");
    assert.equal(world.cancels(), 1);
    assert.deepEqual(changes(await world.up()), []);
  });

  scenario("resumes in the next up after a refresh, without a second cancel", async (world) => {
    const operation = world.emulator.add({ onCancel: "ignore" });
    world.request({ operation }, { customTimeouts: { create: "1s", update: "1s" } });
    await world.upFails(/still running/);
    await world.refresh();
    assert.equal((await world.state())?.initErrors?.length ?? 0, 0, "the refresh cleared the error");

    assert.deepEqual(changes(await world.preview()), ["update"], "an unfinished cancel must not turn green");
    await world.upFails(/still running/);
    world.emulator.settle(operation, "succeeded");
    await world.up();
    assert.equal(await world.outcome(), "succeeded");
    assert.equal(world.cancels(), 1);
  });

  scenario("leaves a request that can be destroyed when the time limit is over", async (world) => {
    const operation = world.emulator.add({ onCancel: "ignore" });
    world.request({ operation }, { customTimeouts: { create: "1s" } });
    await world.upFails(/still running/);
    await world.destroy();
    assert.equal(await world.state(), undefined);
    assert.equal(world.cancels(), 1);
  });

  for (const refreshed of [false, true]) {
    scenario(
      `repeats a cancel that wasn't acknowledged in the next up${refreshed ? ", also after a refresh" : ""}`,
      async (world) => {
        const operation = world.emulator.add();
        const down = world.emulator.fault({ method: "cancel", then: { status: 503 } });
        world.request({ operation }, { customTimeouts: { create: "1s" } });
        await world.upFails(/UNAVAILABLE.*isn't known/s);
        assert.equal(await world.outcome(), "running");
        assert.equal((await world.outputs())["requestTime"], null);
        const before = world.cancels();
        assert.ok(before >= 1);

        down.remove();
        if (refreshed) await world.refresh();
        assert.deepEqual(changes(await world.up()), ["update"]);
        assert.equal(await world.outcome(), "cancelled");
        assert.equal(world.cancels(), before + 1);
      },
    );
  }

  scenario("repeats no cancel whose response was lost when the operation is already done", async (world) => {
    const operation = world.emulator.add();
    world.emulator.fault({ method: "cancel", calls: 1, then: "lostAnswer" });
    world.emulator.fault({ method: "cancel", calls: { from: 2 }, then: { status: 503 } });
    world.request({ operation }, { customTimeouts: { create: "1s" } });
    await world.upFails(/isn't known/);
    const before = world.cancels();
    await world.up();
    assert.equal(await world.outcome(), "cancelled");
    assert.equal(world.cancels(), before);
  });

  scenario("fails for an unexpected outcome, records it, and names the possible remedies", async (world) => {
    const operation = world.emulator.add({ onCancel: "complete" });
    world.request({ operation, expect: ["cancelled"] });
    await world.upFails(/add "succeeded" to `expect`.*remove it from the program.*pulumi state delete/s);
    assert.equal(await world.outcome(), "succeeded");
    const calls = world.emulator.calls.count();
    await world.upFails(/The outcome is succeeded/);
    assert.equal(world.emulator.calls.count(), calls, "a settled operation is not asked about again");

    world.request({ operation, expect: ["cancelled", "succeeded"] });
    assert.deepEqual(changes(await world.up()), ["update"]);
    assert.equal(world.emulator.calls.count(), calls);
    assert.deepEqual(changes(await world.up()), []);
  });

  scenario("fails for an unexpected outcome again after a refresh", async (world) => {
    const operation = world.emulator.add({ onCancel: "complete" });
    world.request({ operation, expect: ["cancelled"] });
    await world.upFails(/The outcome is succeeded/);
    await world.refresh();
    assert.deepEqual(changes(await world.preview()), ["update"]);
    await world.upFails(/The outcome is succeeded/);
    assert.equal(world.cancels(), 1);
  });

  scenario("succeeds for an expected outcome", async (world) => {
    const operation = world.emulator.add();
    world.request({ operation, expect: ["cancelled"] });
    await world.up();
    assert.equal(await world.outcome(), "cancelled");
    await world.refresh();
    assert.deepEqual(changes(await world.up()), []);
  });

  scenario("keeps the outcome of an operation that expired after it settled", async (world) => {
    const operation = world.emulator.add();
    world.request({ operation });
    await world.up();
    const before = await world.outputs();
    world.emulator.expire(operation);
    await world.refresh();
    assert.deepEqual(await world.outputs(), before);
    assert.deepEqual(changes(await world.up()), []);
  });

  scenario("ends with the outcome notFound when the operation expires before its outcome is read", async (world) => {
    const operation = world.emulator.add({ onCancel: "ignore" });
    world.request({ operation, waitFor: "accepted" });
    await world.up();
    world.emulator.expire(operation);
    await world.refresh();
    assert.equal(await world.outcome(), "notFound");
    await world.upFails(/isn't known to the service/);
    assert.ok(await world.state(), "an acknowledged cancel is never lost");
    assert.equal(world.cancels(), 1);
  });

  scenario("leaves the state unchanged when a refresh can't read the operation", async (world) => {
    const operation = world.emulator.add({ onCancel: "ignore" });
    world.request({ operation, waitFor: "accepted" });
    await world.up();
    const before = await world.outputs();
    const denied = world.emulator.fault({ method: "get", then: { status: 403 } });
    failed(await world.stack.refresh(), /PERMISSION_DENIED/);
    assert.deepEqual(await world.outputs(), before);
    denied.remove();
    await world.refresh();
  });

  scenario("never loses an acknowledged cancel to a failing read", async (world) => {
    const operation = world.emulator.add({ onCancel: "ignore" });
    const denied = world.emulator.fault({ method: "get", then: { status: 403 } });
    world.request({ operation });
    await world.upFails(/PERMISSION_DENIED/);
    assert.equal(await world.outcome(), "cancelling");
    denied.remove();
    world.emulator.settle(operation, "cancelled");
    await world.up();
    assert.equal(await world.outcome(), "cancelled");
    assert.equal(world.cancels(), 1);
  });
});
