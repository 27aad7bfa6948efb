import assert from "node:assert/strict";
import { setTimeout as after } from "node:timers/promises";
import type { Emulator, OperationSpec } from "../../../provider/emulator";
import { failure, numbered, operations, partial, stage, tenMinutes } from "./stage";

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe("create of a sweep that cancels at its creation", () => {
  const { enter, time: clock, lines } = stage();

  it("cancels the running operations, polls until all end, and records their outcomes", async () => {
    const mixed: OperationSpec[] = [
      { name: "operations/a" },
      { name: "operations/b", onCancel: "complete" },
      { name: "operations/c", onCancel: "fail" },
      { name: "operations/d", done: "succeeded" },
    ];
    const { create, cancelled } = await enter({ operations: mixed });
    const { id, outputs } = await create({ triggers: [1] });
    assert.deepEqual(cancelled(), ["a", "b", "c"]);
    assert.match(id, /^\/\/cloudchannel\.googleapis\.com\/operations#[0-9a-f]{8}$/);
    const { requestTime, settleTime, endpoint, ...rest } = outputs;
    assert.match(String(requestTime), rfc3339);
    assert.match(String(settleTime), rfc3339);
    assert.equal(typeof endpoint, "string");
    assert.deepEqual(rest, {
      cancelOn: "create",
      all: true,
      triggers: [1],
      matched: 3,
      outcomes: { cancelled: 1, succeeded: 1, failed: 1 },
      operations: [
        { name: "operations/a", outcome: "cancelled" },
        { name: "operations/b", outcome: "succeeded" },
        { name: "operations/c", outcome: "failed" },
      ],
    });
    assert.deepEqual(lines, ["operations: swept 3: 1 cancelled, 1 succeeded, 1 failed."]);
  });

  it("returns an ID with the full name of the collection and a unique suffix", async () => {
    const { create, emulator } = await enter();
    const collection = "projects/p/locations/l/operations";
    const service = { endpoint: "https://aiplatform.googleapis.com" };
    const ids = [(await create({ collection, service })).id, (await create({ collection, service })).id];
    for (const id of ids) assert.ok(id.startsWith(`//aiplatform.googleapis.com/${collection}#`), id);
    assert.notEqual(ids[0], ids[1]);
    assert.deepEqual(new Set(emulator.calls.all().map(({ name }) => name)), new Set([collection]));
  });

  it("succeeds when no operation runs", async () => {
    const { create, calls, emulator } = await enter({ operations: [{ done: "succeeded" }] });
    const { outputs } = await create();
    const { endpoint } = emulator;
    assert.deepEqual(outputs, { cancelOn: "create", all: true, matched: 0, outcomes: {}, operations: [], endpoint });
    assert.deepEqual(calls(), ["list", "list"]);
    assert.deepEqual(lines, ["operations: swept no operations."]);
  });

  it('returns after the acknowledgements with waitFor "accepted", without a read', async () => {
    const { create, calls } = await enter({ operations: numbered(2, { onCancel: "ignore" }) });
    const { outputs } = await create({ waitFor: "accepted", expect: ["cancelled"] });
    assert.deepEqual(outputs["outcomes"], { cancelling: 2 });
    assert.match(String(outputs["requestTime"]), rfc3339);
    assert.equal("settleTime" in outputs, false);
    assert.deepEqual(calls(), ["list", "cancel", "cancel", "list"]);
  });

  describe("create of a sweep with a selection", () => {
    const types: OperationSpec[] = [
      { name: "operations/x/1", operationType: "CREATE_ENTITLEMENT" },
      { name: "operations/x/2", operationType: "RUN_REPORT_JOB" },
      { name: "operations/y/3", operationType: "CREATE_ENTITLEMENT" },
      { name: "operations/x/4" },
    ];
    for (const [what, selection, expected] of [
      ["cancels only operations of given types", { match: { operationTypes: ["CREATE_ENTITLEMENT"] } }, ["1", "3"]],
      ["cancels only operations whose name matches", { match: { name: "operations/x/*" } }, ["1", "2", "4"]],
      [
        "cancels only operations whose name and type both match",
        { match: { name: "operations/x/*", operationTypes: ["CREATE_ENTITLEMENT", "OTHER"] } },
        ["1"],
      ],
      [
        "cancels only the operations of `names`, each once",
        { names: ["operations/x/4", "operations/y/3", "operations/x/4"] },
        ["3", "4"],
      ],
      ["cancels nothing when no operation matches", { match: { name: "operations/z/*" } }, []],
      ["cancels nothing when `names` is empty", { names: [] }, []],
    ] as const) {
      it(what, async () => {
        // Cloud Channel's collection, but with operations that have further segments.
        const { create, emulator, cancelled } = await enter();
        for (const spec of types) emulator.add(spec);
        emulator.fault({
          method: "list",
          then: {
            body: {
              json: {
                operations: types.map(({ name, operationType }) => ({
                  name,
                  ...(operationType === undefined ? {} : { metadata: { operationType } }),
                })),
              },
            },
          },
        });
        const { outputs } = await create({ waitFor: "accepted", ...selection });
        assert.deepEqual(cancelled(), expected);
        assert.equal(outputs["matched"], expected.length);
      });
    }

    it("sends `filter` with each list call and cancels what the server lists", async () => {
      const { create, emulator, cancelled } = await enter({ operations: operations("a", "b") });
      const { outputs } = await create({ filter: "done=false" });
      assert.deepEqual(cancelled(), ["a", "b"]);
      assert.deepEqual(outputs["outcomes"], { cancelled: 2 });
      for (const { url } of emulator.calls.all({ method: "list" })) assert.match(url, /filter=done%3Dfalse/);
    });

    it("cancels all of 110 operations and names 100 of them in the state", async () => {
      const { create, lists } = await enter({ operations: numbered(110) });
      const { outputs } = await create();
      assert.deepEqual([outputs["matched"], outputs["outcomes"]], [110, { cancelled: 110 }]);
      assert.equal((outputs["operations"] as unknown[]).length, 100);
      assert.equal(lists(), 2);
    });
  });

  describe("create of a sweep with a limit", () => {
    it("cancels nothing when more operations match than `limit`", async () => {
      const { create, calls } = await enter({ operations: operations("a", "b", "c") });
      const { message } = await failure(create({ limit: 2 }));
      assert.match(message, /^operations: 3 operations match, and `limit` is 2\. Nothing was cancelled/);
      assert.deepEqual(calls(), ["list"]);
    });

    it("counts the operations of every page toward `limit`", async () => {
      const { create, cancels } = await enter({ operations: numbered(30), pageSize: { maximum: 10 } });
      assert.match((await failure(create({ limit: 29 }))).message, /30 operations match/);
      assert.equal(cancels(), 0);
      assert.equal((await create({ limit: 30 })).outputs["matched"], 30);
    });

    it("doesn't count operations that have ended or don't match toward `limit`", async () => {
      const mixed = [{ done: "succeeded" }, { operationType: "T" }, { operationType: "U" }] as const;
      const { create } = await enter({ operations: mixed });
      const { outputs } = await create({ limit: 1, match: { operationTypes: ["T"] } });
      assert.deepEqual(outputs["outcomes"], { cancelled: 1 });
    });

    it("counts only the running operations of `names` toward `limit`", async () => {
      const { create, cancelled, calls } = await enter({
        operations: [...operations("a", "b"), { name: "operations/c", done: "succeeded" }],
      });
      const names = ["operations/a", "operations/b", "operations/c"];
      assert.match((await failure(create({ limit: 1, names }))).message, /2 operations match, and `limit` is 1/);
      assert.deepEqual(calls(), ["get", "get", "get"]);
      const { outputs } = await create({ limit: 2, names });
      assert.deepEqual(cancelled(), ["a", "b"]);
      assert.deepEqual(outputs["outcomes"], { cancelled: 2, succeeded: 1 });
    });

    it("uses a limit of 1,000 by default", async () => {
      const { create, cancels } = await enter({ operations: numbered(1001) });
      assert.match((await failure(create())).message, /1001 operations match, and `limit` is 1000/);
      assert.equal(cancels(), 0);
    });

    it("reports operations that start during the sweep and exceed `limit`, and doesn't cancel them", async () => {
      const { create, emulator, cancelled } = await enter({
        operations: operations("a"),
        onCall: ({ method }) => {
          if (method === "cancel" && emulator.operation("operations/b") === undefined) {
            for (const spec of operations("b", "c")) emulator.add(spec);
          }
        },
      });
      const { message, outputs } = await partial(create({ limit: 2 }));
      assert.deepEqual(cancelled(), ["a", "b"]);
      assert.match(
        message,
        /[.;] operations\/c: not cancelled: it started while the sweep ran, and exceeds the limit of 2/,
      );
      assert.deepEqual(outputs["outcomes"], { cancelled: 2, running: 1 });
    });
  });

  describe("create of a sweep while new operations start", () => {
    /** Starts an emulator that adds an operation at each of the first `count` list calls. */
    async function growing(count: number) {
      let added = 0;
      const world = await enter({
        operations: operations("first"),
        onCall: ({ method }) => {
          if (method === "list" && added < count) world.emulator.add({ name: `operations/${++added}` });
        },
      });
      return world;
    }

    it("cancels operations that start during the sweep", async () => {
      const { create, cancelled, lists } = await growing(2);
      const { outputs } = await create({ waitFor: "accepted" });
      assert.deepEqual(cancelled(), ["1", "2", "first"]);
      assert.deepEqual(outputs["outcomes"], { cancelling: 3 });
      assert.equal(lists(), 4);
    });

    it("lists at most five times and then leaves an incomplete partial creation", async () => {
      const { create, cancelled, lists } = await growing(100);
      const { message, outputs } = await partial(create({ waitFor: "accepted" }));
      assert.match(
        message,
        /^operations: operations start as fast as the sweep cancels them\. Each of 5 listings showed new/,
      );
      assert.equal(outputs["incomplete"], true);
      assert.deepEqual(cancelled(), ["1", "2", "3", "4", "first"]);
      assert.equal(lists(), 5);
    });

    it("sends one cancel for each operation, even if the operation keeps running", async () => {
      const { create, emulator, cancels } = await enter({ operations: numbered(20, { onCancel: "ignore" }) });
      await create({ waitFor: "accepted" });
      assert.equal(cancels(), 20);
      for (const { name } of numbered(20)) assert.equal(emulator.calls.count("cancel", name), 1);
    });

    it("doesn't repeat a cancel that responds 403", async () => {
      const { create, emulator, cancels } = await enter({ operations: operations("a", "b") });
      emulator.fault({ method: "cancel", name: "operations/a", then: { status: 403 } });
      await partial(create());
      assert.deepEqual([cancels("operations/a"), cancels("operations/b")], [1, 1]);
    });

    it("leaves an incomplete partial creation when the time limit passes before the confirming listing", async () => {
      const { create, lists, cancels } = await enter({
        operations: operations("a", "b"),
        onCall: ({ method }) => {
          if (method === "cancel") clock.pass(tenMinutes);
        },
      });
      const { message, outputs } = await partial(create({ waitFor: "accepted", concurrency: 2 }));
      assert.match(message, /the step's time limit of 10m was over before a listing confirmed that nothing is left/);
      assert.match(
        message,
        /To allow more time, set `customTimeouts\.update` \(for a new resource, also `customTimeouts\.create`\)\./,
      );
      assert.deepEqual([outputs["outcomes"], outputs["incomplete"]], [{ cancelling: 2 }, true]);
      assert.deepEqual([cancels(), lists()], [2, 1]);
    });

    it("makes no calls after its time limit and reports the operations that aren't cancelled", async () => {
      const { create, cancels } = await enter({
        operations: operations("a", "b"),
        onCall: ({ method }) => {
          if (method === "cancel") clock.pass(tenMinutes);
        },
      });
      const { message, outputs } = await partial(create({ waitFor: "accepted", concurrency: 1 }));
      assert.equal(cancels(), 1);
      assert.match(message, /[.;] operations\/b: not cancelled: the step's time limit of 10m was over/);
      assert.deepEqual(outputs["outcomes"], { cancelling: 1, running: 1 });
    });
  });

  describe("create of a sweep when cancels fail", () => {
    it("cancels the others and reports all failures in one error with counts, names and reasons", async () => {
      const { create, emulator, cancels } = await enter({ operations: operations("a", "b", "c", "d") });
      emulator.fault({ method: "cancel", name: "operations/a", then: { status: 403, message: "Not yours." } });
      emulator.fault({ method: "cancel", name: "operations/c", then: { status: 400, message: "Odd." } });
      const { message, outputs } = await partial(create());
      assert.equal(cancels(), 4);
      assert.match(message, /^operations: 2 of 4 operations didn't end as expected \(2 running, 2 cancelled\)\. /);
      assert.match(message, /\. operations\/a: the cancel call failed with PERMISSION_DENIED \(HTTP 403\): Not yours/);
      assert.match(message, /; operations\/c: the cancel call failed with INVALID_ARGUMENT \(HTTP 400\): Odd/);
      assert.match(message, /[^.]\. The next run continues with what still runs\. To give up /);
      assert.doesNotMatch(message, /\n/, "the engine shows one line");
      assert.deepEqual(outputs["outcomes"], { running: 2, cancelled: 2 });
      assert.deepEqual(
        (outputs["operations"] as { name: string }[]).map(({ name }) => name),
        ["operations/a", "operations/c", "operations/b", "operations/d"],
        "the unexpected first",
      );
      for (const way of ["`expect`", "remove it from the program", "`pulumi state delete`"])
        assert.ok(message.includes(way));
    });

    it("reports the first 20 failures and the number of further ones", async () => {
      const { create, emulator } = await enter({ operations: numbered(25) });
      emulator.fault({ method: "cancel", calls: { from: 2 }, then: { status: 403 } });
      const { message } = await partial(create({ concurrency: 1 }));
      assert.equal(message.match(/[.;] operations\/\d+: the cancel call failed with/g)?.length, 20);
      assert.match(message, /24 of 25 operations didn't end .*; and 4 more\. The next run/);
    });

    it("truncates long names and reasons to an error that fits the engine's limit", async () => {
      const long = "n".repeat(300);
      const { create, emulator } = await enter({ operations: numbered(30, {}, `operations/${long}`) });
      emulator.fault({ method: "cancel", then: { status: 403, message: "m".repeat(2000) } });
      const { message } = await failure(create());
      assert.ok(Buffer.byteLength(message) <= 4096, String(message.length));
      assert.equal(message.match(/[.;] operations\/n+…: the cancel call failed with/g)?.length, 12);
      assert.match(message, /; and 18 more\. The next run .*The failed creation left nothing in the state\.$/);
    });

    it("leaves no resource when no cancel is acknowledged", async () => {
      const { create, emulator } = await enter({ operations: operations("a", "b") });
      emulator.fault({ method: "cancel", then: { status: 403 } });
      const { message } = await failure(create());
      assert.match(message, /2 of 2 operations didn't end as expected/);
    });

    it("leaves a partial creation with the outcome running when a cancel gets no definite response", async () => {
      const { create, emulator } = await enter({
        operations: operations("a"),
        onCall: ({ method }) => {
          if (method === "cancel") clock.pass(tenMinutes);
        },
      });
      emulator.fault({ method: "cancel", then: { status: 503 } });
      const { outputs, message } = await partial(create());
      assert.deepEqual([outputs["outcomes"], outputs["requestTime"]], [{ running: 1 }, undefined]);
      assert.match(message, /UNAVAILABLE/);
    });
  });

  describe("create of a sweep when cancels are refused", () => {
    it("leaves a partial creation with the outcome unsupported when a cancel responds UNIMPLEMENTED", async () => {
      const { create } = await enter({ operations: [...operations("a"), { answer: "UNIMPLEMENTED" }] });
      const { outputs, message } = await partial(create());
      assert.deepEqual(outputs["outcomes"], { cancelled: 1, unsupported: 1 });
      assert.match(message, /: unsupported\. The next run/);
      assert.equal("settleTime" in outputs, false, "it runs");
    });

    it("records unsupported when a cancel responds UNIMPLEMENTED and `expect` allows it", async () => {
      const { create } = await enter({ operations: [...operations("a"), { answer: "UNIMPLEMENTED" }] });
      const { outputs } = await create({ expect: ["cancelled", "unsupported"] });
      assert.deepEqual(outputs["outcomes"], { cancelled: 1, unsupported: 1 });
    });

    it("fails for a FAILED_PRECONDITION of a running operation, and records the outcome of an ended one", async () => {
      const names = ["operations/done", "operations/runs"];
      const { create } = await enter({
        operations: [
          { name: "operations/done", done: "succeeded", answerWhenDone: "FAILED_PRECONDITION" },
          { name: "operations/runs", answer: "FAILED_PRECONDITION" },
        ],
      });
      const { message } = await failure(create({ names }));
      assert.match(
        message,
        /1 of 2 operations .*1 running, 1 succeeded.*\. operations\/runs: the cancel call failed with/,
      );
    });

    it("records notFound when a cancel responds NOT_FOUND, and fails unless `expect` allows it", async () => {
      const { create } = await enter();
      const names = ["operations/gone"];
      assert.match((await failure(create({ names }))).message, /\. operations\/gone: notFound\. /);
      const { outputs } = await create({ names, expect: ["notFound"] });
      assert.deepEqual(outputs["outcomes"], { notFound: 1 });
    });
  });

  it("names running operations before ended ones in the state when all outcomes are expected", async () => {
    const { create } = await enter({
      operations: [
        { name: "operations/done", done: "succeeded", answerWhenDone: "FAILED_PRECONDITION" },
        { name: "operations/runs", onCancel: "ignore" },
      ],
    });
    const names = ["operations/done", "operations/runs"];
    const { outputs } = await create({ names, waitFor: "accepted", concurrency: 1 });
    assert.deepEqual(outputs["operations"], [
      { name: "operations/runs", outcome: "cancelling" },
      { name: "operations/done", outcome: "succeeded" },
    ]);
  });

  it("fails when `expect` excludes an outcome, and quotes the operation's error", async () => {
    const error = { code: 13, message: "It broke." };
    const { create } = await enter({
      operations: [...operations("a"), { name: "operations/b", onCancel: "fail", error }],
    });
    const { message, outputs } = await partial(create({ expect: ["cancelled"] }));
    assert.match(
      message,
      /1 of 2 operations didn't end as expected \(1 cancelled, 1 failed\)\. `expect` allows cancelled\./,
    );
    assert.match(
      message,
      /\. operations\/b: failed, INTERNAL: It broke\. To accept this outcome, add "failed" to `expect`\./,
    );
    assert.deepEqual((outputs["operations"] as unknown[])[0], { name: "operations/b", outcome: "failed" });
  });

  describe("create of a sweep when the list fails", () => {
    it("leaves no resource when the first listing responds 403", async () => {
      const { create, emulator, cancels } = await enter({ operations: numbered(30), pageSize: { maximum: 10 } });
      emulator.fault({ method: "list", calls: 3, then: { status: 403 } });
      assert.match((await failure(create())).message, /^operations: the list call failed with PERMISSION_DENIED/);
      assert.equal(cancels(), 0);
    });

    it("polls the cancelled operations and is incomplete when a later listing responds 403", async () => {
      const { create, emulator } = await enter({ operations: operations("a") });
      emulator.fault({ method: "list", calls: 2, then: { status: 403 } });
      const { outputs, message } = await partial(create());
      assert.deepEqual(outputs["outcomes"], { cancelled: 1 });
      assert.equal(outputs["incomplete"], true);
      assert.match(message, /^operations: the list call failed with PERMISSION_DENIED/);
    });

    it("suggests `names` when the list responds UNIMPLEMENTED", async () => {
      const { create } = await enter({ operations: operations("a"), unimplemented: ["list"] });
      assert.match((await failure(create())).message, /can't be listed, .*UNIMPLEMENTED.*`names`/);
    });
  });

  describe("create of a sweep of names", () => {
    it("cancels each of `names` without a listing", async () => {
      const { create, calls, cancelled } = await enter({
        operations: operations("a", "b", "c"),
        unimplemented: ["list"],
      });
      const { outputs } = await create({ names: ["operations/a", "operations/c"] });
      assert.deepEqual(cancelled(), ["a", "c"]);
      assert.deepEqual(outputs["outcomes"], { cancelled: 2 });
      assert.deepEqual(calls().sort(), ["cancel", "cancel", "get", "get"]);
    });

    it("cancels each of `names` without a read before, even if the operation has ended", async () => {
      const { create, calls } = await enter({ operations: [{ name: "operations/a", done: "succeeded" }] });
      const { outputs } = await create({ names: ["operations/a"] });
      assert.deepEqual(calls(), ["cancel", "get"]);
      assert.deepEqual(outputs["outcomes"], { succeeded: 1 });
    });
  });

  describe("the concurrency of a sweep", () => {
    /** Holds the responses to `method` until `count` calls arrive, and long enough for one more to arrive. */
    const holdAnswers = async (emulator: Emulator, count: number, method: "cancel" | "get") => {
      const fault = emulator.fault({ method, delay: 2 ** 30 });
      await emulator.calls.received({ method }, count);
      await after(20);
      fault.remove();
    };

    for (const [given, most] of [
      [undefined, 16],
      [1, 1],
      [4, 4],
    ] as const) {
      it(`makes at most ${most} cancels at once when concurrency is ${given ?? "omitted"}`, async () => {
        const { create, emulator, cancels } = await enter({ operations: numbered(most + 2) });
        const held = holdAnswers(emulator, most, "cancel");
        await Promise.all([create(given === undefined ? {} : { concurrency: given }), held]);
        assert.equal(emulator.calls.mostAtOnce, most);
        assert.equal(cancels(), most + 2);
      });
    }

    it("makes at most 3 single reads at once when concurrency is 3", async () => {
      const specs = numbered(5);
      const { create, emulator } = await enter({ operations: specs, unimplemented: ["list"] });
      const held = holdAnswers(emulator, 3, "get");
      await Promise.all([create({ names: specs.map(({ name }) => name), concurrency: 3 }), held]);
      assert.equal(emulator.calls.mostAtOnce, 3);
    });
  });
});
