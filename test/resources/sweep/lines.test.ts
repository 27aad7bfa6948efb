import assert from "node:assert/strict";
import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { rejection } from "../../support/rejection";
import { reportFile } from "../../support/reportFile";
import { failure, numbered, operations, partial, stage, then } from "./stage";

let count = 0;
/** Returns a name that no line has named yet. */
const fresh = () => `teardown-${++count}`;

describe("the lines of a sweep", () => {
  const { enter, lines } = stage();

  it("name the resource, the collection, the total and the outcomes after a create and a delete", async () => {
    const { create, remove, emulator } = await enter({
      operations: [...numbered(118), ...numbered(2, { onCancel: "complete" }, "operations/c")],
    });
    await create({ __resourceName: "clean-up" });
    emulator.add({ name: "operations/late" });
    await remove({ __resourceName: "teardown" });
    await remove({ __resourceName: "teardown" });
    await remove();
    assert.deepEqual(lines, [
      "clean-up (operations): swept 120: 118 cancelled, 2 succeeded.",
      "teardown (operations): swept 1: 1 cancelled.",
      "teardown (operations): swept no operations.",
      "operations: swept no operations.",
    ]);
  });

  it("show what a refresh found changed, and nothing when nothing changed", async () => {
    const { read } = await enter({
      operations: [
        { name: "operations/a", done: "cancelled" },
        { name: "operations/b", done: "succeeded" },
      ],
    });
    const outputs = {
      all: true,
      cancelOn: "create",
      __resourceName: "clean-up",
      outcomes: { cancelling: 2 },
      operations: ["a", "b"].map((one) => ({ name: `operations/${one}`, outcome: "cancelling" })),
      requestTime: then,
    };
    await read(await read(outputs));
    assert.deepEqual(lines, ["clean-up (operations): 2 cancelling → 1 cancelled, 1 succeeded."]);
  });

  it("show what a refresh counts anew for a sweep that cancels at its deletion, and nothing when the count is the same", async () => {
    const { watch, read, emulator } = await enter({ operations: operations("a", "b") });
    let { outputs } = await watch({ __resourceName: "teardown" });
    const refresh = async () => {
      outputs = await read(outputs);
    };
    await refresh();
    emulator.settle("operations/a", "succeeded");
    await refresh();
    emulator.settle("operations/b", "cancelled");
    await refresh();
    emulator.add({ name: "operations/c" });
    await refresh();
    assert.deepEqual(lines, [
      "teardown (operations): 2 running → 1 running.",
      "teardown (operations): 1 running → no operations.",
      "teardown (operations): no operations → 1 running.",
    ]);
  });

  it("don't show counts of an update that counts anew", async () => {
    const { watch, update } = await enter({ operations: operations("a", "b") });
    const { outputs } = await watch({ __resourceName: "teardown" });
    await update({ ...outputs, cancelOn: "delete" }, { cancelOn: "delete", names: ["operations/a"] });
    assert.deepEqual(lines, []);
  });

  it("leave out counts of another endpoint", async () => {
    const { watch, create, read } = await enter({ operations: operations("a", "b") });
    const elsewhere = { endpoint: "http://127.0.0.1:1", outcomes: { running: 1 }, operations: [] };
    await read({ ...(await watch({ __resourceName: "teardown" })).outputs, ...elsewhere });
    assert.deepEqual(lines, ["teardown (operations): 2 running."]);
    const { outputs } = await create({ __resourceName: "clean-up" });
    lines.length = 0;
    await read({ ...outputs, endpoint: "http://127.0.0.1:1" });
    assert.deepEqual(lines, ["clean-up (operations): no operations."]);
  });
});

describe("the warning of a sweep that exceeds its limit", () => {
  const { enter, lines } = stage();
  const warning = (name: string, found: string, limit: string) =>
    `${name}: ${found} operations match and limit is ${limit}: a destroy would fail before its first cancel. Narrow the selection or raise limit.`;

  it("is shown by the create that counts, with separators in large numbers", async () => {
    const { watch } = await enter({ operations: numbered(1_200) });
    const name = fresh();
    await watch({ __resourceName: name });
    assert.deepEqual(lines, [warning(name, "1,200", "1,000")]);
  });

  it("is shown by a refresh", async () => {
    const { read } = await enter({ operations: numbered(3) });
    const name = fresh();
    await read({ all: true, limit: 2, __resourceName: name, outcomes: { running: 3 } });
    assert.deepEqual(lines, [warning(name, "3", "2")]);
  });

  it("is shown by a sweep with names, for those that run", async () => {
    const { watch } = await enter({ operations: [...numbered(3), { name: "operations/4", done: "cancelled" }] });
    const name = fresh();
    const names = [1, 2, 3, 4].map((number) => `operations/${number}`);
    await watch({ names, limit: 2, __resourceName: name });
    await watch({ names, limit: 3, __resourceName: fresh() });
    assert.deepEqual(lines, [warning(name, "3", "2")]);
  });

  it("is shown once by diff, for what the state counts", async () => {
    const { diff } = await enter();
    const name = fresh();
    const old = { all: true, outcomes: { running: 3 }, operations: [] };
    diff(old, { all: true, limit: 2, __resourceName: name });
    diff(old, { all: true, limit: 2, __resourceName: name });
    diff(old, { all: true, limit: 3, __resourceName: fresh() });
    diff(old, { filter: "done=false", limit: 2, __resourceName: fresh() });
    assert.deepEqual(lines, [warning(name, "3", "2")]);
  });

  it("tells what a delete does", async () => {
    const { watch, remove, cancels } = await enter({ operations: numbered(3) });
    const { outputs } = await watch({ limit: 2, __resourceName: fresh() });
    assert.equal(lines.length, 1);
    await failure(remove(outputs));
    assert.equal(cancels(), 0);
  });
});

describe("the warning of a sweep's failure to come", () => {
  const { enter, lines } = stage();
  const old = {
    all: true,
    cancelOn: "create",
    outcomes: { cancelled: 2, succeeded: 1 },
    operations: [{ name: "operations/a", outcome: "succeeded" }],
  };

  it("has the unexpected outcomes, and is shown once by diff", async () => {
    const { diff } = await enter();
    const name = fresh();
    const inputs = { all: true, cancelOn: "create", expect: ["cancelled"], __resourceName: name };
    assert.equal(diff(old, inputs).changes, true);
    diff(old, inputs);
    assert.deepEqual(lines, [
      `${name} (operations): 1 succeeded, which expect doesn't accept (cancelled). The update will fail. ` +
        'To accept it, add "succeeded" to `expect`. ' +
        "To give up the resource, remove it from the program, which makes no call.",
    ]);
  });

  it("is right", async () => {
    const { update } = await enter();
    await partial(update(old, { cancelOn: "create", expect: ["cancelled"] }));
  });

  it("isn't shown with another selection, for expected outcomes and for operations that run", async () => {
    const { diff } = await enter();
    const inputs = { all: true, cancelOn: "create", expect: ["cancelled"], __resourceName: fresh() };
    diff(old, { ...inputs, all: undefined, filter: "done=false" });
    diff(old, { ...inputs, expect: undefined });
    diff({ ...old, outcomes: { running: 1, cancelling: 1 }, operations: [] }, inputs);
    assert.deepEqual(lines, []);
  });
});

describe("what the error of a sweep says to do", () => {
  const { enter } = stage();
  const inStateOnly = /retainOnDelete|remove it from the program|pulumi state delete/;

  it("offers nothing that needs a state after a create that leaves nothing", async () => {
    const { create } = await enter({ operations: [{ name: "operations/a", answer: "UNIMPLEMENTED" }] });
    const { message } = await failure(create());
    assert.match(
      message,
      /To accept this outcome, add "unsupported" to `expect`\. The failed creation left nothing in the state\.$/,
    );
    assert.doesNotMatch(message, inStateOnly);
    assert.doesNotMatch((await failure(create({ limit: 0 }))).message, inStateOnly);
  });

  it("is to accept the outcomes or to remove the resource after a create that is kept and after an update", async () => {
    const { create, update } = await enter({ operations: [{ name: "operations/a", onCancel: "complete" }] });
    const { message, outputs } = await partial(create({ expect: ["cancelled"] }));
    const again = await partial(update(outputs, { expect: ["cancelled"] }));
    for (const text of [message, again.message]) {
      assert.match(
        text,
        /add "succeeded" to `expect`\. To give up the resource, remove it .*`pulumi state delete`\.$/s,
      );
    }
  });

  it("is to allow more time if an operation runs after the time limit, because `expect` can't accept it", async () => {
    const { create } = await enter({ operations: [{ name: "operations/a", onCancel: "ignore" }] });
    const { message } = await partial(create({ customTimeouts: { create: "200ms" } }));
    assert.match(message, /The next run continues with what still runs\. To wait longer, set `?customTimeouts\./);
    assert.doesNotMatch(message, /To accept/);
  });

  it("is to change the program, to run up and to destroy again after a failed delete", async () => {
    const { remove, emulator } = await enter({ operations: [{ name: "operations/a", onCancel: "complete" }] });
    const unexpected = await rejection(remove({ expect: ["cancelled"] }));
    assert.match(
      unexpected.message,
      /The resource stays in the state\. To accept this outcome, add "succeeded" to `expect` in the program, run `pulumi up`, and then run `pulumi destroy` again\./,
    );
    emulator.add({ name: "operations/b" });
    const limited = await rejection(remove({ limit: 0 }));
    assert.match(
      limited.message,
      /raise the limit\..*The resource stays in the state\. .* run `pulumi up` before that\./s,
    );
  });
});

describe("a sweep's report after a refresh", () => {
  const { enter, lines: shown } = stage();
  const report = reportFile();
  const outputs = () => ({
    all: true,
    cancelOn: "create",
    report: report.path,
    __resourceName: "clean-up",
    outcomes: { cancelling: 2 },
    operations: ["a", "b"].map((one) => ({ name: `operations/${one}`, outcome: "cancelling" })),
    requestTime: then,
  });

  it("has a line for each operation whose outcome changed", async () => {
    const { read, emulator } = await enter({ operations: operations("a", "b") });
    await read(outputs());
    assert.equal(existsSync(report.path), false);
    emulator.settle("operations/b", "succeeded");
    await read(await read(outputs()));
    const [line = {}, ...others] = report.lines();
    assert.deepEqual(others, []);
    const { resource, name, outcome, requestTime, run, time } = line;
    assert.deepEqual([resource, name, outcome, requestTime], ["clean-up", "operations/b", "succeeded", then]);
    assert.match(run ?? "", /^[0-9a-f]{8}$/);
    assert.ok(Date.parse(time ?? ""));
  });

  it("has each line once after reads of the same state, as in a refresh after its preview", async () => {
    const { read, emulator } = await enter({ operations: operations("a", "b") });
    emulator.settle("operations/b", "succeeded");
    const state = { ...outputs(), outcomes: { cancelling: 3 } };
    const readTwice = async () => {
      await read(state);
      await read(state);
      return report.lines().map(({ name, outcome, unnamed }) => [name, outcome ?? unnamed]);
    };
    const lines = [
      ["operations/b", "succeeded"],
      [undefined, { unobserved: 1 }],
    ];
    assert.deepEqual(await readTwice(), lines);
    // Other counts came between.
    appendFileSync(report.path, `${JSON.stringify({ resource: "clean-up", unnamed: { unobserved: 2 } })}\n`);
    assert.deepEqual(await readTwice(), [...lines, [undefined, { unobserved: 2 }], [undefined, { unobserved: 1 }]]);
  });

  it("is written by the next update when the refresh can't write it", async () => {
    const { read, update, diff } = await enter({
      operations: ["a", "b"].map((one) => ({ name: `operations/${one}`, done: "succeeded" as const })),
    });
    const old = { ...outputs(), report: join(report.directory, "missing", "report.jsonl") };
    const refreshed = await read(old);
    assert.equal(refreshed["unreported"], true);
    assert.match(
      shown.at(-1) ?? "",
      /can't be written, because its folder doesn't exist.* next `pulumi up` writes what is known/,
    );
    const inputs = { all: true, cancelOn: "create", report: report.path };
    assert.equal(diff(refreshed, inputs).changes, true);
    await update(refreshed, inputs);
    assert.equal(report.lines().length, 2);
  });
});
