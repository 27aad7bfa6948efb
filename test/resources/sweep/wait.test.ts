import assert from "node:assert/strict";
import { failure, numbered, operations, partial, stage, tenMinutes } from "./stage";

describe("a sweep that waits", () => {
  const { enter, time } = stage();

  /** The names of some operations. */
  const named = (...specs: { name?: string }[]) => specs.map(({ name }) => name ?? "");

  /** Does something once, when so many listings were answered. */
  function afterListing(count: number, act: () => void) {
    let listed = 0;
    return ({ method }: { method: string }) => {
      if (method === "list" && ++listed === count) act();
    };
  }

  it("sees in the listing that looks for more what has ended by then", async () => {
    const { create, calls } = await enter({ operations: operations("a") });
    assert.deepEqual((await create()).outputs["outcomes"], { cancelled: 1 });
    assert.deepEqual(calls(), ["list", "cancel", "list"]);
  });

  it("polls by pages of the listing where these are fewer than operations", async () => {
    const { create, calls, gets } = await enter({
      operations: [...numbered(30, { done: "succeeded" }), ...numbered(5, { settleAfter: 1000 }, "operations/slow")],
      pageSize: { maximum: 10 },
      onCall: afterListing(8, () => {
        time.pass(1000);
      }),
    });
    assert.deepEqual((await create()).outputs["outcomes"], { cancelled: 5 });
    assert.equal(gets(), 0);
    assert.deepEqual(calls().slice(-9), ["cancel", ...Array.from({ length: 8 }, () => "list")]);
  });

  it("polls by single reads where these are fewer than pages", async () => {
    const slow = [{ settleAfter: 1000 }, { settleAfter: 1000 }];
    const { create, lists, gets } = await enter({
      operations: [...numbered(30, { done: "succeeded" }), ...slow],
      pageSize: { maximum: 10 },
      onCall: afterListing(8, () => {
        time.pass(1000);
      }),
    });
    assert.deepEqual((await create()).outputs["outcomes"], { cancelled: 2 });
    assert.deepEqual([lists(), gets()], [8, 2]);
  });

  it("polls by single reads where the filter hides what is done", async () => {
    const { create, gets } = await enter({ operations: numbered(5) });
    const { outputs } = await create({ filter: "done=false" });
    assert.deepEqual(outputs["outcomes"], { cancelled: 5 });
    assert.equal(gets(), 5);
  });

  it("polls by single reads where the service can't list", async () => {
    const specs = numbered(5);
    const { create, gets, lists } = await enter({ operations: specs, unimplemented: ["list"] });
    assert.deepEqual((await create({ names: named(...specs) })).outputs["outcomes"], { cancelled: 5 });
    assert.deepEqual([gets(), lists()], [5, 0]);
  });

  it("polls by single reads where the service no longer lists", async () => {
    const specs = numbered(5, { settleAfter: 1000 });
    const { create, emulator, gets } = await enter({
      operations: specs,
      onCall: afterListing(3, () => {
        time.pass(1000);
      }),
    });
    emulator.fault({ method: "list", calls: { from: 3 }, then: { status: 501 } });
    assert.deepEqual((await create()).outputs["outcomes"], { cancelled: 5 });
    assert.equal(gets(), 5);
  });

  it("polls by single reads where the listing is refused after the cancels", async () => {
    const { create, emulator, gets } = await enter({ operations: numbered(3, { settleAfter: 1_000 }) });
    emulator.fault({ method: "list", calls: { from: 2 }, then: { status: 403 } });
    const created = create();
    await emulator.calls.received({ method: "get" }, 3);
    time.pass(1_000);
    const { message, outputs } = await partial(created);
    assert.match(message, /^operations: the list was answered PERMISSION_DENIED/);
    assert.deepEqual([outputs["outcomes"], outputs["incomplete"]], [{ cancelled: 3 }, true]);
    assert.ok(gets() >= 3);
  });

  it("polls until the last has ended, and asks no more of those that have", async () => {
    const slow = { name: "operations/slow", onCancel: "ignore" } as const;
    const { create, emulator, gets, cancels } = await enter({ operations: [...numbered(2), slow] });
    const names = ["operations/1", "operations/2", "operations/slow"];
    const created = create({ names });
    await emulator.calls.received({ method: "get" }, 3);
    emulator.settle("operations/slow", "failed");
    assert.deepEqual((await created).outputs["outcomes"], { cancelled: 2, failed: 1 });
    assert.deepEqual([gets("operations/1"), gets("operations/slow")], [1, 2]);
    assert.equal(cancels(), 3);
  });

  it("takes an operation that is gone before it was seen settled for notFound", async () => {
    const { create } = await enter({ operations: [...operations("a"), { name: "operations/b", expireAfter: 0 }] });
    const { outputs, message } = await partial(create());
    assert.deepEqual(outputs["outcomes"], { cancelled: 1, notFound: 1 });
    assert.match(message, /- operations\/b: notFound/);
  });

  it("never takes an operation for cancelled without having seen it", async () => {
    const { create, emulator } = await enter({ operations: [{ settleAfter: 1000 }] });
    emulator.fault({ method: "get", then: { status: 403 } });
    const { outputs } = await partial(create());
    assert.deepEqual(outputs["outcomes"], { cancelling: 1 });
  });

  describe("for as long as it may", () => {
    const endless = { onCancel: "ignore" } as const;

    it("and keeps what it learnt", async () => {
      const { create } = await enter({
        operations: [...operations("a"), { name: "operations/b", ...endless }],
        onCall: ({ method }) => {
          if (method === "get") time.pass(tenMinutes);
        },
      });
      const { id, outputs, message } = await partial(create());
      assert.match(id, /#[0-9a-f]{8}$/);
      assert.deepEqual(outputs["outcomes"], { cancelled: 1, cancelling: 1 });
      assert.ok(outputs["requestTime"]);
      assert.equal("settleTime" in outputs, false);
      assert.match(message, /- operations\/b: still running 10m after this step began/);
    });

    for (const step of ["create", "update", "delete"] as const) {
      it(`as customTimeouts says of a ${step}`, async () => {
        const args = { waitFor: "settled", customTimeouts: { [step]: "1h" } };
        const world = await enter({
          operations: [endless],
          onCall: ({ method }) => {
            if (method === "get") time.pass(6 * tenMinutes);
          },
        });
        const work = {
          create: () => world.create(args),
          update: () => world.update({ filter: "done=false" }, args),
          delete: () => world.remove(args),
        }[step];
        const error = step === "delete" ? await failure(work()) : await partial(work());
        assert.match(error.message, /still running 1h after this step began/);
      });
    }

    it("with a last round at the end of it", async () => {
      const { create, emulator } = await enter({
        operations: [{ name: "operations/a", ...endless }],
        onCall: ({ method }) => {
          if (method !== "get" || emulator.operation("operations/a")?.done === true) return;
          time.pass(tenMinutes - 200);
          emulator.settle("operations/a", "cancelled");
        },
      });
      assert.deepEqual((await create()).outputs["outcomes"], { cancelled: 1 });
    });
  });

  describe("for one that can't be read", () => {
    it("fails for that one, and waits for the others", async () => {
      const specs = operations("a", "b", "c");
      const { create, emulator } = await enter({ operations: specs });
      emulator.fault({ method: "get", name: "operations/b", then: { status: 403 } });
      const { outputs, message } = await partial(create({ names: named(...specs) }));
      assert.deepEqual(outputs["outcomes"], { cancelled: 2, cancelling: 1 });
      assert.match(message, /of 3 operations 1 .*\n- operations\/b: the get was answered PERMISSION_DENIED/s);
    });

    it("takes no other operation's answer for its own", async () => {
      const { create, emulator } = await enter({ operations: operations("a") });
      emulator.fault({ method: "get", then: { answersFor: "operations/other" } });
      const { outputs, message } = await partial(create({ names: ["operations/a"] }));
      assert.deepEqual(outputs["outcomes"], { cancelling: 1 });
      assert.match(message, /another operation/);
    });
  });

  describe("through faults", () => {
    it("makes transient ones no failure", async () => {
      const { create, emulator } = await enter({ operations: numbered(8) });
      emulator.fault({ method: "cancel", calls: 1, perOperation: true, then: { status: 503 } });
      emulator.fault({ method: "list", calls: [1, 3], then: { reset: "beforeHeaders" } });
      assert.deepEqual((await create({ concurrency: 1 })).outputs["outcomes"], { cancelled: 8 });
    });

    it("believes no empty answer of a listing that isn't one", async () => {
      const { create, emulator, cancels } = await enter({ operations: operations("a") });
      emulator.fault({ method: "list", then: { status: 404, body: "html" } });
      assert.match((await failure(create())).message, /answered the list with HTTP 404.*service\.endpoint/);
      assert.equal(cancels(), 0);
    });
  });
});
