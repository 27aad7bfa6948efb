import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Entry } from "../../../provider/resources/sweep/ledger";
import { reportFile } from "../../support/reportFile";
import { failure, numbered, operations, partial, stage, then } from "./stage";

type Line = Entry & { readonly name: string };

describe("the report of a sweep", () => {
  const { enter } = stage();
  const report = reportFile<Line>();

  it("has a line of JSON for each operation, with its name, outcome, times and errors", async () => {
    const { create, emulator } = await enter({
      operations: [...operations("a", "b"), { name: "operations/c", onCancel: "fail" }],
    });
    emulator.fault({ method: "cancel", name: "operations/b", then: { status: 403 } });
    await partial(create({ report: report.path }));
    const [a, b, c] = report.lines().sort((one, other) => one.name.localeCompare(other.name));
    assert.deepEqual(
      [a?.name, a?.outcome, a?.error],
      ["operations/a", "cancelled", "CANCELLED: The operation was cancelled."],
    );
    assert.ok(a?.requestTime && a.settleTime);
    assert.deepEqual([b?.name, b?.outcome, b?.requestTime], ["operations/b", "running", undefined]);
    assert.match(b?.failure ?? "", /PERMISSION_DENIED/);
    assert.deepEqual([c?.outcome, c?.error], ["failed", "INTERNAL: Internal error encountered."]);
    assert.equal(report.lines().length, 3);
  });

  it("has at most 500 characters of an operation's error message", async () => {
    const error = { code: 13, message: "m".repeat(2000) };
    const { create } = await enter({ operations: [{ name: "operations/a", onCancel: "fail", error }] });
    await create({ report: report.path });
    await create({ report: report.path, names: ["operations/a"] });
    assert.deepEqual(
      report.lines().map((line) => line.error),
      [1, 2].map(() => `INTERNAL: ${"m".repeat(500)}`),
    );
  });

  it("has all of 110 operations, of which the state names 100", async () => {
    const { create } = await enter({ operations: numbered(110) });
    await create({ report: report.path, waitFor: "accepted" });
    assert.equal(new Set(report.lines().map(({ name }) => name)).size, 110);
  });

  it("has the outcomes of the operations that a delete cancels", async () => {
    const { remove } = await enter({ operations: operations("a") });
    await remove({ report: report.path });
    assert.deepEqual(
      report.lines().map(({ name, outcome }) => [name, outcome]),
      [["operations/a", "cancelled"]],
    );
  });

  it("gets another line for each operation that the next run handles", async () => {
    const { create, update, emulator } = await enter({ operations: operations("a") });
    await create({ report: report.path });
    emulator.add({ name: "operations/b" });
    const old = {
      report: report.path,
      outcomes: { cancelled: 1, running: 1 },
      operations: [
        { name: "operations/b", outcome: "running" },
        { name: "operations/a", outcome: "cancelled" },
      ],
      requestTime: then,
    };
    await update(old, { report: report.path });
    assert.deepEqual(
      report.lines().map(({ name }) => name),
      ["operations/a", "operations/b"],
    );
  });

  for (const [place, unwritable] of [
    [
      "missing/report.jsonl",
      /^The report .* can't be written, because its folder doesn't exist\. Create the folder, or change the path\. This step cancelled nothing\.$/,
    ],
    [
      ".",
      /^The report .* can't be written \(EISDIR\)\. Check the path and its permissions\. This step cancelled nothing\.$/,
    ],
  ] as const) {
    it(`fails the sweep before any call when the path ${place} can't be written`, async () => {
      const { create, remove, update, calls } = await enter({ operations: operations("a") });
      const path = join(report.directory, place);
      for (const step of [create({ report: path }), update({}, { report: path, filter: "done=false" })]) {
        assert.match((await failure(step)).message, unwritable);
      }
      assert.match(
        (await failure(remove({ report: path }))).message,
        /This step cancelled nothing\. The resource stays in the state\. Run `pulumi destroy` again\. If the program or the config must change first, change it and run `pulumi up` before that\. /,
      );
      assert.deepEqual(calls(), []);
    });
  }

  it("fails the sweep, which leaves a partial creation, when the file can't be written after the cancels", async function () {
    if (!existsSync("/dev/full")) this.skip();
    const { create } = await enter({ operations: operations("a") });
    const { message, outputs } = await partial(create({ report: "/dev/full" }));
    assert.match(message, /^The report \/dev\/full can't be written: ENOSPC/);
    assert.deepEqual(outputs["outcomes"], { cancelled: 1 });
  });

  it("is written from the state by the next run when the first run couldn't write it", async function () {
    if (!existsSync("/dev/full")) this.skip();
    const { create, update, diff, emulator } = await enter({ operations: numbered(101) });
    const { outputs } = await partial(create({ report: "/dev/full" }));
    assert.equal(outputs["unreported"], true);
    emulator.calls.clear();
    const inputs = { all: true, cancelOn: "create", report: report.path };
    assert.equal(diff(outputs, inputs).changes, true);
    const updated = await update(outputs, inputs);
    assert.equal("unreported" in updated, false);
    assert.equal(diff(updated, inputs).changes, false);
    assert.equal(emulator.calls.count(), 0);
    const written = report.lines() as (Line & { unnamed?: unknown })[];
    assert.deepEqual(written.filter(({ outcome }) => outcome === "cancelled").length, 100);
    assert.deepEqual(written.at(-1)?.unnamed, { cancelled: 1 });
  });

  it("fails the sweep before any call when the path is a pipe without a reader", async function () {
    if (process.platform === "win32") this.skip();
    const { create, calls } = await enter({ operations: operations("a") });
    execFileSync("mkfifo", [report.path]);
    assert.match(
      (await failure(create({ report: report.path }))).message,
      /^The report .* can't be written: it isn't a file/,
    );
    assert.deepEqual(calls(), []);
  });

  it("isn't opened by a create or a read that only counts", async () => {
    const { watch, read } = await enter({ operations: operations("a") });
    const { outputs } = await watch({ report: report.path });
    await read(outputs);
    assert.equal(existsSync(report.path), false);
  });
});
