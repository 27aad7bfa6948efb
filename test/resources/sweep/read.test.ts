import assert from "node:assert/strict";
import type { Properties } from "../../../provider/resources/state/record";
import { failure, numbered, operations, stage, then } from "./stage";

const args = { cancelOn: "create", all: true };
const named = (outcome: string, ...names: string[]) => names.map((name) => ({ name: `operations/${name}`, outcome }));

/** Returns the outputs of an earlier run. The counts follow from `operations` and `unnamed`. */
function state(operations: { name: string; outcome: string }[], unnamed: Record<string, number> = {}): Properties {
  const outcomes = { ...unnamed };
  for (const { outcome } of operations) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  return { ...args, outcomes, operations, requestTime: then };
}

describe("read of a sweep that cancelled at its creation", () => {
  const { enter } = stage();

  it("makes no call and changes nothing after all operations have ended", async () => {
    const { create, read, emulator } = await enter({ operations: operations("a", "b") });
    const { outputs } = await create();
    for (const name of ["a", "b"]) emulator.expire(`operations/${name}`);
    emulator.add();
    emulator.calls.clear();
    assert.deepEqual(await read(outputs), outputs);
    assert.equal(emulator.calls.count(), 0);
  });

  it("keeps a sweep incomplete when its last listing failed", async () => {
    const { read } = await enter();
    const outputs = { ...state(named("cancelled", "a")), incomplete: true };
    assert.equal((await read(outputs))["incomplete"], true);
    assert.equal("incomplete" in (await read(state(named("cancelled", "a")))), false);
  });

  it("reads each operation that hasn't ended once, and no other operation", async () => {
    const specs = [
      { name: "operations/a", done: "cancelled" },
      { name: "operations/b" },
      { name: "operations/new" },
    ] as const;
    const { read, calls } = await enter({ operations: specs });
    const outputs = await read(state([...named("cancelling", "a", "b"), ...named("succeeded", "c")]));
    assert.deepEqual(outputs["outcomes"], { cancelled: 1, cancelling: 1, succeeded: 1 });
    assert.deepEqual(calls(), ["get", "get"]);
    assert.deepEqual([outputs["matched"], outputs["requestTime"]], [3, then]);
    assert.equal("settleTime" in outputs, false);
  });

  it("sets settleTime when all operations have ended", async () => {
    const { read } = await enter({ operations: [{ name: "operations/a", done: "failed" }] });
    const outputs = await read(state(named("cancelling", "a")));
    assert.deepEqual(outputs["outcomes"], { failed: 1 });
    assert.ok(String(outputs["settleTime"]) > then);
  });

  it("doesn't record an unacknowledged cancel as acknowledged", async () => {
    const { read } = await enter({ operations: operations("a", "b") });
    const outputs = await read(state([...named("running", "a"), ...named("cancelling", "b")]));
    assert.deepEqual(outputs["outcomes"], { running: 1, cancelling: 1 });
  });

  it("reads operations that were unsupported or notFound, and records their new outcomes", async () => {
    const { read } = await enter({
      operations: [{ name: "operations/a", done: "succeeded" }, ...operations("b", "c")],
    });
    const outputs = await read(state([...named("unsupported", "a", "b"), ...named("notFound", "c", "d")]));
    assert.deepEqual(outputs["outcomes"], { succeeded: 1, unsupported: 1, running: 1, notFound: 1 });
  });

  it("records notFound for an operation that is gone before it settles", async () => {
    const { read } = await enter();
    assert.deepEqual((await read(state(named("cancelling", "a"))))["outcomes"], { notFound: 1 });
  });

  it("records an outcome that `expect` excludes without an error", async () => {
    const { read } = await enter({ operations: [{ name: "operations/a", done: "failed" }] });
    const outputs = await read({ ...state(named("cancelling", "a")), expect: ["cancelled"] });
    assert.deepEqual(outputs["outcomes"], { failed: 1 });
  });

  it("fails, which keeps the state, when one read responds 403", async () => {
    const { read, emulator } = await enter({ operations: operations("a", "b") });
    emulator.fault({ method: "get", name: "operations/b", then: { status: 403 } });
    const { message } = await failure(read(state(named("cancelling", "a", "b"))));
    assert.match(message, /^operations\/b: the get call failed with PERMISSION_DENIED/);
  });

  it("records the exact outcomes of the 100 operations that the state names", async () => {
    const specs = numbered(100, { onCancel: "ignore" });
    const { create, read, emulator } = await enter({ operations: specs });
    const { outputs } = await create({ waitFor: "accepted" });
    specs.forEach(({ name = "" }, index) => {
      if (index < 70) emulator.settle(name, "cancelled");
      else if (index < 90) emulator.settle(name, "succeeded");
    });
    assert.deepEqual((await read(outputs))["outcomes"], { cancelled: 70, succeeded: 20, cancelling: 10 });
  });

  describe("read of a sweep of more operations than its state names", () => {
    const hundred = named("cancelling", ...Array.from({ length: 100 }, (_, index) => `${index + 1}`));

    it("counts unnamed operations that still run, and counts the other unnamed ones as unobserved", async () => {
      const { create, read, emulator, lists, gets } = await enter({
        operations: numbered(150, { onCancel: "ignore" }),
      });
      const { outputs } = await create({ waitFor: "accepted" });
      for (let number = 91; number <= 130; number++) emulator.settle(`operations/${number}`, "cancelled");
      emulator.calls.clear();
      const refreshed = await read(outputs);
      assert.deepEqual(refreshed["outcomes"], { cancelled: 10, unobserved: 30, cancelling: 110 });
      assert.equal(refreshed["matched"], 150);
      assert.deepEqual([lists(), gets()], [1, 100]);
    });

    it("sets settleTime when neither named nor unnamed operations run", async () => {
      const { read } = await enter({ operations: numbered(100, { done: "cancelled" }) });
      const outputs = await read(state(hundred, { cancelling: 50, succeeded: 3 }));
      assert.deepEqual(outputs["outcomes"], { cancelled: 100, succeeded: 3, unobserved: 50 });
      assert.ok(outputs["settleTime"]);
      assert.deepEqual((await read(outputs))["outcomes"], outputs["outcomes"]);
    });

    it("counts no more running operations than the last run left", async () => {
      const { read } = await enter({ operations: [...numbered(100), ...numbered(30, {}, "operations/new-")] });
      const outputs = await read(state(hundred, { cancelling: 20 }));
      assert.deepEqual(outputs["outcomes"], { cancelling: 120 });
    });

    it("counts no more cancels as acknowledged than the last run recorded", async () => {
      const { read } = await enter({ operations: numbered(160) });
      const outputs = await read(state(hundred, { cancelling: 50, running: 10 }));
      assert.deepEqual(outputs["outcomes"], { cancelling: 150, running: 10 });
    });

    it("reads all of `names` one by one when the service can't list", async () => {
      const specs = [...numbered(120), ...numbered(30, { done: "cancelled" }, "operations/done-")];
      const names = specs.map(({ name }) => name ?? "");
      const { read, gets } = await enter({ operations: specs, unimplemented: ["list"] });
      const { all, ...before } = state(hundred, { cancelling: 25, cancelled: 25 });
      assert.ok(all);
      const outputs = await read({ ...before, names });
      assert.deepEqual(outputs["outcomes"], { cancelling: 120, cancelled: 30 });
      assert.equal(gets(), 150);
    });

    it("fails, which keeps the state, when the list responds 403", async () => {
      const { read, emulator } = await enter({ operations: numbered(100) });
      emulator.fault({ method: "list", then: { status: 403 } });
      await failure(read(state(hundred, { cancelling: 1 })));
    });
  });
});
