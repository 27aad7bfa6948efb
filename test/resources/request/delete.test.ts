import assert from "node:assert/strict";
import { failure, name, stage } from "./stage";
import { rejection } from "../../support/rejection";

const then = "2026-01-01T00:00:00.000Z";
const onDelete = { cancelOn: "delete", outcome: "running", done: false };

describe("destroying a cancellation request", () => {
  const { enter } = stage();

  for (const outcome of ["running", "cancelling", "succeeded", "unsupported", "notFound"]) {
    it(`makes no call with cancelOn "create": a cancellation is history (${outcome})`, async () => {
      const { remove, calls } = await enter({ operations: [{ name }] });
      await remove({ outcome, expect: ["cancelled"] });
      await remove({ outcome, cancelOn: "create" });
      assert.deepEqual(calls(), []);
    });
  }

  describe('with cancelOn "delete"', () => {
    it("cancels, and waits for the end", async () => {
      const { remove, emulator, calls } = await enter({ operations: [{ name }] });
      await remove(onDelete);
      assert.deepEqual(calls(), ["cancel", "get"]);
      assert.equal(emulator.operation(name)?.outcome, "cancelled");
    });

    it('cancels, and does not wait with waitFor "accepted"', async () => {
      const { remove, calls } = await enter({ operations: [{ name, onCancel: "ignore" }] });
      await remove({ ...onDelete, waitFor: "accepted", expect: ["cancelled"] });
      assert.deepEqual(calls(), ["cancel"]);
    });

    it("takes any end, and that the operation is gone", async () => {
      for (const onCancel of ["complete", "fail"] as const) {
        const { remove } = await enter({ operations: [{ name, onCancel }] });
        await remove(onDelete);
      }
      const { remove, calls } = await enter();
      await remove(onDelete);
      assert.deepEqual(calls(), ["cancel"]);
    });

    it("fails when the end is not expected, and names the ways out", async () => {
      const { remove } = await enter({ operations: [{ name, onCancel: "complete" }] });
      const { message } = await rejection(remove({ ...onDelete, expect: ["cancelled"] }));
      for (const way of [name, "succeeded", "`expect`", "`retainOnDelete`", "`pulumi state delete`"]) {
        assert.ok(message.includes(way), message);
      }
    });

    it("fails when the operation is gone and that is not expected", async () => {
      const { remove } = await enter();
      assert.match(
        (await rejection(remove({ ...onDelete, expect: ["cancelled"] }))).message,
        /is not known to the service/,
      );
    });

    it("fails when the operation runs and can't be cancelled, unless that is expected", async () => {
      const { remove } = await enter({ operations: [{ name, answer: "UNIMPLEMENTED" }] });
      assert.match((await rejection(remove(onDelete))).message, /can't cancel it \(UNIMPLEMENTED\)/);
      await remove({ ...onDelete, expect: ["unsupported"] });
    });

    it("fails when the cancel is refused", async () => {
      const { remove, emulator } = await enter({ operations: [{ name }] });
      emulator.fault({ method: "cancel", then: { status: 403 } });
      assert.match((await failure(remove(onDelete))).message, /PERMISSION_DENIED/);
    });

    it("fails when the time runs out; the next time it starts over", async () => {
      const { remove, emulator } = await enter({ operations: [{ name, onCancel: "ignore" }] });
      const { message } = await rejection(remove({ ...onDelete, customTimeouts: { delete: "1ms" } }));
      assert.match(message, /operations\/AbC .* is still running 1ms after .* to be destroyed again/);
      assert.doesNotMatch(message, /without a second/);
      emulator.settle(name, "cancelled");
      await remove(onDelete);
      assert.equal(emulator.calls.count("cancel"), 2);
    });

    it("repeats no cancel that was acknowledged", async () => {
      const { remove, calls } = await enter({ operations: [{ name, done: "cancelled" }] });
      await remove({ ...onDelete, outcome: "cancelling", requestTime: then });
      assert.deepEqual(calls(), ["get"]);
    });

    it("makes no call where the operation was seen settled, and holds that to what is expected", async () => {
      const { remove, calls } = await enter({ operations: [{ name }] });
      const settled = { ...onDelete, outcome: "succeeded", done: true, settleTime: then };
      await remove(settled);
      await rejection(remove({ ...settled, expect: ["cancelled"] }));
      assert.deepEqual(calls(), []);
    });
  });
});
