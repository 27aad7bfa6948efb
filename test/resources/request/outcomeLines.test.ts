import assert from "node:assert/strict";
import type { EmulatorOptions } from "../../../provider/emulator";
import type { Properties } from "../../../provider/resources/state/record";
import * as steps from "../../../provider/resources/request";
import { rejection } from "../../support/rejection";
import { contextOf, id, name, stage } from "./stage";

const named = { operation: name, __resourceName: "stuck" };

/** Returns the time that many seconds ago, in RFC 3339. */
function ago(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString();
}

describe("the line about a request's outcome", () => {
  const { enter } = stage();

  async function begin(options: EmulatorOptions = { operations: [{ name }] }) {
    const { emulator } = await enter(options);
    const lines: string[] = [];
    const log = (line: string) => {
      if (!line.startsWith("Calls go to")) lines.push(line);
    };
    const context = { ...contextOf({}, { CANCELLATION_ENDPOINT: emulator.endpoint }), log };
    return {
      emulator,
      lines,
      create: (inputs: Properties = {}) => steps.create({ ...named, ...inputs }, context),
      read: (outputs: Properties = {}) => steps.read(id, { ...named, ...outputs }, context),
      update: (outputs: Properties, inputs: Properties = {}) =>
        steps.update(id, { ...named, ...outputs }, { ...named, ...inputs }, context),
      remove: (outputs: Properties) => steps.remove({ ...named, cancelOn: "delete", ...outputs }, context),
    };
  }

  it("has the resource, the operation, the outcome and the time since the cancel after a create", async () => {
    const { create, lines } = await begin();
    await create();
    assert.deepEqual(lines, ["stuck (operations/AbC): cancelled after less than 1 s"]);
  });

  it("has the operation alone when the resource's name isn't known, or is the same", async () => {
    const { create, lines } = await begin();
    await create({ __resourceName: undefined });
    await create({ __resourceName: name });
    assert.deepEqual(lines, Array(2).fill("operations/AbC: cancelled after less than 1 s"));
  });

  it("has no line breaks and no control characters of the resource's name", async () => {
    const { create, lines } = await begin();
    await create({ __resourceName: "a\nb\u001b[31m" });
    assert.deepEqual(lines, ["a b [31m (operations/AbC): cancelled after less than 1 s"]);
  });

  it("has no time when the server acknowledged no cancel", async () => {
    const { create, lines } = await begin({
      operations: [{ name, done: "succeeded", answerWhenDone: "FAILED_PRECONDITION" }],
    });
    await create();
    assert.deepEqual(lines, ["stuck (operations/AbC): succeeded"]);
  });

  for (const [seconds, text] of [
    [1, "1 s"],
    [34, "34 s"],
    [125, "2 min 5 s"],
    [3720, "1 h 2 min"],
  ] as const) {
    it(`has the outcome before, and ${text} for ${seconds} s, after an update and after a refresh`, async () => {
      const { update, read, lines } = await begin({ operations: [{ name, done: "succeeded" }] });
      const old = { outcome: "cancelling", requestTime: ago(seconds) };
      await update(old);
      await read(old);
      assert.deepEqual(lines, Array(2).fill(`stuck (operations/AbC): cancelling → succeeded after ${text}`));
    });
  }

  it("is shown after a delete", async () => {
    const { remove, lines } = await begin();
    await remove({ outcome: "running" });
    assert.deepEqual(lines, ["stuck (operations/AbC): running → cancelled after less than 1 s"]);
  });

  it("is shown after a step that fails because of the outcome", async () => {
    const { create, remove, lines } = await begin({ operations: [{ name, onCancel: "complete" }] });
    await rejection(create({ expect: ["cancelled"] }));
    await rejection(remove({ outcome: "running", expect: ["cancelled"] }));
    assert.deepEqual(lines, [
      "stuck (operations/AbC): succeeded after less than 1 s",
      "stuck (operations/AbC): running → succeeded after less than 1 s",
    ]);
  });

  it("is shown after a step whose time limit passes, and after a failed create that leaves nothing", async () => {
    const { create, lines } = await begin({ operations: [{ name, onCancel: "ignore" }] });
    await rejection(create({ customTimeouts: { create: "1ms" } }));
    await rejection(create({ operation: "operations/gone" }));
    assert.deepEqual(lines, ["stuck (operations/AbC): cancelling", "stuck (operations/gone): notFound"]);
  });

  it("isn't shown for a lookup by id, which manages no request", async () => {
    const { read, lines } = await begin({ operations: [{ name, done: "cancelled" }] });
    await read();
    assert.deepEqual(lines, []);
  });

  it("isn't shown for an operation that only runs and for an unchanged outcome", async () => {
    const { create, read, update, remove, lines } = await begin();
    await create({ cancelOn: "delete" });
    await read({ cancelOn: "delete", outcome: "running" });
    await update({ cancelOn: "delete", outcome: "running" }, { cancelOn: "delete" });
    await remove({ outcome: "cancelled", settleTime: ago(1) });
    await remove({ cancelOn: "create", outcome: "running" });
    assert.deepEqual(lines, []);
  });
});
