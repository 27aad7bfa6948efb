import assert from "node:assert/strict";
import { call, Emulators, errorOf } from "./caller";

const name = "operations/AbC";

describe("the emulator's operations", () => {
  const emulators = new Emulators();
  const { start } = emulators;
  afterEach(emulators.stop);

  it("run until something ends them, and leave `done` out until then", async () => {
    const emulator = await start({ operations: [{ name, operationType: "CREATE_ENTITLEMENT" }] });
    assert.deepEqual((await call(emulator, "GET", `/v1/${name}`)).json, {
      name,
      metadata: {
        "@type": "type.googleapis.com/google.cloud.channel.v1.OperationMetadata",
        operationType: "CREATE_ENTITLEMENT",
      },
    });
  });

  it("are cancelled a while after the cancel, with error code 1, and not deleted", async () => {
    const emulator = await start({ operations: [{ name, settleAfter: 5000 }] });
    const cancel = await call(emulator, "POST", `/v1/${name}:cancel`);
    assert.deepEqual([cancel.status, cancel.json], [200, {}]);
    emulators.time += 4999;
    assert.deepEqual((await call(emulator, "GET", `/v1/${name}`)).json, { name });
    emulators.time += 1;
    assert.deepEqual((await call(emulator, "GET", `/v1/${name}`)).json, {
      name,
      done: true,
      error: { code: 1, message: "The operation was cancelled." },
    });
  });

  it("keep the time of the first cancel when there is a second", async () => {
    const emulator = await start({ operations: [{ name, settleAfter: 1000 }] });
    const first = emulators.time;
    await call(emulator, "POST", `/v1/${name}:cancel`);
    emulators.time += 900;
    await call(emulator, "POST", `/v1/${name}:cancel`);
    emulators.time += 100;
    assert.deepEqual(emulator.operation(name), {
      name,
      done: true,
      outcome: "cancelled",
      cancelRequested: true,
      cancelRequestedAt: first,
      settledAt: first + 1000,
      gone: false,
    });
  });

  for (const [onCancel, expected] of [
    ["complete", { response: { "@type": "type.googleapis.com/google.protobuf.Empty" } }],
    ["fail", { error: { code: 13, message: "Internal error encountered." } }],
  ] as const) {
    it(`may ${onCancel} despite the cancel`, async () => {
      const emulator = await start({ operations: [{ name, onCancel }] });
      await call(emulator, "POST", `/v1/${name}:cancel`);
      assert.deepEqual((await call(emulator, "GET", `/v1/${name}`)).json, { name, done: true, ...expected });
    });
  }

  it("may go on running as though no cancel had come, and complete in their own time", async () => {
    const emulator = await start({ operations: [{ name, onCancel: "ignore", completeAfter: 60_000 }] });
    await call(emulator, "POST", `/v1/${name}:cancel`);
    emulators.time += 59_999;
    assert.equal(emulator.operation(name)?.outcome, "running");
    emulators.time += 1;
    assert.equal(emulator.operation(name)?.outcome, "succeeded");
  });

  it("end as whatever came first: a completion beats a cancel that takes longer", async () => {
    const emulator = await start({ operations: [{ name, settleAfter: 5000, completeAfter: 3000 }] });
    await call(emulator, "POST", `/v1/${name}:cancel`);
    emulators.time += 10_000;
    assert.equal(emulator.operation(name)?.outcome, "succeeded");
  });

  it("are unmoved by a cancel once they have settled", async () => {
    const emulator = await start({ operations: [{ name, done: "succeeded" }] });
    assert.equal((await call(emulator, "POST", `/v1/${name}:cancel`)).status, 200);
    assert.equal(emulator.operation(name)?.outcome, "succeeded");
    assert.equal(emulator.operation(name)?.cancelRequested, false);
  });

  for (const [answer, status] of [
    ["UNIMPLEMENTED", 501],
    ["FAILED_PRECONDITION", 400],
  ] as const) {
    it(`may answer a cancel with ${answer}, and run on`, async () => {
      const emulator = await start({ operations: [{ name, answer }] });
      const answered = await call(emulator, "POST", `/v1/${name}:cancel`);
      assert.equal(answered.status, status);
      assert.equal(errorOf(answered).status, answer);
      assert.equal(emulator.operation(name)?.outcome, "running");
      assert.equal(emulator.operation(name)?.cancelRequested, false);
    });

    it(`may answer a cancel with ${answer} only once they have settled`, async () => {
      const emulator = await start({ operations: [{ name, done: "cancelled", answerWhenDone: answer }] });
      assert.equal((await call(emulator, "POST", `/v1/${name}:cancel`)).status, status);
    });
  }

  it("may leave out both response and error", async () => {
    const emulator = await start({ operations: [{ name, done: "succeeded", response: null }] });
    assert.deepEqual((await call(emulator, "GET", `/v1/${name}`)).json, { name, done: true });
  });

  it("expire a while after they settled, and are not found then", async () => {
    const emulator = await start({ operations: [{ name, settleAfter: 10, expireAfter: 100 }] });
    await call(emulator, "POST", `/v1/${name}:cancel`);
    emulators.time += 109;
    assert.equal((await call(emulator, "GET", `/v1/${name}`)).status, 200);
    emulators.time += 1;
    const answered = await call(emulator, "GET", `/v1/${name}`);
    assert.equal(answered.status, 404);
    assert.equal(errorOf(answered).code, 404);
    assert.equal(errorOf(answered).status, "NOT_FOUND");
    assert.equal(
      (errorOf(answered).details?.[0] as Record<string, unknown>)["@type"],
      "type.googleapis.com/google.rpc.ErrorInfo",
    );
    assert.equal(emulator.operation(name)?.gone, true);
  });

  it("are settled and expired by hand, and settle only once", async () => {
    const emulator = await start({ operations: [{ name }] });
    emulator.settle(name, "failed");
    assert.equal(emulator.operation(name)?.outcome, "failed");
    assert.throws(() => {
      emulator.settle(name, "succeeded");
    }, /operations\/AbC has already settled: failed/);
    emulator.expire(name);
    assert.equal((await call(emulator, "POST", `/v1/${name}:cancel`)).status, 404);
    assert.throws(() => {
      emulator.settle("operations/none", "failed");
    }, /no operation operations\/none/);
    assert.equal(emulator.operation("operations/none"), undefined);
  });

  it("are not cancelled by a delete, and not found after it", async () => {
    const emulator = await start({ operations: [{ name }] });
    const answered = await call(emulator, "DELETE", `/v1/${name}`);
    assert.deepEqual([answered.status, answered.json], [200, {}]);
    assert.equal((await call(emulator, "GET", `/v1/${name}`)).status, 404);
    assert.equal((await call(emulator, "DELETE", `/v1/${name}`)).status, 404);
    assert.equal(emulator.operation(name)?.cancelRequested, false);
  });

  it("get a name where they have none, the same for the same seed", async () => {
    const [one, other, third] = [await start({ seed: 7 }), await start({ seed: 7 }), await start({ seed: 8 })];
    const generated = one.add();
    assert.match(generated, /^operations\/\w{20}$/);
    assert.notEqual(generated, one.add());
    assert.equal(other.add(), generated);
    assert.notEqual(third.add(), generated);
  });

  it("are refused where their spec is wrong or their name taken", async () => {
    const emulator = await start({ operations: [{ name }] });
    assert.throws(() => emulator.add({ name }), /there is an operation operations\/AbC already/);
    assert.throws(() => emulator.add({ onCansel: "fail" } as object), /no property "onCansel"/);
    assert.throws(() => emulator.add({ settleAfter: -1 }), /"settleAfter" of an operation must be a number/);
    assert.throws(() => emulator.add({ name: "operations//a" }), /"name" of an operation must be a resource name/);
    await assert.rejects(start({ operations: [{ error: { code: 0, message: "" } }] }), /other than 0/);
    emulator.expire(name);
    assert.equal(emulator.add({ name }), name);
  });
});
