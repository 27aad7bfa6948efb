import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { onEachEngine } from "./onEachEngine";
import type { World } from "./world";
import { changes, failed } from "./world";

/** Writes a program with a request that has a report, under this name. */
function program(world: World, name: string, args: object, options = "{}"): void {
  world.program(
    `new CancellationRequest(${JSON.stringify(name)}, ${JSON.stringify({ report: "report.jsonl", ...args })}, ${options});`,
  );
}

function reported(world: World): Record<string, string>[] {
  const text = readFileSync(join(world.project.directory, "report.jsonl"), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, string>);
}

onEachEngine("the outcome of a request", (scenario) => {
  scenario("is shown and reported by an up, a refresh and a destroy, with the resource's name", async (world) => {
    const [first, second] = [
      world.emulator.add({ name: "operations/first", onCancel: "ignore" }),
      world.emulator.add({ name: "operations/second" }),
    ];
    world.program(`
      const report = "report.jsonl";
      new CancellationRequest("stuck", { operation: "${first}", waitFor: "accepted", report });
      new CancellationRequest("watched", { operation: "${second}", cancelOn: "delete", report });
    `);
    assert.match((await world.up()).output, /stuck \(operations\/first\): cancelling/);

    world.emulator.settle(first, "succeeded");
    assert.match(
      (await world.refresh()).output,
      /stuck \(operations\/first\): cancelling → succeeded after (\d+|less than 1) s/,
    );
    assert.deepEqual(changes(await world.up()), []);

    assert.match(
      (await world.destroy()).output,
      /watched \(operations\/second\): running → cancelled after (\d+|less than 1) s/,
    );
    const lines = reported(world);
    assert.deepEqual(
      lines.map(({ resource, name, outcome }) => [resource, name, outcome]),
      [
        ["stuck", first, "cancelling"],
        ["stuck", first, "succeeded"],
        ["watched", second, "cancelled"],
      ],
    );
    assert.equal(new Set(lines.map(({ run }) => run)).size, 3);
  });

  scenario("is shown after a rename with an alias, which makes no update", async (world) => {
    const operation = world.emulator.add({ onCancel: "ignore" });
    program(world, "old", { operation, waitFor: "accepted" });
    await world.up();
    program(world, "new", { operation, waitFor: "accepted" }, '{ aliases: [{ name: "old" }] }');
    assert.deepEqual(changes(await world.up()), []);
    program(world, "new", { operation });
    world.emulator.settle(operation, "cancelled");
    assert.match(
      (await world.up()).output,
      /new \(operations\/[^)]+\): cancelling → cancelled after (\d+|less than 1) s/,
    );
  });

  scenario("is shown after a step that leaves a partial creation, which keeps the resource's name", async (world) => {
    const operation = world.emulator.add({ onCancel: "ignore" });
    world.request({ operation }, { customTimeouts: { create: "1s" } });
    assert.match((await world.upFails(/is still running/)).output, /request \(operations\/[^)]+\): cancelling/);
    world.emulator.settle(operation, "cancelled");
    assert.match((await world.refresh()).output, /request \(operations\/[^)]+\): cancelling → cancelled/);
  });

  scenario("is shown for each of 20 requests, and counted for 80 more", async (world) => {
    for (let index = 0; index < 100; index++) world.emulator.add({ name: `operations/${index}` });
    world.program(`
      for (let index = 0; index < 100; index++) new CancellationRequest("r" + index, { operation: "operations/" + index });
    `);
    const { output } = await world.up();
    const shown = new Set([...output.matchAll(/r\d+ \(operations\/\d+\): cancelled after/g)].map(([line]) => line));
    const counts = [...output.matchAll(/(\d+) more requests?: (\d+) cancelled\./g)];
    assert.equal(shown.size, 20);
    assert.ok(counts.length > 0);
  });

  scenario("is foretold by a preview when it isn't expected, and fails the update", async (world) => {
    const operation = world.emulator.add({ onCancel: "complete" });
    world.request({ operation });
    await world.up();
    world.request({ operation, expect: ["cancelled"] });
    const line = /request \(operations\/[^)]+\): the outcome is succeeded, which expect doesn't accept \(cancelled\)/;
    assert.match((await world.preview()).output, line);
    await world.upFails(/add "succeeded" to `expect`/);
  });

  scenario("can be accepted after a failed destroy, with an up and another destroy", async (world) => {
    const operation = world.emulator.add({ onCancel: "complete" });
    world.request({ operation, cancelOn: "delete", expect: ["cancelled"] });
    await world.up();
    failed(await world.stack.destroy(), /in the program, run `pulumi up`, and then run `pulumi destroy` again/);
    world.request({ operation, cancelOn: "delete", expect: ["cancelled", "succeeded"] });
    await world.up();
    await world.destroy();
    assert.equal(await world.state(), undefined);
  });
});

onEachEngine("what is found out in time", (scenario) => {
  scenario("includes a report that can't be written, in a preview", async (world) => {
    world.request({ operation: world.emulator.add(), report: "missing/report.jsonl" });
    failed(await world.stack.preview(), /report.*can't be written, because its folder doesn't exist/s);
    world.sweep({ all: true, report: "." });
    failed(await world.stack.preview(), /report.*can't be written, because the path isn't a file/s);
    assert.equal(world.emulator.calls.count(), 0);
  });

  scenario("includes a destroy that would exceed the limit, in an up and in a refresh", async (world) => {
    for (const last of ["a", "b", "c"]) world.emulator.add({ name: `operations/${last}` });
    world.sweep({ all: true, limit: 2 });
    const warning = /sweep: 3 operations match and limit is 2: a destroy would fail before its first cancel/;
    assert.match((await world.up()).output, warning);
    assert.match((await world.refresh()).output, warning);
    failed(await world.stack.destroy(), /3 operations match, and `limit` is 2/);
    assert.equal(world.cancels(), 0);
  });
});
