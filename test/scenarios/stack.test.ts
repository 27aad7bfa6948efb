import assert from "node:assert/strict";
import { join } from "node:path";
import { type Emulator, startEmulator } from "../../provider/emulator";
import { describeOnEachEngine, type Stack } from "../engines";
import { changes, failed, succeeded } from "./world";

const repository = join(__dirname, "..", "..");

describeOnEachEngine("the repository as a stack", (engine) => {
  let emulator: Emulator;
  let stack: Stack;

  beforeEach(async () => {
    emulator = await startEmulator();
    stack = await engine.open({
      directory: repository,
      config: { "cancellation:endpoint": emulator.endpoint },
      // `npm run check:types` checks the program's types.
      environment: { PULUMI_NODEJS_TRANSPILE_ONLY: "true" },
    });
  });
  afterEach(async () => {
    await stack.dispose();
    await emulator.stop();
  });

  const configure = (key: string, value: unknown) =>
    stack.setConfig(`operation-cancellation:${key}`, typeof value === "string" ? value : JSON.stringify(value));

  it("cancels the operations that its config lists", async () => {
    const [first, second, third] = [emulator.add(), emulator.add({ onCancel: "complete" }), emulator.add()];
    await configure("operations", [first, { operation: second, expect: ["succeeded"] }]);
    succeeded(await stack.up());
    assert.deepEqual(await stack.outputs(), { outcomes: { [first]: "cancelled", [second]: "succeeded" } });

    await configure("operations", [second, third]);
    assert.deepEqual(new Set(changes(succeeded(await stack.up()))), new Set(["update", "create", "delete"]));
    assert.deepEqual(await stack.outputs(), { outcomes: { [second]: "succeeded", [third]: "cancelled" } });
    assert.equal(emulator.calls.count("cancel"), 3);
  });

  it("passes every argument, the timeouts and retainOnDelete to its resources", async () => {
    const operation = emulator.add({ operationType: "CREATE_ENTITLEMENT" });
    const kept = emulator.add({ operationType: "CHANGE_OFFER" });
    const customTimeouts = { create: "3m", delete: "4m" };
    await configure("operations", [
      { operation, cancelOn: "delete", waitFor: "settled", expect: ["cancelled"], customTimeouts },
    ]);
    const match = { operationTypes: ["CHANGE_OFFER"] };
    await configure("sweeps", {
      teardown: { match, limit: 5, concurrency: 2, customTimeouts, retainOnDelete: true },
      "clean-up": { names: [emulator.add()], cancelOn: "create" },
    });
    succeeded(await stack.up());
    assert.deepEqual(await stack.outputs(), {
      outcomes: { [operation]: "running" },
      sweeps: {
        teardown: { matched: 1, outcomes: { running: 1 } },
        "clean-up": { matched: 1, outcomes: { cancelled: 1 } },
      },
    });
    const { resources } = await stack.state();
    for (const name of [operation, "teardown"]) {
      const resource = resources.find(({ urn }) => urn.endsWith(`::${name}`));
      assert.deepEqual(resource?.inputs["customTimeouts"], customTimeouts, name);
    }
    succeeded(await stack.destroy());
    const outcomes = [operation, kept].map((name) => emulator.operation(name)?.outcome);
    assert.deepEqual(outcomes, ["cancelled", "running"]);
  });

  it("refuses an invalid config at once, with every entry and without a stack trace", async () => {
    const operation = emulator.add();
    await configure("operations", [
      operation,
      { operation: "operations//x", expect: ["canceled"], customTimeouts: { create: "soon" } },
      { expect: ["cancelled"] },
      5,
      { operation, waitFor: "accepted" },
    ]);
    await configure("sweeps", {
      everything: { limit: 5 },
      "clean-up": "all",
      kept: { all: true, retainOnDelete: "yes" },
    });
    await configure("operation", "operations/AbC");
    for (const run of [() => stack.preview(), () => stack.up()]) {
      const { output } = failed(await run(), /The stack's config isn't valid, so nothing was cancelled/);
      for (const issue of [
        /- operation isn't a key of this stack, which has operations and sweeps\. .*pulumi config rm operation\b/,
        /- operations\[1\]: operation .*empty segment/,
        /- operations\[1\]: expect\[0\] .*must be one of "cancelled"/,
        /- operations\[1\]: customTimeouts\.create .*must be a duration/,
        /- operations\[2\]: operation is required/,
        /- operations\[3\] must be an operation's name, or an object/,
        /- operations\[4\] has the same operation as operations\[0\]/,
        /- sweeps\.everything: all is required unless filter, match or names is set/,
        /- sweeps\.clean-up must be an object with the arguments of a CancellationSweep/,
        /- sweeps\.kept: retainOnDelete must be true or false/,
      ]) {
        assert.match(output, issue);
      }
      assert.doesNotMatch(output, /^\s+at /m);
      assert.doesNotMatch(output, /Calls go to/);
    }
    assert.equal(emulator.calls.count(), 0);
  });

  it("refuses keys that hold neither a list nor an object, and says how to set them", async () => {
    await configure("operations", "operations/AbC");
    await configure("sweeps", [{ all: true }]);
    const { output } = failed(
      await stack.preview(),
      /operations isn't a list.*pulumi config set --path 'operations\[0\]'/,
    );
    assert.match(output, /sweeps must be an object.*pulumi config set --path 'sweeps\.teardown\.match\.name'/);
  });

  it("shows a misspelled setting of the package without a stack trace", async () => {
    await configure("operations", ["operations/AbC"]);
    await stack.setConfig("cancellation:endpont", "x");
    const { output } = failed(await stack.preview(), /- cancellation:endpont .*cancellation:endpoint/);
    assert.doesNotMatch(output, /^\s+at /m);
  });

  it("warns if its config lists nothing", async () => {
    assert.match(succeeded(await stack.up()).output, /The config lists no operation and no sweep/);
  });
});
