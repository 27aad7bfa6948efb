import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onEachEngine } from "./onEachEngine";
import { changes, failed, type World } from "./world";

const everything = { all: true, cancelOn: "create" };

/** Returns the last segments of the cancelled operations' names, in the order of the calls. */
function cancelled(world: World): string[] {
  return world.emulator.calls.all({ method: "cancel" }).map(({ name = "" }) => name.replace(/^.*\//, ""));
}

/** Adds running operations whose names end with these segments. */
function add(world: World, ...names: string[]): void {
  for (const name of names) world.emulator.add({ name: `operations/${name}` });
}

onEachEngine("a sweep that cancels when it is created", (scenario) => {
  scenario("cancels the running operations, and records their outcomes", async (world) => {
    world.emulator.add({ name: "operations/a", settleAfter: 300 });
    world.emulator.add({ name: "operations/b", onCancel: "complete" });
    world.emulator.add({ name: "operations/c", onCancel: "fail" });
    world.emulator.add({ done: "succeeded" });
    world.sweep(everything);
    assert.deepEqual(changes(await world.preview()), ["create"]);
    assert.equal(world.emulator.calls.count(), 0);

    const { output } = await world.up();
    assert.match(output, /sweep \(operations\): swept 3: 1 cancelled, 1 succeeded, 1 failed\./);
    const { matched, outcomes, requestTime, settleTime } = await world.outputs("sweep");
    assert.deepEqual([matched, outcomes], [3, { cancelled: 1, succeeded: 1, failed: 1 }]);
    assert.ok(requestTime && settleTime);
    assert.match((await world.state("sweep"))?.id ?? "", /^\/\/cloudchannel\.googleapis\.com\/operations#[0-9a-f]{8}$/);

    await world.refresh();
    assert.deepEqual(changes(await world.up()), []);
    assert.equal(world.cancels(), 3);
    await world.destroy();
    assert.equal(world.cancels(), 3);
  });

  scenario(
    "fails for unexpected outcomes, keeps the others, and succeeds once all outcomes are expected",
    async (world) => {
      add(world, "a", "b");
      world.emulator.add({ name: "operations/odd", answer: "UNIMPLEMENTED" });
      world.sweep(everything);
      await world.upFails(/1 of 3 operations didn't end as expected.*operations\/odd: unsupported/s);
      assert.deepEqual((await world.outputs("sweep"))["outcomes"], { cancelled: 2, unsupported: 1 });
      await world.refresh();
      assert.deepEqual(changes(await world.preview()), ["update"], "what is not done must not turn green");

      world.sweep({ ...everything, expect: ["cancelled", "unsupported"] });
      assert.deepEqual(changes(await world.up()), ["update"]);
      assert.deepEqual(changes(await world.up()), []);
      assert.equal(world.cancels("operations/a"), 1);
    },
  );

  scenario("completes despite faults, without an unnecessary cancel", async (world) => {
    add(world, ...Array.from({ length: 30 }, (_, index) => String(index)));
    world.emulator.fault({ method: "cancel", calls: [3, 8], then: { status: 503 } });
    world.emulator.fault({ method: "cancel", calls: 12, then: { reset: "withinHeaders" } });
    world.emulator.fault({ method: "list", calls: [1, 3], then: { status: 500, body: "html" } });
    world.sweep(everything);
    await world.up();
    assert.deepEqual((await world.outputs("sweep"))["outcomes"], { cancelled: 30 });
    assert.equal(world.cancels(), 33);
  });

  scenario(
    "cancels the operations that a refresh finds, even when the state can't name all operations",
    async (world) => {
      const many = Array.from({ length: 150 }, (_, index) => String(index));
      for (const name of many) world.emulator.add({ name: `operations/${name}`, onCancel: "ignore" });
      world.sweep(everything, { customTimeouts: { create: "4s", update: "30s" } });
      await world.upFails(/150 of 150 operations didn't end as expected \(150 cancelling/);
      for (const name of many) world.emulator.settle(`operations/${name}`, "cancelled");
      add(world, ...Array.from({ length: 10 }, (_, index) => `new-${index}`));
      await world.refresh();
      assert.deepEqual((await world.outputs("sweep"))["outcomes"], { cancelled: 100, running: 10, unobserved: 40 });
      await world.up();
      assert.deepEqual((await world.outputs("sweep"))["outcomes"], { cancelled: 110, unobserved: 40 });
      assert.equal(world.cancels(), 160);
      assert.deepEqual(changes(await world.up()), []);
    },
  );

  scenario("keeps the operations that it cancelled when the service lists invalid names", async (world) => {
    add(world, "a");
    const names = ["04da6b54-80e4-46f7-96ec-b56ff0331ba9", "operations/\ud800", `operations/${"x".repeat(1_000_000)}`];
    const json = { operations: ["operations/a", ...names].map((name) => ({ name })) };
    const hostile = world.emulator.fault({ method: "list", then: { body: { json } } });
    world.sweep(everything);
    await world.upFails(/3 of 4 operations didn't end as expected.*can't be called/s);
    const { outcomes, operations } = await world.outputs("sweep");
    assert.deepEqual(outcomes, { running: 3, cancelled: 1 });
    assert.deepEqual(operations, [{ name: "operations/a", outcome: "cancelled" }]);
    hostile.remove();
    await world.up();
    assert.equal(world.cancels(), 1);
  });

  scenario("encrypts its operations in the state when a name is a secret", async (world) => {
    add(world, "hidden", "shown");
    world.program(`
      const names = ["operations/shown", pulumi.secret("operations/hidden")];
      new CancellationSweep("sweep", { names, cancelOn: "create" });
      new CancellationSweep("plain", { names: ["operations/shown"], cancelOn: "create" });
    `);
    await world.up();
    await world.refresh();
    const { stateDirectory } = world.stack;
    const files = readdirSync(stateDirectory, { recursive: true, encoding: "utf8" })
      .map((file) => join(stateDirectory, file))
      .filter((file) => file.endsWith(".json"));
    const states = files.map((file) => readFileSync(file, "utf8"));
    assert.ok(states.some((state) => state.includes('"operations/shown"')));
    assert.deepEqual(
      states.filter((state) => state.includes("operations/hidden")),
      [],
    );
    assert.deepEqual(changes(await world.up()), []);
  });

  scenario("continues after a refused cancel, and the next up retries only that cancel", async (world) => {
    add(world, "a", "b", "c");
    const denied = world.emulator.fault({ method: "cancel", name: "operations/b", then: { status: 403 } });
    world.sweep(everything);
    await world.upFails(/operations\/b: the cancel call failed with PERMISSION_DENIED/);
    assert.deepEqual((await world.outputs("sweep"))["outcomes"], { running: 1, cancelled: 2 });
    denied.remove();
    assert.deepEqual(changes(await world.up()), ["update"]);
    assert.deepEqual((await world.outputs("sweep"))["outcomes"], { cancelled: 3 });
    assert.deepEqual(cancelled(world).sort(), ["a", "b", "b", "c"]);
  });

  for (const refreshed of [false, true]) {
    scenario(
      `is kept at its time limit, and resumes without a second cancel${refreshed ? ", also after a refresh" : ""}`,
      async (world) => {
        add(world, "a");
        world.emulator.add({ name: "operations/slow", onCancel: "ignore" });
        world.sweep(everything, { customTimeouts: { create: "3s" } });
        await world.upFails(/operations\/slow: still running 3s after this step began/);
        assert.deepEqual((await world.outputs("sweep"))["outcomes"], { cancelled: 1, cancelling: 1 });

        if (refreshed) {
          await world.refresh();
          assert.deepEqual(changes(await world.preview()), ["update"], "an unfinished sweep must not turn green");
        }
        world.emulator.settle("operations/slow", "cancelled");
        assert.deepEqual(changes(await world.up()), ["update"]);
        assert.deepEqual((await world.outputs("sweep"))["outcomes"], { cancelled: 2 });
        assert.deepEqual(changes(await world.up()), []);
        assert.deepEqual(cancelled(world).sort(), ["a", "slow"]);
      },
    );
  }

  scenario("keeps its counts when it fails with more and longer names than an error can hold", async (world) => {
    const tail = "n".repeat(300);
    for (let number = 0; number < 120; number++) world.emulator.add({ name: `operations/${number}/${tail}` });
    world.emulator.fault({ method: "cancel", calls: { from: 2 }, then: { status: 403, message: "No. ".repeat(100) } });
    world.sweep({ match: { name: "operations/**" }, cancelOn: "create", triggers: ["t".repeat(12_000)] });
    await world.upFails(/119 of 120 operations didn't end as expected/);
    const { matched, outcomes } = await world.outputs("sweep");
    assert.deepEqual([matched, outcomes], [120, { running: 119, cancelled: 1 }]);
  });

  scenario("cancels an operation that starts during the sweep", async (world) => {
    add(world, "a");
    world.emulator.fault({ method: "cancel", name: "operations/a", delay: 500 });
    world.sweep(everything);
    const up = world.up();
    await world.emulator.calls.received({ method: "cancel" });
    add(world, "late");
    await up;
    assert.deepEqual(cancelled(world), ["a", "late"]);
    assert.deepEqual((await world.outputs("sweep"))["outcomes"], { cancelled: 2 });
  });

  for (const refreshed of [false, true]) {
    scenario(
      `lists again after a failed list, and cancels new operations${refreshed ? ", also after a refresh" : ""}`,
      async (world) => {
        add(world, "a");
        const denied = world.emulator.fault({ method: "list", calls: 2, then: { status: 403 } });
        world.sweep(everything);
        await world.upFails(/the list call failed with PERMISSION_DENIED/);
        denied.remove();
        add(world, "unseen");
        if (refreshed) {
          await world.refresh();
          assert.deepEqual(changes(await world.preview()), ["update"], "an unfinished sweep must not turn green");
        }
        assert.deepEqual(changes(await world.up()), ["update"]);
        assert.deepEqual(cancelled(world), ["a", "unseen"]);
        assert.deepEqual(changes(await world.up()), []);
      },
    );
  }

  scenario(
    "cancels nothing when its selection narrows, and the added operations when its selection widens",
    async (world) => {
      add(world, "x-1", "y-1");
      world.sweep({ cancelOn: "create", match: { name: "operations/x-*" } });
      await world.up();
      world.sweep({ cancelOn: "create", match: { name: "operations/x-1" } });
      assert.deepEqual(changes(await world.up()), ["update"]);
      assert.deepEqual(cancelled(world), ["x-1"]);
      world.sweep(everything);
      assert.deepEqual(changes(await world.up()), ["update"]);
      assert.deepEqual(cancelled(world), ["x-1", "y-1"]);
    },
  );

  scenario("sweeps again when its triggers change", async (world) => {
    world.sweep({ ...everything, triggers: [1] });
    await world.up();
    add(world, "a");
    assert.deepEqual(changes(await world.up()), []);
    assert.equal(world.cancels(), 0);
    world.sweep({ ...everything, triggers: [2] });
    await world.up();
    assert.equal(world.cancels(), 1);
  });

  scenario("cancels nothing, and keeps no state, when more operations match than its limit", async (world) => {
    add(world, "a", "b", "c");
    world.sweep({ ...everything, limit: 2 });
    await world.upFails(/3 operations match, and `limit` is 2\. Nothing was cancelled/);
    assert.equal(world.cancels(), 0);
    assert.equal(await world.state("sweep"), undefined);
  });

  scenario("writes the outcome of each operation to its report in the program's folder", async (world) => {
    add(world, "a", "b");
    world.sweep({ ...everything, report: "sweep.jsonl" });
    await world.up();
    const lines = readFileSync(join(world.project.directory, "sweep.jsonl"), "utf8").trimEnd().split("\n");
    assert.deepEqual(
      lines
        .map((line) => JSON.parse(line) as { name: string; outcome: string })
        .map(({ name, outcome }) => [name, outcome]),
      [
        ["operations/a", "cancelled"],
        ["operations/b", "cancelled"],
      ],
    );
  });

  scenario("makes no call when its report can't be written", async (world) => {
    add(world, "a");
    world.sweep({ ...everything, report: "missing/sweep.jsonl" });
    await world.upFails(/can't be written, because its folder doesn't exist/);
    assert.equal(world.emulator.calls.count(), 0);
  });

  scenario(
    "reads its names one by one when the service can't list, and otherwise asks for names",
    async (world) => {
      add(world, "a", "b");
      world.emulator.add({ name: "operations/slow", onCancel: "ignore" });
      world.sweep(everything);
      await world.upFails(/can't be listed, because the service returned UNIMPLEMENTED.*`names`/);

      const names = ["operations/a", "operations/slow"];
      world.sweep({ names, cancelOn: "create", waitFor: "accepted" });
      await world.up();
      assert.deepEqual(cancelled(world).sort(), ["a", "slow"]);
      world.emulator.settle("operations/slow", "cancelled");
      await world.refresh();
      assert.deepEqual((await world.outputs("sweep"))["outcomes"], { cancelled: 2 });
      assert.deepEqual(changes(await world.up()), []);
    },
    { unimplemented: ["list"] },
  );
});

onEachEngine("a sweep that cancels when it is deleted", (scenario) => {
  scenario("only counts operations until it is destroyed, and then cancels the running ones", async (world) => {
    add(world, "a");
    world.sweep({ all: true, report: "sweep.jsonl" });
    await world.up();
    assert.deepEqual((await world.outputs("sweep"))["outcomes"], { running: 1 });
    add(world, "b");
    await world.refresh();
    assert.equal((await world.outputs("sweep"))["matched"], 2);
    assert.deepEqual(changes(await world.up()), []);
    assert.equal(world.cancels(), 0);
    assert.equal(existsSync(join(world.project.directory, "sweep.jsonl")), false);

    assert.match((await world.destroy()).output, /sweep \(operations\): swept 2: 2 cancelled\./);
    assert.deepEqual(cancelled(world).sort(), ["a", "b"]);
    const report = readFileSync(join(world.project.directory, "sweep.jsonl"), "utf8");
    assert.equal(report.match(/"outcome":"cancelled"/g)?.length, 2);
  });

  scenario("cancels its operations before its dependencies are destroyed", async (world) => {
    add(world, "environment", "run-1", "run-2");
    world.emulator.add({ name: "operations/run-slow", settleAfter: 500 });
    world.program(`
      class Environment extends pulumi.ComponentResource {
        constructor(name) {
          super("test:index:Environment", name);
          const args = { operation: "operations/environment", cancelOn: "delete" };
          new CancellationRequest("environment", args, { parent: this });
          this.registerOutputs();
        }
      }
      const match = { name: "operations/run-*" };
      new CancellationSweep("sweep", { match }, { dependsOn: new Environment("staging") });
    `);
    await world.up();
    await world.destroy();
    const order = cancelled(world);
    assert.deepEqual([...order].sort(), ["environment", "run-1", "run-2", "run-slow"]);
    assert.equal(order.at(-1), "environment");
    const environment = world.emulator.calls.last({ method: "cancel" })?.time ?? 0;
    assert.ok((world.emulator.operation("operations/run-slow")?.settledAt ?? Infinity) <= environment, "all had ended");
  });

  scenario("keeps its dependencies as long as its own delete fails", async (world) => {
    add(world, "environment");
    world.emulator.add({ name: "operations/run", onCancel: "complete" });
    const program = (expect: string[]) => {
      world.program(`
        const args = { operation: "operations/environment", cancelOn: "delete" };
        const environment = new CancellationRequest("environment", args);
        const match = { name: "operations/run*" };
        new CancellationSweep("sweep", { match, expect: ${JSON.stringify(expect)} }, { dependsOn: environment });
      `);
    };
    program(["cancelled"]);
    await world.up();
    failed(await world.stack.destroy(), /operations\/run: succeeded.*`retainOnDelete`/s);
    assert.ok(await world.state("sweep"));
    assert.equal(world.cancels("operations/environment"), 0);

    await world.destroy();
    assert.equal(world.cancels("operations/environment"), 1, "nothing ran any more");
  });

  scenario("cancels its operations when it is removed from the program, unless it is retained", async (world) => {
    add(world, "a");
    world.sweep({ all: true }, { retainOnDelete: true });
    await world.up();
    world.program("");
    await world.up();
    assert.equal(world.cancels(), 0);

    world.sweep({ all: true });
    await world.up();
    world.program("");
    assert.deepEqual(changes(await world.up()), ["delete"]);
    assert.equal(world.cancels(), 1);
  });

  scenario("cancels nothing when its selection narrows, and only the new selection when destroyed", async (world) => {
    add(world, "x", "y");
    world.sweep({ all: true });
    await world.up();
    world.sweep({ match: { name: "operations/x" } });
    assert.deepEqual(changes(await world.up()), ["update"]);
    assert.equal((await world.outputs("sweep"))["matched"], 1);
    assert.equal(world.cancels(), 0);
    await world.destroy();
    assert.deepEqual(cancelled(world), ["x"]);
  });

  scenario("stays in the state, and cancels nothing, when more operations match than its limit", async (world) => {
    add(world, "a", "b");
    world.sweep({ all: true, limit: 1 });
    await world.up();
    failed(await world.stack.destroy(), /2 operations match, and `limit` is 1/);
    assert.equal(world.cancels(), 0);
    world.sweep({ all: true, limit: 2 });
    await world.up();
    await world.destroy();
    assert.equal(world.cancels(), 2);
  });

  scenario("stays in the state when its time limit is over, until the next destroy", async (world) => {
    world.emulator.add({ name: "operations/slow", onCancel: "ignore" });
    world.sweep({ all: true }, { customTimeouts: { delete: "2s" } });
    await world.up();
    failed(await world.stack.destroy(), /operations\/slow: still running 2s after/);
    world.emulator.settle("operations/slow", "cancelled");
    await world.destroy();
    assert.equal(await world.state("sweep"), undefined);
  });

  scenario("is refused without a selection, or with two, before any call", async (world) => {
    world.sweep({});
    await world.upFails(/all .*is required unless filter, match or names is set/);
    world.sweep({ all: true, match: { name: "operations/*" } });
    await world.upFails(/all .*can't be combined with match/);
    world.sweep({ match: {} });
    await world.upFails(/match is empty/);
    assert.equal(world.emulator.calls.count(), 0);
  });

  scenario("accepts a selection that is known only during the deployment", async (world) => {
    add(world, "source");
    world.emulator.add({ name: "operations/report", operationType: "RUN_REPORT_JOB" });
    world.program(`
      const source = new CancellationRequest("source", { operation: "operations/source", expect: ["cancelled"] });
      const match = { name: source.outcome.apply((outcome) => outcome === "cancelled" ? "operations/report" : "none") };
      new CancellationSweep("sweep", { match, cancelOn: "create" });
    `);
    await world.preview();
    assert.equal(world.emulator.calls.count(), 0);
    await world.up();
    assert.deepEqual(cancelled(world), ["source", "report"]);
  });
});
