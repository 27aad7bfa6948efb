import assert from "node:assert/strict";
import { startEmulator } from "../../provider/emulator";
import { call, Emulators, errorOf } from "./caller";

const name = "operations/AbC";

describe("an emulated operation", () => {
  const emulators = new Emulators(startEmulator);
  const { start } = emulators;
  afterEach(emulators.stop);

  it("has no `done` in its JSON while it runs", async () => {
    const emulator = await start({ operations: [{ name, operationType: "CREATE_ENTITLEMENT" }] });
    assert.deepEqual((await call(emulator, "GET", `/v1/${name}`)).json, {
      name,
      metadata: {
        "@type": "type.googleapis.com/google.cloud.channel.v1.OperationMetadata",
        operationType: "CREATE_ENTITLEMENT",
      },
    });
  });

  it("is cancelled with error code 1, the time settleAfter after the cancel", async () => {
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

  it("keeps the time of the first cancel when there is a second cancel", async () => {
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
    it(`is done after a cancel with onCancel "${onCancel}"`, async () => {
      const emulator = await start({ operations: [{ name, onCancel }] });
      await call(emulator, "POST", `/v1/${name}:cancel`);
      assert.deepEqual((await call(emulator, "GET", `/v1/${name}`)).json, { name, done: true, ...expected });
    });
  }

  it('completes after the time completeAfter when onCancel is "ignore"', async () => {
    const emulator = await start({ operations: [{ name, onCancel: "ignore", completeAfter: 60_000 }] });
    await call(emulator, "POST", `/v1/${name}:cancel`);
    emulators.time += 59_999;
    assert.equal(emulator.operation(name)?.outcome, "running");
    emulators.time += 1;
    assert.equal(emulator.operation(name)?.outcome, "succeeded");
  });

  it("succeeds when it completes before the cancel takes effect", async () => {
    const emulator = await start({ operations: [{ name, settleAfter: 5000, completeAfter: 3000 }] });
    await call(emulator, "POST", `/v1/${name}:cancel`);
    emulators.time += 10_000;
    assert.equal(emulator.operation(name)?.outcome, "succeeded");
  });

  it("doesn't change when it is cancelled after it is done", async () => {
    const emulator = await start({ operations: [{ name, done: "succeeded" }] });
    assert.equal((await call(emulator, "POST", `/v1/${name}:cancel`)).status, 200);
    assert.equal(emulator.operation(name)?.outcome, "succeeded");
    assert.equal(emulator.operation(name)?.cancelRequested, false);
  });

  for (const [answer, status] of [
    ["UNIMPLEMENTED", 501],
    ["FAILED_PRECONDITION", 400],
  ] as const) {
    it(`returns ${answer} for a cancel, and keeps running`, async () => {
      const emulator = await start({ operations: [{ name, answer }] });
      const response = await call(emulator, "POST", `/v1/${name}:cancel`);
      assert.equal(response.status, status);
      assert.equal(errorOf(response).status, answer);
      assert.equal(emulator.operation(name)?.outcome, "running");
      assert.equal(emulator.operation(name)?.cancelRequested, false);
    });

    it(`returns ${answer} for a cancel after it is done`, async () => {
      const emulator = await start({ operations: [{ name, done: "cancelled", answerWhenDone: answer }] });
      assert.equal((await call(emulator, "POST", `/v1/${name}:cancel`)).status, status);
    });
  }

  it("has neither response nor error when response is null", async () => {
    const emulator = await start({ operations: [{ name, done: "succeeded", response: null }] });
    assert.deepEqual((await call(emulator, "GET", `/v1/${name}`)).json, { name, done: true });
  });

  it("expires the time expireAfter after it is done, and isn't found then", async () => {
    const emulator = await start({ operations: [{ name, settleAfter: 10, expireAfter: 100 }] });
    await call(emulator, "POST", `/v1/${name}:cancel`);
    emulators.time += 109;
    assert.equal((await call(emulator, "GET", `/v1/${name}`)).status, 200);
    emulators.time += 1;
    const response = await call(emulator, "GET", `/v1/${name}`);
    assert.equal(response.status, 404);
    assert.equal(errorOf(response).code, 404);
    assert.equal(errorOf(response).status, "NOT_FOUND");
    assert.equal(
      (errorOf(response).details?.[0] as Record<string, unknown>)["@type"],
      "type.googleapis.com/google.rpc.ErrorInfo",
    );
    assert.equal(emulator.operation(name)?.gone, true);
  });

  it("can be settled once, and expired, by the test", async () => {
    const emulator = await start({ operations: [{ name }] });
    emulator.settle(name, "failed");
    assert.equal(emulator.operation(name)?.outcome, "failed");
    assert.throws(() => {
      emulator.settle(name, "succeeded");
    }, /operation "operations\/AbC" is already done: failed/);
    emulator.expire(name);
    assert.equal((await call(emulator, "POST", `/v1/${name}:cancel`)).status, 404);
    assert.throws(() => {
      emulator.settle("operations/none", "failed");
    }, /operation "operations\/none" doesn't exist/);
    assert.equal(emulator.operation("operations/none"), undefined);
  });

  it("isn't cancelled by a delete, and isn't found after it", async () => {
    const emulator = await start({ operations: [{ name }] });
    const response = await call(emulator, "DELETE", `/v1/${name}`);
    assert.deepEqual([response.status, response.json], [200, {}]);
    assert.equal((await call(emulator, "GET", `/v1/${name}`)).status, 404);
    assert.equal((await call(emulator, "DELETE", `/v1/${name}`)).status, 404);
    assert.equal(emulator.operation(name)?.cancelRequested, false);
  });

  it("gets a generated name, which is the same for the same seed", async () => {
    const [one, other, third] = [await start({ seed: 7 }), await start({ seed: 7 }), await start({ seed: 8 })];
    const generated = one.add();
    assert.match(generated, /^operations\/\w{20}$/);
    assert.notEqual(generated, one.add());
    assert.equal(other.add(), generated);
    assert.notEqual(third.add(), generated);
  });

  it("isn't added when its spec is invalid or its name is taken", async () => {
    const emulator = await start({ operations: [{ name }] });
    assert.throws(() => emulator.add({ name }), /operation "operations\/AbC" already exists/);
    assert.throws(() => emulator.add({ onCansel: "fail" } as object), /no property "onCansel"/);
    assert.throws(() => emulator.add({ settleAfter: -1 }), /"settleAfter" of an operation must be a number/);
    assert.throws(() => emulator.add({ name: "operations//a" }), /"name" of an operation must be a resource name/);
    await assert.rejects(start({ operations: [{ error: { code: 0, message: "" } }] }), /other than 0/);
    emulator.expire(name);
    assert.equal(emulator.add({ name }), name);
  });
});
