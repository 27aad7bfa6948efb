import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EmulatorOptions } from "../../../provider/emulator";
import * as steps from "../../../provider/resources/request";
import type { Properties } from "../../../provider/resources/state/record";
import { reportFile } from "../../support/reportFile";
import { rejection } from "../../support/rejection";
import { contextOf, failure, id, name, partial, stage } from "./stage";
import { decisionOf } from "../../support/decision";

const then = "2026-01-01T00:00:00.000Z";

describe("the report of a request", () => {
  const { enter } = stage();
  const report = reportFile();

  async function begin(options: EmulatorOptions = { operations: [{ name }] }) {
    const { emulator, calls } = await enter(options);
    const shown: string[] = [];
    const log = (line: string) => shown.push(line);
    const context = { ...contextOf({}, { CANCELLATION_ENDPOINT: emulator.endpoint }), log };
    const given = { operation: name, report: report.path, __resourceName: "stuck" };
    return {
      emulator,
      calls,
      shown,
      check: (inputs: Properties = {}) => steps.check({ ...given, ...inputs }, context).failures,
      diff: (outputs: Properties, inputs: Properties = {}) => steps.diff(outputs, { ...given, ...inputs }, context),
      create: (inputs: Properties = {}) => steps.create({ ...given, ...inputs }, context),
      read: (outputs: Properties = {}) => steps.read(id, { ...given, ...outputs }, context),
      update: (outputs: Properties, inputs: Properties = {}) =>
        steps.update(id, { ...given, ...outputs }, { ...given, ...inputs }, context),
      remove: (outputs: Properties) => steps.remove({ ...given, cancelOn: "delete", ...outputs }, context),
    };
  }

  it("has the time, the run, the resource, the operation, the outcome, its times and its error", async () => {
    const { create } = await begin();
    const { outputs } = await create();
    const [line = {}, ...others] = report.lines();
    assert.deepEqual(others, []);
    assert.deepEqual(Object.keys(line), [
      "time",
      "run",
      "resource",
      "name",
      "outcome",
      "requestTime",
      "settleTime",
      "error",
    ]);
    assert.match(line["time"] ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.match(line["run"] ?? "", /^[0-9a-f]{8}$/);
    const { requestTime, settleTime, resource, outcome, error } = line;
    assert.deepEqual([resource, line["name"], outcome], ["stuck", name, "cancelled"]);
    assert.deepEqual([requestTime, settleTime], [outputs["requestTime"], outputs["settleTime"]]);
    assert.equal(error, "CANCELLED: The operation was cancelled.");
  });

  it("has the operation's name for a resource whose name isn't known", async () => {
    const { create } = await begin();
    await create({ __resourceName: undefined });
    assert.equal(report.lines()[0]?.["resource"], name);
  });

  it("gets a line from each step that changes the outcome, with the same run", async () => {
    const { create, update, read, remove } = await begin();
    await create({ waitFor: "accepted" });
    await read({ outcome: "cancelling", requestTime: then });
    const { outputs } = await create();
    await update({ outcome: "cancelling", requestTime: then });
    await remove({ outcome: "running" });
    await read(outputs);
    await update(outputs);
    assert.deepEqual(
      report.lines().map(({ outcome }) => outcome),
      ["cancelling", "cancelled", "cancelled", "cancelled", "cancelled"],
    );
    assert.equal(new Set(report.lines().map(({ run }) => run)).size, 1);
  });

  describe("the report of a request after reads of the same state, as in a refresh after its preview", () => {
    /** A line as the package writes it. */
    const lineOf = (outcome: string, resource = "stuck", operation = name) =>
      `${JSON.stringify({ time: then, run: "0a1b2c3d", resource, name: operation, outcome })}\n`;
    const outputs = { outcome: "cancelling", requestTime: then };

    it("has one line", async () => {
      const { read } = await begin({ operations: [{ name, done: "succeeded" }] });
      await read(outputs);
      await read(outputs);
      assert.deepEqual(
        report.lines().map(({ outcome }) => outcome),
        ["succeeded"],
      );
    });

    for (const [what, text] of [
      ["is about another outcome", lineOf("succeeded") + lineOf("cancelling")],
      ["is about another resource", lineOf("cancelling") + lineOf("succeeded", "other")],
      ["is about another operation", lineOf("cancelling") + lineOf("succeeded", "stuck", `${name}C`)],
      ["is cut", `${lineOf("cancelling")}${lineOf("succeeded").slice(0, -2)}\n`],
    ] as const) {
      it(`has a new line if the last one ${what}`, async () => {
        const { read } = await begin({ operations: [{ name, done: "succeeded" }] });
        writeFileSync(report.path, text);
        await read(outputs);
        const written = readFileSync(report.path, "utf8");
        assert.equal(written.slice(0, text.length), text);
        assert.match(written.slice(text.length), /^\{.*"name":"operations\/AbC","outcome":"succeeded".*\}\n$/);
      });
    }

    it("has no new line if lines of others, and one that is cut, follow the line with the outcome", async () => {
      const { read } = await begin({ operations: [{ name, done: "succeeded" }] });
      const text = `${lineOf("succeeded")}${lineOf("cancelling", "other")}${lineOf("cancelling").slice(0, -2)}\n`;
      writeFileSync(report.path, text);
      await read(outputs);
      assert.equal(readFileSync(report.path, "utf8"), text);
    });

    it("has a new line if the last one isn't in the last 16 MB", async () => {
      const { read } = await begin({ operations: [{ name, done: "succeeded" }] });
      const line = lineOf("succeeded");
      // What is read begins within the line.
      const text = `${line}${"\n".repeat(16 * 1024 * 1024 - line.length + line.indexOf('"resource"'))}`;
      writeFileSync(report.path, text);
      await read(outputs);
      assert.match(readFileSync(report.path, "utf8").slice(text.length), /"outcome":"succeeded"/);
    });
  });

  it("has why a step failed, and the outcome alone when it isn't expected", async () => {
    const { create, emulator } = await begin();
    const denied = emulator.fault({ method: "cancel", then: { status: 403 } });
    await rejection(create());
    denied.remove();
    await rejection(create({ expect: ["succeeded"] }));
    assert.deepEqual(
      report.lines().map(({ outcome, failure: reason }) => [outcome, /PERMISSION_DENIED/.test(reason ?? "")]),
      [
        ["running", true],
        ["cancelled", false],
      ],
    );
  });

  it("isn't created by a check, by a step without a change, or by a create that only watches", async () => {
    const { check, create, read, update, remove } = await begin();
    assert.deepEqual(check(), []);
    const { outputs } = await create({ cancelOn: "delete" });
    await read(outputs);
    await update(outputs, { cancelOn: "delete" });
    await remove({ outcome: "cancelled", settleTime: then });
    assert.equal(existsSync(report.path), false);
  });

  for (const [place, unwritable] of [
    ["missing/report.jsonl", "because its folder doesn't exist\\. Create the folder, or change the path"],
    [".", "\\(EISDIR\\)\\. Check the path and its permissions"],
  ] as const) {
    it(`fails each step that cancels before its first call when the path ${place} can't be written`, async () => {
      const { create, update, remove, calls } = await begin();
      const path = join(report.directory, place);
      for (const step of [
        create({ report: path }),
        update({ outcome: "running" }, { report: path }),
        remove({ report: path, outcome: "running" }),
      ]) {
        assert.match(
          (await failure(step)).message,
          new RegExp(`^The report .* can't be written,? ${unwritable}\\. This step cancelled nothing\\.`),
        );
      }
      assert.deepEqual(calls(), []);
    });
  }

  for (const cannotWrite of [
    "a pipe",
    "a file in a missing folder",
    "a folder",
    "a file below a file",
    "an empty path",
  ]) {
    it(`is refused by check when it's ${cannotWrite}`, async function () {
      if (process.platform === "win32") this.skip();
      const { check } = await begin();
      const pipe = join(report.directory, "pipe");
      execFileSync("mkfifo", [pipe]);
      const file = join(report.directory, "file");
      writeFileSync(file, "");
      const paths: Record<string, [string, RegExp]> = {
        "a pipe": [pipe, /isn't a file/],
        "a file in a missing folder": [join(report.directory, "missing", "report.jsonl"), /folder doesn't exist/],
        "a folder": [report.directory, /isn't a file/],
        "a file below a file": [join(file, "report.jsonl"), /folder doesn't exist/],
        "an empty path": ["", /^is empty$/],
      };
      const [path, reason] = paths[cannotWrite] ?? ["", /never/];
      const failures = check({ report: path });
      assert.deepEqual(
        failures.map(({ property }) => property),
        ["report"],
      );
      assert.match(failures[0]?.reason ?? "", reason);
    });
  }

  it("is refused by check when the user may not write it", async function () {
    if (process.platform === "win32" || process.getuid?.() === 0) this.skip();
    const { check } = await begin();
    writeFileSync(report.path, "");
    chmodSync(report.path, 0o400);
    assert.match(check()[0]?.reason ?? "", /^can't be written \(EACCES\)/);
  });

  it("is accepted by check while its path isn't known, and when it's a file or a device", async () => {
    const { check } = await begin();
    writeFileSync(report.path, "");
    assert.deepEqual(check(), []);
    assert.deepEqual(check({ report: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" }), []);
    assert.deepEqual(check({ report: "/dev/null" }), []);
  });

  it("fails the step after the cancel when it can't be written then, and is written by the next update", async function () {
    if (!existsSync("/dev/full")) this.skip();
    const { create, update, diff, emulator } = await begin();
    const { message, outputs } = await partial(create({ report: "/dev/full" }));
    assert.match(message, /^The report \/dev\/full can't be written: ENOSPC/);
    assert.deepEqual([outputs["outcome"], outputs["unreported"]], ["cancelled", true]);
    emulator.calls.clear();
    assert.equal(diff(outputs, {}).changes, true);
    const updated = await update(outputs);
    assert.equal("unreported" in updated, false);
    assert.deepEqual(
      report.lines().map(({ outcome }) => outcome),
      ["cancelled"],
    );
    assert.equal(diff(updated, {}).changes, false);
    assert.equal(emulator.calls.count(), 0);
  });

  it("doesn't fail a refresh that can't write it, and is written by the next update", async () => {
    const { read, diff, shown } = await begin({ operations: [{ name, done: "succeeded" }] });
    const path = join(report.directory, "missing", "report.jsonl");
    const outputs = await read({ report: path, outcome: "cancelling", requestTime: then });
    assert.deepEqual([outputs["outcome"], outputs["unreported"]], ["succeeded", true]);
    assert.match(
      shown.at(-1) ?? "",
      /^The report .*report\.jsonl can't be written, because its folder doesn't exist.* next `pulumi up` writes/,
    );
    assert.equal(diff(outputs).changes, true);
  });

  it("is an argument whose change makes an update without a call", async () => {
    const { update, diff, calls } = await begin();
    const outputs = { operation: name, outcome: "cancelled", settleTime: then };
    assert.deepEqual(decisionOf(diff(outputs)), { changes: true, replaces: [] });
    assert.equal((await update(outputs))["report"], report.path);
    assert.deepEqual(calls(), []);
    assert.equal(existsSync(report.path), false);
  });
});
