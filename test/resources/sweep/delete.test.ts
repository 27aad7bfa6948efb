import assert from "node:assert/strict";
import { failure, numbered, operations, stage, tenMinutes } from "./stage";

describe("a sweep that cancels at its deletion", () => {
  const { enter, lines, time } = stage();

  describe("create and read of a sweep that cancels at its deletion", () => {
    it("counts the running operations that match, and cancels nothing", async () => {
      const { watch, calls, emulator } = await enter({ operations: [...operations("a", "b"), { done: "cancelled" }] });
      const { id, outputs } = await watch();
      assert.match(id, /^\/\/cloudchannel\.googleapis\.com\/operations#[0-9a-f]{8}$/);
      assert.deepEqual(outputs, {
        all: true,
        matched: 2,
        outcomes: { running: 2 },
        operations: [
          { name: "operations/a", outcome: "running" },
          { name: "operations/b", outcome: "running" },
        ],
        endpoint: emulator.endpoint,
      });
      assert.deepEqual(calls(), ["list"]);
      assert.deepEqual(lines, []);
    });

    it("counts more operations than `limit` without an error", async () => {
      const { watch } = await enter({ operations: numbered(3) });
      assert.equal((await watch({ limit: 1 })).outputs["matched"], 3);
    });

    it("counts the running operations of `names` by single reads, and skips missing ones", async () => {
      const { watch, calls } = await enter({ operations: operations("a", "b"), unimplemented: ["list"] });
      const { outputs } = await watch({ names: ["operations/a", "operations/gone"] });
      assert.deepEqual(outputs["operations"], [{ name: "operations/a", outcome: "running" }]);
      assert.deepEqual(calls(), ["get", "get"]);
    });

    it("fails to be created when the service can't list", async () => {
      const { watch } = await enter({ unimplemented: ["list"] });
      assert.match((await failure(watch())).message, /can't be listed/);
    });

    it("fails to be created when the read of a name responds 403", async () => {
      const { watch, emulator } = await enter({ operations: operations("a") });
      emulator.fault({ method: "get", then: { status: 403 } });
      assert.match((await failure(watch({ names: ["operations/a"] }))).message, /^operations\/a: the get call failed/);
    });

    it("counts again in a refresh and cancels nothing", async () => {
      const { watch, read, emulator, cancels } = await enter({ operations: operations("a", "b") });
      const { outputs } = await watch({ report: "r" });
      emulator.settle("operations/a", "succeeded");
      emulator.add({ name: "operations/c" });
      const refreshed = await read(outputs);
      assert.deepEqual(refreshed["operations"], [
        { name: "operations/b", outcome: "running" },
        { name: "operations/c", outcome: "running" },
      ]);
      assert.deepEqual([refreshed["matched"], refreshed["all"], refreshed["report"]], [2, true, "r"]);
      assert.equal(cancels(), 0);
    });

    it("fails in a refresh, which keeps the state, when the list responds 403", async () => {
      const { read, emulator } = await enter();
      emulator.fault({ method: "list", then: { status: 403 } });
      assert.match((await failure(read({ all: true }))).message, /PERMISSION_DENIED/);
    });
  });

  describe("delete of a sweep", () => {
    it("cancels the operations that match at the deletion, polls until all end, and prints the counts", async () => {
      const { watch, remove, emulator, cancelled } = await enter({ operations: operations("a", "b") });
      const { outputs } = await watch();
      emulator.add({ name: "operations/c", onCancel: "complete" });
      await remove(outputs);
      assert.deepEqual(cancelled(), ["a", "b", "c"]);
      assert.deepEqual(lines, ["operations: swept 3: 2 cancelled, 1 succeeded."]);
    });

    it('makes no call with cancelOn "create"', async () => {
      const { create, remove, emulator } = await enter({ operations: operations("a") });
      const { outputs } = await create();
      emulator.calls.clear();
      await remove(outputs);
      assert.equal(emulator.calls.count(), 0);
    });

    it("succeeds when an operation is gone, unless `expect` excludes notFound", async () => {
      const { remove } = await enter();
      const names = ["operations/gone"];
      await remove({ names });
      assert.match(
        (await failure(remove({ names, expect: ["cancelled"] }))).message,
        /allows cancelled\. operations\/gone: notFound\. /,
      );
    });

    it("fails when `expect` excludes an outcome, and lists the possible remedies", async () => {
      const { remove } = await enter({ operations: [...operations("a"), { onCancel: "complete" }] });
      const { message } = await failure(remove({ expect: ["cancelled"] }));
      assert.match(
        message,
        /1 of 2 operations didn't end as expected \(1 cancelled, 1 succeeded\)\. `expect` allows cancelled\./,
      );
      for (const way of ["`expect`", "`retainOnDelete`", "`pulumi state delete`"]) assert.ok(message.includes(way));
    });

    it("fails and cancels nothing when more operations match than `limit`", async () => {
      const { remove, cancels } = await enter({ operations: numbered(3) });
      assert.match((await failure(remove({ limit: 2 }))).message, /3 operations match, and `limit` is 2/);
      assert.equal(cancels(), 0);
      assert.deepEqual(lines, []);
    });

    it("fails when the time limit passes, and succeeds without another cancel in the next delete", async () => {
      const { remove, emulator, cancels } = await enter({
        operations: [{ name: "operations/a", onCancel: "ignore" }],
        onCall: ({ method }) => {
          if (method === "get" && emulator.operation("operations/a")?.done === false) time.pass(tenMinutes);
        },
      });
      assert.match((await failure(remove())).message, /\. operations\/a: still running 10m after/);
      emulator.settle("operations/a", "cancelled");
      await remove();
      assert.equal(cancels(), 1);
    });

    it('returns after the acknowledgements with waitFor "accepted", without a read', async () => {
      const { remove, gets, cancels } = await enter({ operations: numbered(3, { onCancel: "ignore" }) });
      await remove({ waitFor: "accepted" });
      assert.deepEqual([cancels(), gets()], [3, 0]);
    });

    it("cancels only the operations that its selection matches", async () => {
      const { remove, cancelled } = await enter({ operations: operations("keep-1", "drop-1", "drop-2") });
      await remove({ match: { name: "operations/drop-*" } });
      assert.deepEqual(cancelled(), ["drop-1", "drop-2"]);
    });
  });
});
