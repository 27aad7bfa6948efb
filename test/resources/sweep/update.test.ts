import assert from "node:assert/strict";
import type { Properties } from "../../../provider/resources/state/record";
import { failure, id, numbered, operations, partial, selecting, stage, tenMinutes, then } from "./stage";
import { decisionOf } from "../../support/decision";

const named = (outcome: string, ...names: string[]) => names.map((name) => ({ name: `operations/${name}`, outcome }));

/** Returns the outputs of an earlier run. The counts follow from `operations` and `unnamed`. */
function state(operations: { name: string; outcome: string }[], unnamed: Record<string, number> = {}): Properties {
  const outcomes = { ...unnamed };
  for (const { outcome } of operations) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  return { outcomes, operations, requestTime: then };
}

describe("update of a sweep that cancels at its creation", () => {
  const { enter, time } = stage();

  describe("update of a sweep that needs no call", () => {
    const done = { ...state(named("cancelled", "a")), matched: 1, settleTime: then };
    for (const [what, inputs] of [
      ["only a timeout changed", { customTimeouts: { create: "1h" } }],
      ["the limit changed", { limit: 5 }],
      ["the identity changed", { subject: "a@b" }],
      ["`expect` now allows the recorded outcomes", { expect: ["cancelled"] }],
    ] as const) {
      it(`makes no call when ${what}`, async () => {
        const { update, calls } = await enter({ operations: operations("b") });
        assert.deepEqual(await update(done, inputs), { cancelOn: "create", all: true, ...inputs, ...done });
        assert.deepEqual(calls(), []);
      });
    }

    it("makes no call when an acknowledgement is enough now", async () => {
      const { update, calls } = await enter();
      await update(state(named("cancelling", "a")), { waitFor: "accepted" });
      assert.deepEqual(calls(), []);
    });
  });

  describe("update of a sweep that resumes", () => {
    it("records how acknowledged operations ended, without another cancel", async () => {
      const { update, cancels, gets } = await enter({
        operations: [
          { name: "operations/a", done: "cancelled" },
          { name: "operations/b", done: "failed" },
        ],
      });
      const outputs = await update(state([...named("cancelling", "a", "b"), ...named("succeeded", "c")]));
      assert.deepEqual(outputs["outcomes"], { cancelled: 1, failed: 1, succeeded: 1 });
      assert.deepEqual([outputs["matched"], outputs["requestTime"]], [3, then]);
      assert.ok(String(outputs["settleTime"]) > then);
      assert.deepEqual([cancels(), gets()], [0, 0]);
    });

    it("polls until an acknowledged operation ends, without another cancel", async () => {
      const { update, emulator, cancels } = await enter({
        operations: [{ name: "operations/a" }],
        onCall: ({ method }) => {
          if (method === "list") emulator.settle("operations/a", "cancelled");
        },
      });
      const outputs = await update(state(named("cancelling", "a")));
      assert.deepEqual(outputs["outcomes"], { cancelled: 1 });
      assert.equal(cancels(), 0);
    });

    it("leaves a partial update with the last outcomes when the time limit passes", async () => {
      const { update, cancels } = await enter({
        operations: [{ name: "operations/a", done: "cancelled" }, { name: "operations/b" }],
        onCall: ({ method, name }) => {
          if (method === "get" && name === "operations/b") time.pass(tenMinutes);
        },
      });
      const { id: kept, outputs, message } = await partial(update(state(named("cancelling", "a", "b"))));
      assert.equal(kept, id);
      assert.deepEqual(outputs["outcomes"], { cancelled: 1, cancelling: 1 });
      assert.equal(outputs["requestTime"], then);
      assert.match(message, /1 of 2 operations didn't end as expected[^;]*\. operations\/b: still running 10m/);
      assert.equal(cancels(), 0);
    });

    it("cancels operations without an acknowledged cancel and operations that started since the last run", async () => {
      const { update, cancelled } = await enter({ operations: operations("asked", "failed", "new") });
      const outputs = await update(state([...named("cancelling", "asked"), ...named("running", "failed")]), {
        waitFor: "accepted",
      });
      assert.deepEqual(cancelled(), ["failed", "new"]);
      assert.deepEqual(outputs["outcomes"], { cancelling: 3 });
      assert.equal(outputs["requestTime"], then);
    });

    it("records how an operation without an acknowledged cancel ended", async () => {
      const { update, cancels } = await enter({ operations: [{ name: "operations/a", done: "succeeded" }] });
      const outputs = await update(state([...named("running", "a"), ...named("cancelled", "b")]));
      assert.deepEqual(outputs["outcomes"], { succeeded: 1, cancelled: 1 });
      assert.equal(cancels(), 0);
    });

    it("cancels an unsupported operation once more and counts it once", async () => {
      const { update, cancels } = await enter({ operations: [{ name: "operations/a", answer: "UNIMPLEMENTED" }] });
      const before = state([...named("unsupported", "a"), ...named("cancelled", "b")]);
      const { outputs } = await partial(update(before));
      assert.deepEqual([outputs["outcomes"], outputs["matched"]], [{ unsupported: 1, cancelled: 1 }, 2]);
      assert.equal(cancels(), 1);
    });

    it("makes no call for operations with the outcome unsupported or notFound that `expect` allows", async () => {
      const { update, cancelled, gets } = await enter({
        operations: [{ name: "operations/a", answer: "UNIMPLEMENTED" }, ...operations("b")],
      });
      const before = state([...named("unsupported", "a"), ...named("running", "b"), ...named("notFound", "c")]);
      const outputs = await update(before, { expect: ["cancelled", "unsupported", "notFound"] });
      assert.deepEqual(outputs["outcomes"], { unsupported: 1, cancelled: 1, notFound: 1 });
      assert.deepEqual([cancelled(), gets("operations/a"), gets("operations/c")], [["b"], 0, 0]);
    });

    it("keeps the number of unobserved operations when new operations start", async () => {
      const { update } = await enter({ operations: operations("new-1", "new-2") });
      const outputs = await update(state(named("cancelling"), { unobserved: 5, running: 1 }));
      assert.deepEqual(outputs["outcomes"], { unobserved: 5, cancelled: 2 });
    });

    it("fails in every run when `expect` excludes a recorded outcome", async () => {
      const { update, cancels } = await enter();
      const before = state([...named("succeeded", "a"), ...named("cancelled", "b")]);
      const { outputs, message } = await partial(update(before, { expect: ["cancelled"] }));
      assert.match(
        message,
        /1 of 2 operations didn't end as expected[^;]*\. operations\/a: succeeded\. To accept this outcome, add "succeeded" to/,
      );
      assert.deepEqual(outputs["outcomes"], before["outcomes"]);
      await partial(update(outputs, { expect: ["cancelled"] }));
      assert.equal(cancels(), 0);
    });

    it("fails when operations settled unobserved and `expect` is set", async () => {
      const { update } = await enter();
      const { message } = await partial(update(state([], { unobserved: 3 }), { expect: ["cancelled"] }));
      assert.match(
        message,
        /3 of 3 operations didn't end as expected \(3 unobserved\)\. [^.]*\. To accept these outcomes, add "succeeded", "failed" to `expect`/,
      );
    });

    it("leaves an incomplete partial update with the outcomes of single reads when the list responds 403", async () => {
      const { update, emulator } = await enter({ operations: operations("a") });
      emulator.fault({ method: "list", then: { status: 403 } });
      const before = state(named("cancelling", "a"));
      emulator.settle("operations/a", "cancelled");
      const { outputs, message } = await partial(update(before));
      assert.match(message, /^operations: the list call failed with PERMISSION_DENIED/);
      assert.deepEqual([outputs["outcomes"], outputs["incomplete"]], [{ cancelled: 1 }, true]);
      assert.equal(message.match(/PERMISSION_DENIED/g)?.length, 1);
    });

    it("lists again after a failed listing, even if all cancelled operations have ended", async () => {
      const { update, emulator, cancelled } = await enter({ operations: operations("unseen") });
      const before = { ...state(named("cancelled", "a")), incomplete: true };
      const denied = emulator.fault({ method: "list", then: { status: 403 } });
      const { outputs: kept } = await partial(update(before));
      assert.deepEqual([kept["outcomes"], kept["incomplete"]], [{ cancelled: 1 }, true]);
      denied.remove();
      const outputs = await update(before);
      assert.deepEqual(cancelled(), ["unseen"]);
      assert.deepEqual(outputs["outcomes"], { cancelled: 2 });
      assert.equal("incomplete" in outputs, false);
    });

    it("repeats the cancel only of running operations that the state doesn't name", async () => {
      const { create, update, emulator, cancels } = await enter({
        operations: numbered(150, { onCancel: "ignore" }),
      });
      const { outputs } = await create({ waitFor: "accepted" });
      for (let number = 1; number <= 140; number++) emulator.settle(`operations/${number}`, "cancelled");
      emulator.calls.clear();
      const resumed = update(outputs, {});
      await emulator.calls.received({ method: "cancel" }, 10);
      for (let number = 141; number <= 150; number++) emulator.settle(`operations/${number}`, "succeeded");
      assert.deepEqual((await resumed)["outcomes"], { cancelled: 100, unobserved: 40, succeeded: 10 });
      assert.equal((await resumed)["matched"], 150);
      assert.equal(cancels(), 10, "a later run may repeat one that the state does not name");
    });

    it("reads the operations of `names` that may run, and cancels those without an acknowledged cancel", async () => {
      const specs = [
        { name: "operations/a", done: "cancelled" },
        { name: "operations/b", done: "cancelled" },
        { name: "operations/c" },
        { name: "operations/d" },
      ] as const;
      const names = specs.map(({ name }) => name);
      const { update, cancelled, gets } = await enter({ operations: specs, unimplemented: ["list"] });
      const before = {
        names,
        ...state([...named("cancelled", "a"), ...named("cancelling", "b"), ...named("running", "c")], {
          cancelling: 1,
        }),
      };
      const outputs = await update(before, { names });
      assert.deepEqual(cancelled(), ["c", "d"]);
      assert.deepEqual(outputs["outcomes"], { cancelled: 4 });
      assert.deepEqual([outputs["matched"], gets("operations/a")], [4, 0]);
    });

    it("makes only reads when each of `names` has an acknowledged cancel", async () => {
      const names = ["operations/a", "operations/b"];
      const { update, calls } = await enter({ operations: names.map((name) => ({ name, done: "cancelled" })) });
      const outputs = await update(
        { names, ...state([...named("cancelled", "a"), ...named("cancelling", "b")]) },
        { names },
      );
      assert.deepEqual(outputs["outcomes"], { cancelled: 2 });
      assert.deepEqual(calls(), ["get"]);
    });
  });

  describe("update of a sweep whose selection changes", () => {
    it("cancels nothing for a narrower selection and keeps the acknowledgements of the wider one", async () => {
      const { create, update, emulator, cancels } = await enter({ operations: numbered(4, { onCancel: "ignore" }) });
      const { outputs } = await create({ waitFor: "accepted" });
      emulator.add({ name: "operations/new" });
      emulator.calls.clear();
      const match = { name: "operations/none-*" };
      const narrowed = await update(outputs, { match });
      const acknowledged = numbered(4).map(({ name }) => ({ name, requestTime: outputs["requestTime"] }));
      assert.deepEqual(narrowed, {
        cancelOn: "create",
        match,
        matched: 0,
        outcomes: {},
        operations: [],
        endpoint: emulator.endpoint,
        acknowledged,
      });
      assert.equal(cancels(), 0);
    });

    it("cancels the operations that only the wider selection matches", async () => {
      const specs = operations("x-1", "y-1");
      const { create, update, cancelled } = await enter({ operations: specs });
      const { outputs } = await create({ match: { name: "operations/x-*" } });
      assert.deepEqual((await update(outputs, { all: true }))["outcomes"], { cancelled: 1 });
      assert.deepEqual(cancelled(), ["x-1", "y-1"]);
    });

    it("doesn't fail for recorded outcomes of operations that the new selection doesn't match", async () => {
      const { update } = await enter({ operations: operations("a") });
      const before = { all: true, ...state([...named("succeeded", "x"), ...named("unsupported", "y")]) };
      const outputs = await update(before, { match: { name: "operations/a" }, expect: ["cancelled"] });
      assert.deepEqual(outputs["outcomes"], { cancelled: 1 });
    });

    it("doesn't repeat an acknowledged cancel when the selection changes several times", async () => {
      const { create, update, cancels } = await enter({ operations: numbered(3, { onCancel: "ignore" }) });
      const waitFor = "accepted";
      let { outputs } = await create({ waitFor });
      for (const selection of [
        { match: { name: "operations/1" } },
        { match: { name: "x" } },
        {},
        { all: true, match: {} },
      ]) {
        outputs = await update(outputs, { waitFor, ...selecting(selection) });
      }
      assert.deepEqual([outputs["outcomes"], cancels()], [{ cancelling: 3 }, 3]);
      assert.equal("acknowledged" in outputs, false);
    });

    it("makes no call when the same selection is written in another way", async () => {
      const { create, update, emulator } = await enter({ operations: numbered(2) });
      const { outputs } = await create({ all: true });
      emulator.calls.clear();
      assert.deepEqual((await update(outputs, { all: true, match: {} }))["outcomes"], { cancelled: 2 });
      assert.equal(emulator.calls.count(), 0);
    });

    it("fails without a cancel or a partial update when the new selection exceeds `limit`", async () => {
      const { update, cancels } = await enter({ operations: numbered(3) });
      assert.match(
        (await failure(update({ match: { name: "x" } }, { all: true, limit: 2 }))).message,
        /3 operations match/,
      );
      assert.equal(cancels(), 0);
    });

    it("leaves a partial update with the new selection and its outcomes when an operation is unsupported", async () => {
      const { update } = await enter({ operations: [...operations("a"), { answer: "UNIMPLEMENTED" }] });
      const { outputs } = await partial(update({ match: { name: "x" } }, { all: true }));
      assert.deepEqual([outputs["all"], outputs["outcomes"]], [true, { cancelled: 1, unsupported: 1 }]);
    });
  });

  describe("update of a sweep whose cancelOn changes", () => {
    it('cancels when cancelOn changes to "create", regardless of the counts', async () => {
      const { watch, update, cancels } = await enter({ operations: operations("a", "b") });
      const { outputs } = await watch();
      const swept = await update({ ...outputs, cancelOn: "delete" });
      assert.deepEqual([swept["outcomes"], swept["matched"]], [{ cancelled: 2 }, 2]);
      assert.equal(cancels(), 2);
    });

    it('counts and cancels nothing when cancelOn changes to "delete"', async () => {
      const { create, update, emulator, cancels } = await enter({ operations: operations("a") });
      const { outputs } = await create();
      emulator.add();
      const counted = await update(outputs, { cancelOn: "delete" });
      assert.deepEqual([counted["outcomes"], counted["requestTime"]], [{ running: 1 }, undefined]);
      assert.equal(cancels(), 1);
    });
  });

  it("doesn't repeat an acknowledged cancel when cancelOn changes back and forth, or in a delete", async () => {
    const { create, update, read, remove, emulator, cancels } = await enter({
      operations: numbered(2, { onCancel: "ignore" }),
    });
    const { outputs } = await create({ waitFor: "accepted" });
    const watching = await update(outputs, { cancelOn: "delete" });
    assert.deepEqual(watching["outcomes"], { cancelling: 2 });
    const refreshed = await read(watching);
    assert.deepEqual(refreshed["outcomes"], { cancelling: 2 });
    await update(refreshed, { waitFor: "accepted" });
    await remove({ ...refreshed, waitFor: "accepted" });
    assert.equal(cancels(), 2);
    for (const { name = "" } of numbered(2)) emulator.settle(name, "cancelled");
    await remove(refreshed);
    assert.equal(cancels(), 2);
  });

  it("cancels an operation that started after a run that spent its time limit on one cancel", async () => {
    const { create, update, emulator, cancelled } = await enter({
      operations: operations("stuck", "b"),
      onCall: ({ method, name }) => {
        if (method === "cancel" && name === "operations/stuck") time.pass(tenMinutes);
      },
    });
    const stuck = emulator.fault({ method: "cancel", name: "operations/stuck", then: { status: 503 } });
    const { outputs } = await partial(create());
    assert.equal(outputs["incomplete"], true);
    emulator.settle("operations/stuck", "succeeded");
    stuck.remove();
    emulator.add({ name: "operations/new" });
    const updated = await update(outputs);
    assert.deepEqual(updated["outcomes"], { cancelled: 2, succeeded: 1 });
    assert.ok(cancelled().includes("new"));
  });

  it("cancels a running operation that the listing hides, and records the outcome of a hidden ended one", async () => {
    const { update, emulator, cancelled } = await enter({ operations: operations("hidden", "ends") });
    emulator.fault({ method: "list", then: { body: { json: {} } } });
    emulator.settle("operations/ends", "succeeded");
    const outputs = await update(state(named("running", "hidden", "ends")));
    assert.deepEqual([cancelled(), outputs["outcomes"]], [["hidden"], { cancelled: 1, succeeded: 1 }]);
  });

  it("returns a state in which diff finds no change", async () => {
    const { create, update, diff, emulator } = await enter({ operations: numbered(3, { onCancel: "ignore" }) });
    const inputs = { all: true, cancelOn: "create" };
    const { outputs } = await create({ waitFor: "accepted" });
    assert.equal(diff(outputs, inputs).changes, true);
    for (const { name = "" } of numbered(3)) emulator.settle(name, "cancelled");
    const updated = await update(outputs);
    assert.deepEqual(decisionOf(diff(updated, inputs)), { changes: false, replaces: [] });
  });
});

describe("update of a sweep that cancels at its deletion", () => {
  const { enter } = stage();

  it("makes no call and keeps the counts when the selection stays the same", async () => {
    const { watch, update, emulator } = await enter({ operations: operations("a") });
    const { outputs } = await watch();
    emulator.calls.clear();
    const updated = await update({ ...outputs, cancelOn: "delete" }, { cancelOn: "delete", limit: 5 });
    assert.deepEqual(updated, { ...outputs, cancelOn: "delete", limit: 5 });
    assert.equal(emulator.calls.count(), 0);
  });

  it("counts again for a narrower or a wider selection, and cancels nothing", async () => {
    const { watch, update, cancels } = await enter({ operations: operations("x-1", "x-2", "y-1") });
    const match = { name: "operations/x-*" };
    const { outputs } = await watch();
    const narrowed = await update({ ...outputs, cancelOn: "delete" }, { cancelOn: "delete", match });
    assert.equal(narrowed["matched"], 2);
    const widened = await update(narrowed, { cancelOn: "delete", all: true });
    assert.equal(widened["matched"], 3);
    assert.equal(cancels(), 0);
  });

  it("fails without a partial update when the list responds 403", async () => {
    const { update, emulator } = await enter();
    emulator.fault({ method: "list", then: { status: 403 } });
    await failure(update({ cancelOn: "delete" }, { cancelOn: "delete", filter: "done=false" }));
  });
});
