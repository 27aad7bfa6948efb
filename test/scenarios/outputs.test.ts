import assert from "node:assert/strict";
import { onEachEngine } from "./onEachEngine";
import { changes } from "./world";

const requestProgram = (operation: string) => `
  const request = new CancellationRequest("request", { operation: "${operation}", waitFor: "accepted" });
  exports.outcome = request.outcome;
  exports.error = request.error;
  exports.response = request.response;
  exports.settleTime = request.settleTime;
`;

onEachEngine("outputs without a value", (scenario) => {
  scenario("are null in the stack's outputs, known in each preview, and cause no warning", async (world) => {
    world.program(requestProgram(world.emulator.add({ onCancel: "ignore" })));
    const created = await world.up();
    assert.doesNotMatch(created.output, /warning|undefined/i);
    assert.deepEqual(await world.stack.outputs(), {
      outcome: "cancelling",
      error: null,
      response: null,
      settleTime: null,
    });

    const preview = await world.preview();
    assert.doesNotMatch(preview.output, /unknown|computed|warning/i);
    assert.deepEqual(changes(preview), []);
    const { output, ...again } = await world.up();
    assert.doesNotMatch(output, /warning|undefined/i);
    assert.deepEqual(changes({ output, ...again }), []);
  });

  scenario("stay null in a refresh, and get their values when the operation ends", async (world) => {
    const operation = world.emulator.add({ onCancel: "ignore", response: { count: 1 } });
    world.program(requestProgram(operation));
    await world.up();
    const before = await world.outputs();
    assert.equal(before["done"], null, "nothing has read the operation");
    await world.refresh();
    assert.deepEqual(await world.outputs(), { ...before, done: false });
    assert.deepEqual(changes(await world.preview()), []);

    world.emulator.settle(operation, "succeeded");
    await world.refresh();
    await world.up();
    const { outcome, error, settleTime } = await world.stack.outputs();
    assert.deepEqual([outcome, error, typeof settleTime], ["succeeded", null, "string"]);
  });

  scenario("are null after a creation that failed half-way", async (world) => {
    const operation = world.emulator.add({ onCancel: "ignore" });
    world.request({ operation }, { customTimeouts: { create: "1s" } });
    await world.upFails(/still running/);
    const { outcome, error, settleTime } = await world.outputs();
    assert.deepEqual({ outcome, error, settleTime }, { outcome: "cancelling", error: null, settleTime: null });
    await world.preview();
  });

  scenario("are null in a request that the program reads with get", async (world) => {
    const operation = world.emulator.add();
    world.program(`
      const found = CancellationRequest.get("found", "//cloudchannel.googleapis.com/${operation}");
      exports.settleTime = found.settleTime;
      exports.outcome = found.outcome;
    `);
    assert.doesNotMatch((await world.up()).output, /warning|undefined/i);
    assert.deepEqual(await world.stack.outputs(), { settleTime: null, outcome: "running" });
    assert.doesNotMatch((await world.preview()).output, /unknown|computed/i);
  });

  scenario("are null in a sweep, also as a secret", async (world) => {
    const operation = world.emulator.add();
    world.program(`
      const sweep = new CancellationSweep("sweep", { names: ["${operation}"], cancelOn: "create" });
      exports.incomplete = sweep.incomplete;
      exports.unreported = sweep.unreported;
      exports.acknowledged = sweep.acknowledged;
    `);
    assert.doesNotMatch((await world.up()).output, /warning|undefined/i);
    assert.deepEqual(await world.stack.outputs(), {
      incomplete: null,
      unreported: null,
      acknowledged: { secret: true, value: null },
    });
    const preview = await world.preview();
    assert.doesNotMatch(preview.output, /unknown|computed/i);
    await world.refresh();
    assert.deepEqual(changes(await world.up()), []);
    await world.destroy();
  });
});
