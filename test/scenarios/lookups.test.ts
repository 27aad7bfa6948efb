import assert from "node:assert/strict";
import { onEachEngine } from "./onEachEngine";
import { changes } from "./world";

onEachEngine("a lookup in a program", (scenario) => {
  scenario("shows in a preview what a sweep would cancel", async (world) => {
    world.emulator.add({ name: "operations/a", operationType: "RUN_REPORT_JOB" });
    world.emulator.add({ name: "operations/b", operationType: "RUN_REPORT_JOB", done: "succeeded" });
    world.emulator.add({ name: "operations/c" });
    world.program(`
      const match = { operationTypes: ["RUN_REPORT_JOB"] };
      exports.listed = listOperations({ match }).then((operations) => {
        const running = operations.filter(({ outcome }) => outcome === "running").map(({ name }) => name);
        console.log("would cancel: " + running.join());
        return running;
      });
      new CancellationSweep("sweep", { match, cancelOn: "create" });
    `);
    const preview = await world.preview();
    assert.match(preview.output, /would cancel: operations\/a\s/);
    assert.deepEqual(changes(preview), ["create"]);
    assert.equal(world.cancels(), 0);

    await world.up();
    assert.deepEqual((await world.stack.outputs())["listed"], ["operations/a"]);
    assert.deepEqual((await world.outputs("sweep"))["operations"], [{ name: "operations/a", outcome: "cancelled" }]);
  });

  scenario("reads an operation, also in a preview, and returns a value to the program", async (world) => {
    world.emulator.add({ name: "operations/a", operationType: "CREATE_ENTITLEMENT" });
    world.program(`
      exports.read = getOperation({ operation: "operations/a" }).then(({ id, outcome, operationType }) => {
        console.log("it is " + outcome);
        if (outcome === "running") new CancellationRequest("request", { operation: "operations/a" });
        return { id, outcome, operationType };
      });
    `);
    const preview = await world.preview();
    assert.match(preview.output, /it is running/);
    assert.deepEqual(changes(preview), ["create"]);
    await world.up();
    assert.deepEqual((await world.stack.outputs())["read"], {
      id: "//cloudchannel.googleapis.com/operations/a",
      outcome: "running",
      operationType: "CREATE_ENTITLEMENT",
    });
    assert.equal(await world.outcome(), "cancelled");
  });

  scenario("accepts outputs of resources, and waits until they are known", async (world) => {
    world.emulator.add({ name: "operations/a", operationType: "RUN_REPORT_JOB" });
    world.emulator.add({ name: "operations/b", operationType: "RUN_REPORT_JOB", done: "failed" });
    world.program(`
      const request = new CancellationRequest("request", { operation: "operations/a" });
      const { name } = getOperationOutput({ operation: request.outcome.apply(() => "operations/b") });
      const match = { operationTypes: [request.operationType] };
      exports.name = name;
      exports.outcomes = listOperationsOutput({ match }).apply((list) => list.map(({ outcome }) => outcome));
    `);
    await world.preview();
    assert.equal(world.emulator.calls.count(), 0, "nothing is known in the preview");
    await world.up();
    assert.deepEqual(await world.stack.outputs(), { name: "operations/b", outcomes: ["cancelled", "failed"] });
  });

  scenario("returns a secret when its argument is a secret", async (world) => {
    world.emulator.add({ name: "operations/a" });
    world.program(`
      exports.outcome = getOperationOutput({ operation: pulumi.secret("operations/a") }).outcome;
    `);
    await world.up();
    assert.deepEqual((await world.stack.outputs())["outcome"], { secret: true, value: "running" });
  });

  scenario("fails the program with every issue when its arguments are invalid", async (world) => {
    world.program(`exports.listed = listOperations({ collection: "x", limit: 0, names: [] });`);
    const result = await world.stack.preview();
    assert.equal(result.succeeded, false);
    for (const reason of [/- collection is "x", but must/, /- limit is 0, but must/, /- names isn't an argument/])
      assert.match(result.output, reason);
    assert.equal(world.emulator.calls.count(), 0);
  });

  scenario(
    "explains the error when the service can't list operations",
    async (world) => {
      world.program(`exports.listed = listOperations();`);
      const result = await world.stack.preview();
      assert.equal(result.succeeded, false);
      assert.match(result.output, /can't be listed, because the service returned UNIMPLEMENTED/);
    },
    { unimplemented: ["list"] },
  );
});
