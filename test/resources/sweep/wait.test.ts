import assert from "node:assert/strict";
import { failure, numbered, operations, partial, stage, tenMinutes } from "./stage";

describe("a sweep that waits", () => {
  const { enter, time } = stage();

  /** Returns the names of operations. */
  const named = (...specs: { name?: string }[]) => specs.map(({ name }) => name ?? "");

  /** Returns a listener that calls `act` once, at the list call number `count`. */
  function afterListing(count: number, act: () => void) {
    let listed = 0;
    return ({ method }: { method: string }) => {
      if (method === "list" && ++listed === count) act();
    };
  }

  it("records ended operations from the listing that looks for new ones", async () => {
    const { create, calls } = await enter({ operations: operations("a") });
    assert.deepEqual((await create()).outputs["outcomes"], { cancelled: 1 });
    assert.deepEqual(calls(), ["list", "cancel", "list"]);
  });

  it("polls by listings when a listing has fewer pages than operations are left to poll", async () => {
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

  it("polls by single reads when fewer operations are left than a listing has pages", async () => {
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

  it("polls by single reads when the filter hides ended operations", async () => {
    const { create, gets } = await enter({ operations: numbered(5) });
    const { outputs } = await create({ filter: "done=false" });
    assert.deepEqual(outputs["outcomes"], { cancelled: 5 });
    assert.equal(gets(), 5);
  });

  it("polls by single reads when the service can't list", async () => {
    const specs = numbered(5);
    const { create, gets, lists } = await enter({ operations: specs, unimplemented: ["list"] });
    assert.deepEqual((await create({ names: named(...specs) })).outputs["outcomes"], { cancelled: 5 });
    assert.deepEqual([gets(), lists()], [5, 0]);
  });

  it("polls by single reads when a later list responds 501", async () => {
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

  it("polls by single reads when the list responds 403 after the cancels", async () => {
    const { create, emulator, gets } = await enter({ operations: numbered(3, { settleAfter: 1_000 }) });
    emulator.fault({ method: "list", calls: { from: 2 }, then: { status: 403 } });
    const created = create();
    await emulator.calls.received({ method: "get" }, 3);
    time.pass(1_000);
    const { message, outputs } = await partial(created);
    assert.match(message, /^operations: the list call failed with PERMISSION_DENIED/);
    assert.deepEqual([outputs["outcomes"], outputs["incomplete"]], [{ cancelled: 3 }, true]);
    assert.ok(gets() >= 3);
  });

  it("polls until the last operation ends, and doesn't read ended ones again", async () => {
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

  it("records notFound for an operation that is gone before it settles", async () => {
    const { create } = await enter({ operations: [...operations("a"), { name: "operations/b", expireAfter: 0 }] });
    const { outputs, message } = await partial(create());
    assert.deepEqual(outputs["outcomes"], { cancelled: 1, notFound: 1 });
    assert.match(message, /[.;] operations\/b: notFound[.;]/);
  });

  it("doesn't record an operation as cancelled when no read shows its outcome", async () => {
    const { create, emulator } = await enter({ operations: [{ settleAfter: 1000 }] });
    emulator.fault({ method: "get", then: { status: 403 } });
    const { outputs } = await partial(create());
    assert.deepEqual(outputs["outcomes"], { cancelling: 1 });
  });

  describe("a sweep that waits until its time limit", () => {
    const endless = { onCancel: "ignore" } as const;

    it("leaves a partial creation with the outcomes of the ended operations", async () => {
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
      assert.match(message, /[.;] operations\/b: still running 10m after this step began/);
    });

    for (const step of ["create", "update", "delete"] as const) {
      it(`uses customTimeouts.${step} as the time limit of a ${step}`, async () => {
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

    it("polls once more at the end of the time limit", async () => {
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

  describe("a sweep that waits for an operation that can't be read", () => {
    it("reports the read that responds 403 and polls the other operations until they end", async () => {
      const specs = operations("a", "b", "c");
      const { create, emulator } = await enter({ operations: specs });
      emulator.fault({ method: "get", name: "operations/b", then: { status: 403 } });
      const { outputs, message } = await partial(create({ names: named(...specs) }));
      assert.deepEqual(outputs["outcomes"], { cancelled: 2, cancelling: 1 });
      assert.match(message, /1 of 3 operations .*\. operations\/b: the get call failed with PERMISSION_DENIED/);
    });

    it("fails when a read returns another operation", async () => {
      const { create, emulator } = await enter({ operations: operations("a") });
      emulator.fault({ method: "get", then: { answersFor: "operations/other" } });
      const { outputs, message } = await partial(create({ names: ["operations/a"] }));
      assert.deepEqual(outputs["outcomes"], { cancelling: 1 });
      assert.match(message, /a different operation/);
    });
  });

  describe("a sweep that waits despite faults", () => {
    it("succeeds after a 503 for each cancel and lost connections of list calls", async () => {
      const { create, emulator } = await enter({ operations: numbered(8) });
      emulator.fault({ method: "cancel", calls: 1, perOperation: true, then: { status: 503 } });
      emulator.fault({ method: "list", calls: [1, 3], then: { reset: "beforeHeaders" } });
      assert.deepEqual((await create({ concurrency: 1 })).outputs["outcomes"], { cancelled: 8 });
    });

    it("fails before any cancel when the list responds 404 with HTML", async () => {
      const { create, emulator, cancels } = await enter({ operations: operations("a") });
      emulator.fault({ method: "list", then: { status: 404, body: "html" } });
      assert.match((await failure(create())).message, /responded to the list call with HTTP 404.*service\.endpoint/);
      assert.equal(cancels(), 0);
    });
  });
});
