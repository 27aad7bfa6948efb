import assert from "node:assert/strict";
import type { Properties } from "../../../provider/resources/state/record";
import { numbered, partial, selecting, stage, tenMinutes } from "./stage";

/** A sweep whose state names 100 of its operations and counts the others. */
describe("a sweep of more operations than its state names", () => {
  const { enter, time } = stage();

  /** Cancels 150 operations, which keep running. Each later run waits for them during one poll. */
  async function waiting() {
    let lists = 0;
    const world = await enter({
      operations: numbered(150, { onCancel: "ignore" }),
      onCall: ({ method }) => {
        if (method === "get" || (method === "list" && ++lists % 2 === 0)) time.pass(tenMinutes / 100);
      },
    });
    const { outputs } = await world.create({ waitFor: "accepted" });
    assert.deepEqual(outputs["outcomes"], { cancelling: 150 });
    world.emulator.calls.clear();
    const settle = (from: number, to: number) => {
      for (let number = from; number <= to; number++) world.emulator.settle(`operations/${number}`, "cancelled");
    };
    return { ...world, outputs: without(outputs, "waitFor"), settle };
  }

  const without = (outputs: Properties, name: string) =>
    Object.fromEntries(Object.entries(outputs).filter(([key]) => key !== name));
  const namesOf = (outputs: Properties) => (outputs["operations"] as { name: string }[]).map(({ name }) => name);

  it("doesn't record an operation that started after the run as acknowledged", async () => {
    const { outputs, settle, emulator, read, update, cancelled } = await waiting();
    settle(1, 150);
    for (const spec of numbered(10, {}, "operations/new-")) emulator.add(spec);
    const refreshed = await read(outputs);
    assert.deepEqual(refreshed["outcomes"], { cancelled: 100, running: 10, unobserved: 40 });
    assert.deepEqual(
      namesOf(refreshed).filter((name) => name.includes("new")),
      [],
    );
    const updated = await update(refreshed);
    assert.deepEqual(
      cancelled(),
      numbered(10, {}, "new-")
        .map(({ name }) => name)
        .sort(),
    );
    assert.deepEqual(updated["outcomes"], { cancelled: 110, unobserved: 40 });
  });

  it("keeps its counts in a refresh while all its operations run", async () => {
    const { outputs, read } = await waiting();
    const refreshed = await read(outputs);
    assert.deepEqual(refreshed["outcomes"], { cancelling: 150 });
    assert.deepEqual(namesOf(refreshed), namesOf(outputs));
  });

  it("repeats the cancel only of operations that the state doesn't name", async () => {
    const { outputs, settle, read, update, emulator, cancelled } = await waiting();
    const refreshed = await read(outputs);
    const resumed = update(refreshed);
    await emulator.calls.received({ method: "cancel" }, 50);
    settle(1, 150);
    await resumed;
    const named = new Set(namesOf(outputs).map((name) => name.slice("operations/".length)));
    assert.deepEqual(
      cancelled().filter((name) => named.has(name)),
      [],
    );
    assert.equal(cancelled().length, 50);
  });

  for (const [what, fault, inputs] of [
    ["when the list responds 403", { status: 403 }, {}],
    ["when more operations run than `limit`", undefined, { limit: 10 }],
  ] as const) {
    it(`keeps its counts in each resumed run ${what}`, async () => {
      const { outputs, emulator, update, cancels } = await waiting();
      if (fault) emulator.fault({ method: "list", then: fault });
      let state: Properties = outputs;
      for (let round = 0; round < 3; round++) {
        ({ outputs: state } = await partial(update(state, { ...inputs, customTimeouts: { update: "5s" } })));
        assert.deepEqual([state["matched"], state["outcomes"]], [150, { cancelling: 150 }]);
        assert.equal("settleTime" in state, false);
        assert.equal(state["incomplete"], true);
      }
      assert.equal(cancels(), 0);
    });
  }

  it("names operations with an acknowledged cancel first, and doesn't cancel them again", async () => {
    const { create, update, emulator, cancels } = await enter({
      operations: [...numbered(100), ...numbered(5, { onCancel: "ignore" }, "operations/slow-")],
    });
    emulator.fault({ method: "cancel", name: /^operations\/\d+$/, then: { status: 403 } });
    const { outputs } = await partial(create({ waitFor: "accepted", concurrency: 1 }));
    assert.deepEqual(outputs["outcomes"], { running: 100, cancelling: 5 });
    await partial(update(outputs, { waitFor: "accepted" }));
    for (const { name } of numbered(5, {}, "operations/slow-")) assert.equal(cancels(name), 1);
  });

  it('needs no update with waitFor "accepted" after a refresh that finds ended operations', async () => {
    const { create, read, diff, emulator } = await enter({ operations: numbered(150, { onCancel: "ignore" }) });
    const inputs = { waitFor: "accepted" };
    const { outputs } = await create(inputs);
    for (let number = 1; number <= 120; number++) emulator.settle(`operations/${number}`, "cancelled");
    const refreshed = await read(outputs);
    assert.deepEqual(refreshed["outcomes"], { cancelled: 100, unobserved: 20, cancelling: 30 });
    assert.equal(diff(refreshed, { cancelOn: "create", ...selecting(inputs) }).changes, false);
  });
});
