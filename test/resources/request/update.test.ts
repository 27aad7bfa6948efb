import assert from "node:assert/strict";
import { failure, id, name, partial, stage } from "./stage";

const then = "2026-01-01T00:00:00.000Z";
const brief = { customTimeouts: { update: "1ms" } };
const acknowledged = { outcome: "cancelling", done: false, requestTime: then };
const settledAs = (outcome: string) => ({ outcome, done: true, requestTime: then, settleTime: then });

describe("updating a cancellation request", () => {
  const { enter } = stage();

  describe("makes no call at all", () => {
    for (const [what, old, inputs] of [
      ["when only a time-out changed", settledAs("cancelled"), { customTimeouts: { create: "1h" } }],
      ["when the identity changed", settledAs("cancelled"), { subject: "a@b" }],
      ["when scopes changed", settledAs("succeeded"), { service: { scopes: ["x"] } }],
      ["when what was recorded is what is expected now", settledAs("failed"), { expect: ["failed"] }],
      ["when an acknowledgement is enough now", acknowledged, { waitFor: "accepted" }],
      ["when it is to cancel on delete now", { outcome: "running", done: false }, { cancelOn: "delete" }],
      ["when unsupported is expected", { outcome: "unsupported", done: false }, { expect: ["unsupported"] }],
    ] as const) {
      it(what, async () => {
        const { update, calls } = await enter({ operations: [{ name }] });
        assert.deepEqual(await update(old, inputs), { operation: name, ...inputs, ...old });
        assert.deepEqual(calls(), []);
      });
    }

    it("to judge an outcome that is settled, and keeps it", async () => {
      const { update, calls } = await enter({ operations: [{ name }] });
      const old = settledAs("succeeded");
      const { id: kept, outputs, message } = await partial(update(old, { expect: ["cancelled"] }));
      assert.equal(kept, id);
      assert.deepEqual(outputs, { operation: name, expect: ["cancelled"], ...old });
      for (const way of ['add "succeeded" to `expect`', "retainOnDelete", "pulumi state delete"]) {
        assert.ok(message.includes(way), message);
      }
      assert.deepEqual(calls(), []);
    });
  });

  describe("resumes a wait", () => {
    it("without a second cancel call", async () => {
      const { update, calls } = await enter({ operations: [{ name, done: "cancelled" }] });
      const outputs = await update(acknowledged);
      assert.deepEqual([outputs["outcome"], outputs["requestTime"]], ["cancelled", then]);
      assert.deepEqual(calls(), ["get"]);
    });

    it("for as long as it may, and keeps what it learnt", async () => {
      const { update, emulator } = await enter({ operations: [{ name, operationType: "T" }] });
      const { outputs, message } = await partial(update(acknowledged, brief));
      assert.deepEqual(
        [outputs["outcome"], outputs["requestTime"], outputs["operationType"]],
        ["cancelling", then, "T"],
      );
      assert.deepEqual(outputs["customTimeouts"], brief.customTimeouts);
      assert.match(message, /still running 1ms after/);
      assert.equal(emulator.calls.count("cancel"), 0);
    });

    it("and says that the operation is gone, where it is, and keeps the resource", async () => {
      const { update } = await enter();
      const { outputs } = await partial(update(acknowledged));
      assert.deepEqual([outputs["outcome"], outputs["requestTime"]], ["notFound", then]);
    });

    it("not, where the operation can't be read: the state stays as it was", async () => {
      const { update, emulator } = await enter({ operations: [{ name }] });
      emulator.fault({ method: "get", then: { status: 403 } });
      assert.match((await failure(update(acknowledged))).message, /PERMISSION_DENIED/);
    });

    it("and holds the end to what is expected", async () => {
      const { update } = await enter({ operations: [{ name, done: "failed" }] });
      const { outputs, message } = await partial(update(acknowledged, { expect: ["cancelled"] }));
      assert.equal(outputs["outcome"], "failed");
      assert.match(message, /failed with INTERNAL: Internal error encountered/);
    });
  });

  describe("makes the cancel call", () => {
    for (const outcome of ["running", "unsupported", "notFound"]) {
      it(`where none was acknowledged and the operation runs (recorded: ${outcome})`, async () => {
        const { update, calls } = await enter({ operations: [{ name }] });
        const outputs = await update({ outcome });
        assert.equal(outputs["outcome"], "cancelled");
        assert.ok(String(outputs["requestTime"]) > then);
        assert.deepEqual(calls(), ["get", "cancel", "get"]);
      });
    }

    it("when it is to cancel on create now", async () => {
      const { update, calls } = await enter({ operations: [{ name }] });
      await update({ cancelOn: "delete", outcome: "running", done: false }, { waitFor: "accepted" });
      assert.deepEqual(calls(), ["get", "cancel"]);
    });

    it("not, where the operation has ended meanwhile", async () => {
      const { update, calls } = await enter({ operations: [{ name, done: "succeeded" }] });
      const outputs = await update({ outcome: "running" });
      assert.equal(outputs["outcome"], "succeeded");
      assert.equal("requestTime" in outputs, false);
      assert.deepEqual(calls(), ["get"]);
    });

    it("not, where the operation is gone: a plain failure, unless that is expected", async () => {
      const { update, calls } = await enter();
      assert.match((await failure(update({ outcome: "running" }))).message, /is not known to the service/);
      assert.deepEqual(calls(), ["get"]);
      assert.equal((await update({ outcome: "running" }, { expect: ["notFound"] }))["outcome"], "notFound");
    });

    it("not, where one was acknowledged, though the operation runs again", async () => {
      const { update, emulator } = await enter({ operations: [{ name }] });
      await partial(update({ ...acknowledged, outcome: "notFound" }, brief));
      assert.equal(emulator.calls.count("cancel"), 0);
    });

    it("and fails plainly where that is refused", async () => {
      const { update, emulator } = await enter({ operations: [{ name }] });
      emulator.fault({ method: "cancel", then: { status: 403 } });
      await failure(update({ outcome: "running" }));
      assert.equal(emulator.calls.count("cancel"), 1);
    });

    it("and keeps the resource where no clear answer comes, still without an acknowledgement", async () => {
      const { update, emulator } = await enter({ operations: [{ name }] });
      emulator.fault({ method: "cancel", then: { status: 503 } });
      const { outputs } = await partial(update({ outcome: "running" }, brief));
      const { endpoint } = emulator;
      assert.deepEqual(outputs, { operation: name, ...brief, outcome: "running", done: false, endpoint });
    });

    it("and is unsupported still where the service still can't cancel", async () => {
      const { update, calls } = await enter({ operations: [{ name, answer: "UNIMPLEMENTED" }] });
      assert.match((await failure(update({ outcome: "unsupported" }))).message, /can't cancel it/);
      assert.deepEqual(calls(), ["get", "cancel", "get"]);
    });
  });
});
