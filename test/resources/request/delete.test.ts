import assert from "node:assert/strict";
import { failure, name, stage } from "./stage";
import { rejection } from "../../support/rejection";

const then = "2026-01-01T00:00:00.000Z";
const onDelete = { cancelOn: "delete", outcome: "running", done: false };

describe("delete of a request", () => {
  const { enter } = stage();

  for (const outcome of ["running", "cancelling", "succeeded", "unsupported", "notFound"]) {
    it(`makes no call with cancelOn "create" and the recorded outcome ${outcome}`, async () => {
      const { remove, calls } = await enter({ operations: [{ name }] });
      await remove({ outcome, expect: ["cancelled"] });
      await remove({ outcome, cancelOn: "create" });
      assert.deepEqual(calls(), []);
    });
  }

  describe('delete of a request with cancelOn "delete"', () => {
    it("cancels the operation and polls until it ends", async () => {
      const { remove, emulator, calls } = await enter({ operations: [{ name }] });
      await remove(onDelete);
      assert.deepEqual(calls(), ["cancel", "get"]);
      assert.equal(emulator.operation(name)?.outcome, "cancelled");
    });

    it('cancels the operation and returns without a read with waitFor "accepted"', async () => {
      const { remove, calls } = await enter({ operations: [{ name, onCancel: "ignore" }] });
      await remove({ ...onDelete, waitFor: "accepted", expect: ["cancelled"] });
      assert.deepEqual(calls(), ["cancel"]);
    });

    it("succeeds when the operation completes, fails or is gone", async () => {
      for (const onCancel of ["complete", "fail"] as const) {
        const { remove } = await enter({ operations: [{ name, onCancel }] });
        await remove(onDelete);
      }
      const { remove, calls } = await enter();
      await remove(onDelete);
      assert.deepEqual(calls(), ["cancel"]);
    });

    it("fails when `expect` excludes the outcome, and lists the possible remedies", async () => {
      const { remove } = await enter({ operations: [{ name, onCancel: "complete" }] });
      const { message } = await rejection(remove({ ...onDelete, expect: ["cancelled"] }));
      for (const way of [name, "succeeded", "`expect`", "`retainOnDelete`", "`pulumi state delete`"]) {
        assert.ok(message.includes(way), message);
      }
    });

    it("fails when the operation is gone and `expect` excludes notFound", async () => {
      const { remove } = await enter();
      assert.match(
        (await rejection(remove({ ...onDelete, expect: ["cancelled"] }))).message,
        /isn't known to the service/,
      );
    });

    it("fails when the cancel responds UNIMPLEMENTED, unless `expect` allows unsupported", async () => {
      const { remove } = await enter({ operations: [{ name, answer: "UNIMPLEMENTED" }] });
      assert.match((await rejection(remove(onDelete))).message, /can't cancel it \(UNIMPLEMENTED\)/);
      await remove({ ...onDelete, expect: ["unsupported"] });
    });

    it("fails when the cancel responds 403", async () => {
      const { remove, emulator } = await enter({ operations: [{ name }] });
      emulator.fault({ method: "cancel", then: { status: 403 } });
      assert.match((await failure(remove(onDelete))).message, /PERMISSION_DENIED/);
    });

    it("fails when the time limit passes, and cancels again in the next delete", async () => {
      const { remove, emulator } = await enter({ operations: [{ name, onCancel: "ignore" }] });
      const { message } = await rejection(remove({ ...onDelete, customTimeouts: { delete: "1ms" } }));
      assert.match(
        message,
        /operations\/AbC .* is still running 1ms after .* To wait longer, set `customTimeouts\.delete`\. The resource stays in the state/,
      );
      assert.doesNotMatch(message, /without a second/);
      emulator.settle(name, "cancelled");
      await remove(onDelete);
      assert.equal(emulator.calls.count("cancel"), 2);
    });

    it("doesn't repeat an acknowledged cancel", async () => {
      const { remove, calls } = await enter({ operations: [{ name, done: "cancelled" }] });
      await remove({ ...onDelete, outcome: "cancelling", requestTime: then });
      assert.deepEqual(calls(), ["get"]);
    });

    it("makes no call for a settled operation, and fails when `expect` excludes its outcome", async () => {
      const { remove, calls } = await enter({ operations: [{ name }] });
      const settled = { ...onDelete, outcome: "succeeded", done: true, settleTime: then };
      await remove(settled);
      await rejection(remove({ ...settled, expect: ["cancelled"] }));
      assert.deepEqual(calls(), []);
    });
  });
});
