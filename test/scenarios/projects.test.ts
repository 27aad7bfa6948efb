import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Emulator, startEmulator } from "../../provider/emulator";
import { describeOnEachEngine, type Result, type Stack } from "../engines";
import { typeOf } from "../engines/urns";
import { succeeded } from "./world";

const repository = join(__dirname, "..", "..");

/** Returns the last part of the type of each resource, in the order of the steps. */
const typesOf = ({ steps }: Result) => steps.map(({ urn }) => typeOf(urn).replace(/^.*:/, ""));

describeOnEachEngine("the examples", (engine) => {
  let emulator: Emulator;
  let stack: Stack;

  beforeEach(async () => {
    emulator = await startEmulator();
  });
  afterEach(async () => {
    await stack.dispose();
    await emulator.stop();
  });

  const open = async (directory: string, config: Record<string, string>) => {
    stack = await engine.open({
      directory: join(repository, directory),
      config: { "cancellation:endpoint": emulator.endpoint, ...config },
    });
  };

  it("examples/stuck-entitlement cancels one operation", async () => {
    const operation = emulator.add({ operationType: "CREATE_ENTITLEMENT", settleAfter: 300 });
    await open("examples/stuck-entitlement", { "stuck-entitlement:operation": operation });
    succeeded(await stack.up());
    const { outcome, operationType } = await stack.outputs();
    assert.deepEqual([outcome, operationType], ["cancelled", "CREATE_ENTITLEMENT"]);
  });

  it("examples/teardown cancels its operations when it is destroyed, before a resource of the environment is deleted", async () => {
    const operations = [emulator.add({ settleAfter: 200 }), emulator.add()];
    await open("examples/teardown", { "teardown:operations": JSON.stringify(operations) });
    succeeded(await stack.up());
    assert.equal(emulator.calls.count("cancel"), 0);
    assert.deepEqual(typesOf(succeeded(await stack.destroy())), [
      "CancellationRequest",
      "CancellationRequest",
      "Stash",
      "Environment",
    ]);
    assert.deepEqual(
      operations.map((operation) => emulator.operation(operation)?.outcome),
      ["cancelled", "cancelled"],
    );
  });

  it("examples/environment-sweep cancels the operations that run when it is destroyed, before a resource of the environment is deleted", async () => {
    const operations = [
      emulator.add({ operationType: "CREATE_ENTITLEMENT" }),
      emulator.add({ operationType: "CHANGE_OFFER", onCancel: "complete" }),
    ];
    const other = emulator.add({ operationType: "RUN_REPORT_JOB" });
    const report = join(repository, "examples", "environment-sweep", "sweep.jsonl");
    await open("examples/environment-sweep", {});
    succeeded(await stack.up());
    assert.deepEqual(await stack.outputs(), { watched: 2, running: operations });
    try {
      assert.deepEqual(typesOf(succeeded(await stack.destroy())), ["CancellationSweep", "Stash", "Environment"]);
      assert.equal(readFileSync(report, "utf8").trimEnd().split("\n").length, 2);
    } finally {
      rmSync(report, { force: true });
    }
    assert.deepEqual(
      [...operations, other].map((operation) => emulator.operation(operation)?.outcome),
      ["cancelled", "succeeded", "running"],
    );
  });
});
