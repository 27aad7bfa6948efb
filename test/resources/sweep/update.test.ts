import assert from "node:assert/strict";
import type { Properties } from "../../../provider/resources/state/record";
import { failure, id, numbered, operations, partial, selecting, stage, tenMinutes, then } from "./stage";

const named = (outcome: string, ...names: string[]) => names.map((name) => ({ name: `operations/${name}`, outcome }));

/** The outputs of an earlier run, whose counts follow from its operations and from `unnamed`. */
function state(operations: { name: string; outcome: string }[], unnamed: Record<string, number> = {}): Properties {
  const outcomes = { ...unnamed };
  for (const { outcome } of operations) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  return { outcomes, operations, requestTime: then };
}

describe("updating a sweep that cancels at once", () => {
  const { enter, time } = stage();

  describe("makes no call", () => {
    const done = { ...state(named("cancelled", "a")), matched: 1, settleTime: then };
    for (const [what, inputs] of [
      ["when only a time-out changed", { customTimeouts: { create: "1h" } }],
      ["when the limit changed", { limit: 5 }],
      ["when the identity changed", { subject: "a@b" }],
      ["when what was recorded is what is expected now", { expect: ["cancelled"] }],
    ] as const) {
      it(what, async () => {
        const { update, calls } = await enter({ operations: operations("b") });
        assert.deepEqual(await update(done, inputs), { cancelOn: "create", all: true, ...inputs, ...done });
        assert.deepEqual(calls(), []);
      });
    }

    it("when an acknowledgement is enough now", async () => {
      const { update, calls } = await enter();
      await update(state(named("cancelling", "a")), { waitFor: "accepted" });
      assert.deepEqual(calls(), []);
    });
  });

  describe("resumes", () => {
    it("without asking again for what was acknowledged", async () => {
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

    it("and waits on for what runs on", async () => {
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

    it("for as long as it may, and keeps what it learnt", async () => {
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
      assert.match(message, /of 2 operations 1 did not end as expected.*\n- operations\/b: still running 10m/s);
      assert.equal(cancels(), 0);
    });

    it("and asks for what was never acknowledged, and what came since", async () => {
      const { update, cancelled } = await enter({ operations: operations("asked", "failed", "new") });
      const outputs = await update(state([...named("cancelling", "asked"), ...named("running", "failed")]), {
        waitFor: "accepted",
      });
      assert.deepEqual(cancelled(), ["failed", "new"]);
      assert.deepEqual(outputs["outcomes"], { cancelling: 3 });
      assert.equal(outputs["requestTime"], then);
    });

    it("and learns what became of what was never acknowledged", async () => {
      const { update, cancels } = await enter({ operations: [{ name: "operations/a", done: "succeeded" }] });
      const outputs = await update(state([...named("running", "a"), ...named("cancelled", "b")]));
      assert.deepEqual(outputs["outcomes"], { succeeded: 1, cancelled: 1 });
      assert.equal(cancels(), 0);
    });

    it("and asks once more for what was unsupported, without counting it twice", async () => {
      const { update, cancels } = await enter({ operations: [{ name: "operations/a", answer: "UNIMPLEMENTED" }] });
      const before = state([...named("unsupported", "a"), ...named("cancelled", "b")]);
      const { outputs } = await partial(update(before));
      assert.deepEqual([outputs["outcomes"], outputs["matched"]], [{ unsupported: 1, cancelled: 1 }, 2]);
      assert.equal(cancels(), 1);
    });

    it("and leaves alone what is unsupported, or not found, and expected to be", async () => {
      const { update, cancelled, gets } = await enter({
        operations: [{ name: "operations/a", answer: "UNIMPLEMENTED" }, ...operations("b")],
      });
      const before = state([...named("unsupported", "a"), ...named("running", "b"), ...named("notFound", "c")]);
      const outputs = await update(before, { expect: ["cancelled", "unsupported", "notFound"] });
      assert.deepEqual(outputs["outcomes"], { unsupported: 1, cancelled: 1, notFound: 1 });
      assert.deepEqual([cancelled(), gets("operations/a"), gets("operations/c")], [["b"], 0, 0]);
    });

    it("and does not forget how many it never saw end, whatever came since", async () => {
      const { update } = await enter({ operations: operations("new-1", "new-2") });
      const outputs = await update(state(named("cancelling"), { unobserved: 5, running: 1 }));
      assert.deepEqual(outputs["outcomes"], { unobserved: 5, cancelled: 2 });
    });

    it("and fails for an outcome that is recorded and not expected, as often as it is run", async () => {
      const { update, cancels } = await enter();
      const before = state([...named("succeeded", "a"), ...named("cancelled", "b")]);
      const { outputs, message } = await partial(update(before, { expect: ["cancelled"] }));
      assert.match(message, /of 2 operations 1 did not end as expected.*\n- operations\/a: succeeded\n/s);
      assert.deepEqual(outputs["outcomes"], before["outcomes"]);
      await partial(update(outputs, { expect: ["cancelled"] }));
      assert.equal(cancels(), 0);
    });

    it("and fails where nobody saw how some ended, and that matters", async () => {
      const { update } = await enter();
      const { message } = await partial(update(state([], { unobserved: 3 }), { expect: ["cancelled"] }));
      assert.match(message, /of 3 operations 3 did not end as expected \(3 unobserved/);
    });

    it("and fails where the listing does, with what single reads tell", async () => {
      const { update, emulator } = await enter({ operations: operations("a") });
      emulator.fault({ method: "list", then: { status: 403 } });
      const before = state(named("cancelling", "a"));
      emulator.settle("operations/a", "cancelled");
      const { outputs, message } = await partial(update(before));
      assert.match(message, /^operations: the list was answered PERMISSION_DENIED/);
      assert.deepEqual([outputs["outcomes"], outputs["incomplete"]], [{ cancelled: 1 }, true]);
      assert.equal(message.match(/PERMISSION_DENIED/g)?.length, 1);
    });

    it("and lists again where a listing failed, though all that was asked for has ended", async () => {
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

    it("more than the state names", async () => {
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

    it("names, by looking which of them run", async () => {
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

    it("names that have all been asked, without another call than reads", async () => {
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

  describe("with another selection", () => {
    it("that is narrower, cancels nothing of what the wider one matched", async () => {
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

    it("that is wider, cancels what it matches besides", async () => {
      const specs = operations("x-1", "y-1");
      const { create, update, cancelled } = await enter({ operations: specs });
      const { outputs } = await create({ match: { name: "operations/x-*" } });
      assert.deepEqual((await update(outputs, { all: true }))["outcomes"], { cancelled: 1 });
      assert.deepEqual(cancelled(), ["x-1", "y-1"]);
    });

    it("no longer fails for what it does not mean", async () => {
      const { update } = await enter({ operations: operations("a") });
      const before = { all: true, ...state([...named("succeeded", "x"), ...named("unsupported", "y")]) };
      const outputs = await update(before, { match: { name: "operations/a" }, expect: ["cancelled"] });
      assert.deepEqual(outputs["outcomes"], { cancelled: 1 });
    });

    it("sends no cancel again that the wider, the narrower or the first one recorded", async () => {
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

    it("in another notation makes no call", async () => {
      const { create, update, emulator } = await enter({ operations: numbered(2) });
      const { outputs } = await create({ all: true });
      emulator.calls.clear();
      assert.deepEqual((await update(outputs, { all: true, match: {} }))["outcomes"], { cancelled: 2 });
      assert.equal(emulator.calls.count(), 0);
    });

    it("over the limit, cancels nothing, and the state stays as it was", async () => {
      const { update, cancels } = await enter({ operations: numbered(3) });
      assert.match(
        (await failure(update({ match: { name: "x" } }, { all: true, limit: 2 }))).message,
        /3 operations match/,
      );
      assert.equal(cancels(), 0);
    });

    it("keeps what may not be lost, when it ends half-way", async () => {
      const { update } = await enter({ operations: [...operations("a"), { answer: "UNIMPLEMENTED" }] });
      const { outputs } = await partial(update({ match: { name: "x" } }, { all: true }));
      assert.deepEqual([outputs["all"], outputs["outcomes"]], [true, { cancelled: 1, unsupported: 1 }]);
    });
  });

  describe("when it is to cancel at another time now", () => {
    it("cancels at once, whatever it has counted before", async () => {
      const { watch, update, cancels } = await enter({ operations: operations("a", "b") });
      const { outputs } = await watch();
      const swept = await update({ ...outputs, cancelOn: "delete" });
      assert.deepEqual([swept["outcomes"], swept["matched"]], [{ cancelled: 2 }, 2]);
      assert.equal(cancels(), 2);
    });

    it("counts, when that is its deletion", async () => {
      const { create, update, emulator, cancels } = await enter({ operations: operations("a") });
      const { outputs } = await create();
      emulator.add();
      const counted = await update(outputs, { cancelOn: "delete" });
      assert.deepEqual([counted["outcomes"], counted["requestTime"]], [{ running: 1 }, undefined]);
      assert.equal(cancels(), 1);
    });
  });

  it("sends no cancel again when cancelOn changes there and back, and none when it is then destroyed", async () => {
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

  it("asks for what started while one cancel held the sweep until its deadline, in the next run", async () => {
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

  it("cancels an operation that the listing no longer shows although it runs, and reads one that has ended meanwhile", async () => {
    const { update, emulator, cancelled } = await enter({ operations: operations("hidden", "ends") });
    emulator.fault({ method: "list", then: { body: { json: {} } } });
    emulator.settle("operations/ends", "succeeded");
    const outputs = await update(state(named("running", "hidden", "ends")));
    assert.deepEqual([cancelled(), outputs["outcomes"]], [["hidden"], { cancelled: 1, succeeded: 1 }]);
  });

  it("leads to a state that its diff is content with", async () => {
    const { create, update, diff, emulator } = await enter({ operations: numbered(3, { onCancel: "ignore" }) });
    const inputs = { all: true, cancelOn: "create" };
    const { outputs } = await create({ waitFor: "accepted" });
    assert.equal(diff(outputs, inputs).changes, true);
    for (const { name = "" } of numbered(3)) emulator.settle(name, "cancelled");
    const updated = await update(outputs);
    assert.deepEqual(diff(updated, inputs), { changes: false, replaces: [] });
  });
});

describe("updating a sweep that cancels when it is deleted", () => {
  const { enter } = stage();

  it("makes no call when the selection stays, and keeps its counts", async () => {
    const { watch, update, emulator } = await enter({ operations: operations("a") });
    const { outputs } = await watch();
    emulator.calls.clear();
    const updated = await update({ ...outputs, cancelOn: "delete" }, { cancelOn: "delete", limit: 5 });
    assert.deepEqual(updated, { ...outputs, cancelOn: "delete", limit: 5 });
    assert.equal(emulator.calls.count(), 0);
  });

  it("counts anew for another selection, narrowed or widened, and cancels nothing", async () => {
    const { watch, update, cancels } = await enter({ operations: operations("x-1", "x-2", "y-1") });
    const match = { name: "operations/x-*" };
    const { outputs } = await watch();
    const narrowed = await update({ ...outputs, cancelOn: "delete" }, { cancelOn: "delete", match });
    assert.equal(narrowed["matched"], 2);
    const widened = await update(narrowed, { cancelOn: "delete", all: true });
    assert.equal(widened["matched"], 3);
    assert.equal(cancels(), 0);
  });

  it("fails where it can't count, with the state as it was", async () => {
    const { update, emulator } = await enter();
    emulator.fault({ method: "list", then: { status: 403 } });
    await failure(update({ cancelOn: "delete" }, { cancelOn: "delete", filter: "done=false" }));
  });
});
