import assert from "node:assert/strict";
import { failure, id, name, partial, stage } from "./stage";

const then = "2026-01-01T00:00:00.000Z";
const brief = { customTimeouts: { update: "1ms" } };
const acknowledged = { outcome: "cancelling", done: false, requestTime: then };
const settledAs = (outcome: string) => ({ outcome, done: true, requestTime: then, settleTime: then });

describe("update of a request", () => {
  const { enter } = stage();

  describe("update of a request that needs no call", () => {
    for (const [what, old, inputs] of [
      ["only a timeout changed", settledAs("cancelled"), { customTimeouts: { create: "1h" } }],
      ["the identity changed", settledAs("cancelled"), { subject: "a@b" }],
      ["scopes changed", settledAs("succeeded"), { service: { scopes: ["x"] } }],
      ["`expect` now allows the recorded outcome", settledAs("failed"), { expect: ["failed"] }],
      ["an acknowledgement is enough now", acknowledged, { waitFor: "accepted" }],
      ["the request now cancels at delete", { outcome: "running", done: false }, { cancelOn: "delete" }],
      ["`expect` now allows unsupported", { outcome: "unsupported", done: false }, { expect: ["unsupported"] }],
    ] as const) {
      it(`makes no call when ${what}`, async () => {
        const { update, calls } = await enter({ operations: [{ name }] });
        assert.deepEqual(await update(old, inputs), { operation: name, ...inputs, ...old });
        assert.deepEqual(calls(), []);
      });
    }

    it("leaves a partial update without a call when `expect` excludes the settled outcome", async () => {
      const { update, calls } = await enter({ operations: [{ name }] });
      const old = settledAs("succeeded");
      const { id: kept, outputs, message } = await partial(update(old, { expect: ["cancelled"] }));
      assert.equal(kept, id);
      assert.deepEqual(outputs, { operation: name, expect: ["cancelled"], ...old });
      for (const way of ['add "succeeded" to `expect`', "remove it from the program", "pulumi state delete"]) {
        assert.ok(message.includes(way), message);
      }
      assert.deepEqual(calls(), []);
    });
  });

  describe("update of a request that resumes a wait", () => {
    it("waits for an acknowledged cancel without a second cancel", async () => {
      const { update, calls } = await enter({ operations: [{ name, done: "cancelled" }] });
      const outputs = await update(acknowledged);
      assert.deepEqual([outputs["outcome"], outputs["requestTime"]], ["cancelled", then]);
      assert.deepEqual(calls(), ["get"]);
    });

    it("leaves a partial update with the last read when the time limit passes", async () => {
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

    it("leaves a partial update with the outcome notFound when the operation is gone", async () => {
      const { update } = await enter();
      const { outputs } = await partial(update(acknowledged));
      assert.deepEqual([outputs["outcome"], outputs["requestTime"]], ["notFound", then]);
    });

    it("fails without a partial update when the read responds 403", async () => {
      const { update, emulator } = await enter({ operations: [{ name }] });
      emulator.fault({ method: "get", then: { status: 403 } });
      assert.match((await failure(update(acknowledged))).message, /PERMISSION_DENIED/);
    });

    it("leaves a partial update when the wait ends with an outcome that `expect` excludes", async () => {
      const { update } = await enter({ operations: [{ name, done: "failed" }] });
      const { outputs, message } = await partial(update(acknowledged, { expect: ["cancelled"] }));
      assert.equal(outputs["outcome"], "failed");
      assert.match(message, /failed with INTERNAL: Internal error encountered/);
    });
  });

  describe("update of a request that may need a cancel", () => {
    for (const outcome of ["running", "unsupported", "notFound"]) {
      it(`cancels a running operation whose recorded outcome is ${outcome}`, async () => {
        const { update, calls } = await enter({ operations: [{ name }] });
        const outputs = await update({ outcome });
        assert.equal(outputs["outcome"], "cancelled");
        assert.ok(String(outputs["requestTime"]) > then);
        assert.deepEqual(calls(), ["get", "cancel", "get"]);
      });
    }

    it('cancels the operation when the request changes to cancelOn "create"', async () => {
      const { update, calls } = await enter({ operations: [{ name }] });
      await update({ cancelOn: "delete", outcome: "running", done: false }, { waitFor: "accepted" });
      assert.deepEqual(calls(), ["get", "cancel"]);
    });

    it("doesn't cancel an operation that has ended since the last run", async () => {
      const { update, calls } = await enter({ operations: [{ name, done: "succeeded" }] });
      const outputs = await update({ outcome: "running" });
      assert.equal(outputs["outcome"], "succeeded");
      assert.equal("requestTime" in outputs, false);
      assert.deepEqual(calls(), ["get"]);
    });

    it("fails without a cancel when the operation is gone, unless `expect` allows notFound", async () => {
      const { update, calls } = await enter();
      assert.match((await failure(update({ outcome: "running" }))).message, /isn't known to the service/);
      assert.deepEqual(calls(), ["get"]);
      assert.equal((await update({ outcome: "running" }, { expect: ["notFound"] }))["outcome"], "notFound");
    });

    it("doesn't repeat an acknowledged cancel when an operation that was notFound runs again", async () => {
      const { update, emulator } = await enter({ operations: [{ name }] });
      await partial(update({ ...acknowledged, outcome: "notFound" }, brief));
      assert.equal(emulator.calls.count("cancel"), 0);
    });

    it("fails without a partial update when the cancel responds 403", async () => {
      const { update, emulator } = await enter({ operations: [{ name }] });
      emulator.fault({ method: "cancel", then: { status: 403 } });
      await failure(update({ outcome: "running" }));
      assert.equal(emulator.calls.count("cancel"), 1);
    });

    it("leaves a partial update without an acknowledgement when the cancel gets no definite response", async () => {
      const { update, emulator } = await enter({ operations: [{ name }] });
      emulator.fault({ method: "cancel", then: { status: 503 } });
      const { outputs } = await partial(update({ outcome: "running" }, brief));
      const { endpoint } = emulator;
      assert.deepEqual(outputs, { operation: name, ...brief, outcome: "running", done: false, endpoint });
    });

    it("fails without a partial update when the cancel responds UNIMPLEMENTED again", async () => {
      const { update, calls } = await enter({ operations: [{ name, answer: "UNIMPLEMENTED" }] });
      assert.match((await failure(update({ outcome: "unsupported" }))).message, /can't cancel it/);
      assert.deepEqual(calls(), ["get", "cancel", "get"]);
    });
  });
});
