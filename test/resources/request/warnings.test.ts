import assert from "node:assert/strict";
import type { Context } from "../../../provider/resources/context";
import * as steps from "../../../provider/resources/request";
import type { Properties } from "../../../provider/resources/state/record";
import { contextOf, id, name, stage, unknownValue } from "./stage";
import { decisionOf } from "../../support/decision";

let count = 0;

/** Returns a context that captures lines, and a name of a resource that no line names yet. */
function capture(config: Readonly<Record<string, string>> = {}): { lines: string[]; context: Context; label: string } {
  const lines: string[] = [];
  const log = (line: string) => {
    if (!line.startsWith("Calls go to")) lines.push(line);
  };
  return { lines, context: { ...contextOf(config), log }, label: `stuck-${++count}` };
}

describe("the warning of a failure to come", () => {
  const settled = { outcome: "succeeded", settleTime: "2026-01-01T00:00:00.000Z" };
  const { enter } = stage();

  it("has the outcome, what `expect` accepts and what to do, and is shown once by diff", () => {
    const { lines, context, label } = capture();
    const inputs = { operation: name, expect: ["cancelled"], __resourceName: label };
    for (let time = 0; time < 2; time++) {
      assert.equal(steps.diff({ ...inputs, ...settled }, inputs, context).changes, true);
    }
    assert.deepEqual(lines, [
      `${label} (operations/AbC): the outcome is succeeded, which expect doesn't accept (cancelled). The update will fail. ` +
        'To accept it, add "succeeded" to `expect`. ' +
        "To give up the resource, remove it from the program, which makes no call.",
    ]);
  });

  it("is shown for each resource", () => {
    const [one, other] = [capture(), capture()];
    for (const { context, label } of [one, other]) {
      const inputs = { operation: name, expect: ["cancelled"], __resourceName: label };
      steps.diff({ ...inputs, ...settled }, inputs, context);
    }
    assert.deepEqual([one.lines.length, other.lines.length], [1, 1]);
  });

  it("isn't certain of an outcome that may change", () => {
    const { lines, context, label } = capture();
    const inputs = { operation: name, expect: ["cancelled"], __resourceName: label };
    steps.diff({ ...inputs, outcome: "unsupported" }, inputs, context);
    assert.match(lines.join(), /The update fails unless the outcome has changed\./);
  });

  it("is about a destroy when the request cancels on deletion", () => {
    const { lines, context, label } = capture();
    const inputs = { operation: name, expect: ["cancelled"], cancelOn: "delete", __resourceName: label };
    assert.equal(steps.diff({ ...inputs, ...settled }, inputs, context).changes, false);
    steps.diff({ ...inputs, outcome: "notFound" }, inputs, context);
    assert.equal(lines.length, 1);
    assert.match(
      lines.join(),
      /A destroy will fail\. .* To give up the resource without cancelling, set `retainOnDelete`\.$/,
    );
  });

  it("is shown by the create and the refresh that find the outcome of a request that cancels on deletion", async () => {
    const { emulator } = await enter({ operations: [{ name, done: "succeeded" }] });
    for (const step of ["create", "read"]) {
      const { lines, context, label } = capture({ "cancellation:endpoint": emulator.endpoint });
      const inputs = { operation: name, expect: ["cancelled"], cancelOn: "delete", __resourceName: label };
      if (step === "create") await steps.create(inputs, context);
      else await steps.read(id, { ...inputs, outcome: "running" }, context);
      assert.match(lines.join(), /the outcome is succeeded, .* A destroy will fail/);
    }
  });

  for (const [title, outputs, inputs] of [
    ["`expect` accepts the outcome", settled, { expect: ["cancelled", "succeeded"] }],
    ["the operation runs", { outcome: "cancelling" }, { expect: ["cancelled"] }],
    ["the resource is replaced", settled, { expect: ["cancelled"], triggers: [1] }],
    ["an argument isn't known yet", settled, { expect: [unknownValue] }],
  ] as [string, Properties, Properties][]) {
    it(`isn't shown when ${title}`, () => {
      const { lines, context, label } = capture();
      const named = { operation: name, __resourceName: label };
      steps.diff({ ...named, ...outputs }, { ...named, ...inputs }, context);
      assert.deepEqual(lines, []);
    });
  }

  it("isn't shown when the outcome is of an emulator, of which another line tells", () => {
    const { lines, context, label } = capture();
    const inputs = { operation: name, __resourceName: label, expect: ["cancelled"] };
    steps.diff({ ...inputs, ...settled, endpoint: "http://127.0.0.1:1" }, inputs, context);
    assert.match(lines.join("\n"), /^.* records what happened at http:\/\/127\.0\.0\.1:1\. .*$/);
  });
});

describe("the name of a request's resource", () => {
  const { enter } = stage();

  it("is a string that check accepts and leaves as it is, and isn't required", () => {
    const { context } = capture();
    const inputs = { operation: name, __resourceName: "stuck" };
    assert.deepEqual(steps.check(inputs, context), { inputs, failures: [] });
    assert.deepEqual(steps.check({ operation: name }, context).failures, []);
    assert.deepEqual(steps.check({ ...inputs, __resourceName: 1 }, context).failures, [
      { property: "", reason: "the resource's name must be a string" },
    ]);
  });

  it("doesn't count toward the size of the arguments", () => {
    const { context } = capture();
    const triggers = ["x".repeat(16_000)];
    assert.deepEqual(
      steps.check({ operation: name, triggers, __resourceName: "x".repeat(1_000) }, context).failures,
      [],
    );
  });

  it("makes no update when it changes", () => {
    const { context } = capture();
    const outputs = { operation: name, outcome: "cancelled", __resourceName: "old" };
    for (const __resourceName of ["new", undefined]) {
      assert.deepEqual(decisionOf(steps.diff(outputs, { operation: name, __resourceName }, context)), {
        changes: false,
        replaces: [],
      });
    }
  });

  it("is kept in the outputs of a create, a refresh and an update", async () => {
    const { create, read, update } = await enter({ operations: [{ name }] });
    const { outputs } = await create({ __resourceName: "stuck" });
    assert.equal(outputs["__resourceName"], "stuck");
    assert.equal((await read(outputs))["__resourceName"], "stuck");
    assert.equal((await update(outputs, { __resourceName: "new" }))["__resourceName"], "new");
    assert.equal("__resourceName" in (await update(outputs)), false);
  });

  it("is accepted in a lookup by id", async () => {
    const { emulator } = await enter({ operations: [{ name }] });
    const { context } = capture({ "cancellation:endpoint": emulator.endpoint });
    assert.equal((await steps.read(id, { __resourceName: "other" }, context))["__resourceName"], "other");
  });
});
