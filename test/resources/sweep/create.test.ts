import assert from "node:assert/strict";
import { setTimeout as after } from "node:timers/promises";
import type { Emulator, OperationSpec } from "../../../provider/emulator";
import { failure, numbered, operations, partial, stage, tenMinutes } from "./stage";

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe("creating a sweep that cancels at once", () => {
  const { enter, time: clock, lines } = stage();

  it("cancels what runs, waits for the end of all, and tells it", async () => {
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
    assert.deepEqual(lines, ["Swept operations: 1 cancelled, 1 succeeded, 1 failed."]);
  });

  it("has the full name of its collection and a suffix of its own for an id", async () => {
    const { create, emulator } = await enter();
    const collection = "projects/p/locations/l/operations";
    const service = { endpoint: "https://aiplatform.googleapis.com" };
    const ids = [(await create({ collection, service })).id, (await create({ collection, service })).id];
    for (const id of ids) assert.ok(id.startsWith(`//aiplatform.googleapis.com/${collection}#`), id);
    assert.notEqual(ids[0], ids[1]);
    assert.deepEqual(new Set(emulator.calls.all().map(({ name }) => name)), new Set([collection]));
  });

  it("is content when nothing runs", async () => {
    const { create, calls, emulator } = await enter({ operations: [{ done: "succeeded" }] });
    const { outputs } = await create();
    const { endpoint } = emulator;
    assert.deepEqual(outputs, { cancelOn: "create", all: true, matched: 0, outcomes: {}, operations: [], endpoint });
    assert.deepEqual(calls(), ["list", "list"]);
    assert.deepEqual(lines, ["Swept operations: no operations."]);
  });

  it('goes on at once with waitFor "accepted", without looking what comes of it', async () => {
    const { create, calls } = await enter({ operations: numbered(2, { onCancel: "ignore" }) });
    const { outputs } = await create({ waitFor: "accepted", expect: ["cancelled"] });
    assert.deepEqual(outputs["outcomes"], { cancelling: 2 });
    assert.match(String(outputs["requestTime"]), rfc3339);
    assert.equal("settleTime" in outputs, false);
    assert.deepEqual(calls(), ["list", "cancel", "cancel", "list"]);
  });

  describe("cancels what is selected, and nothing else", () => {
    const types: OperationSpec[] = [
      { name: "operations/x/1", operationType: "CREATE_ENTITLEMENT" },
      { name: "operations/x/2", operationType: "RUN_REPORT_JOB" },
      { name: "operations/y/3", operationType: "CREATE_ENTITLEMENT" },
      { name: "operations/x/4" },
    ];
    for (const [what, selection, expected] of [
      ["by type", { match: { operationTypes: ["CREATE_ENTITLEMENT"] } }, ["1", "3"]],
      ["by name", { match: { name: "operations/x/*" } }, ["1", "2", "4"]],
      ["by both", { match: { name: "operations/x/*", operationTypes: ["CREATE_ENTITLEMENT", "OTHER"] } }, ["1"]],
      ["by names, one by one", { names: ["operations/x/4", "operations/y/3", "operations/x/4"] }, ["3", "4"]],
      ["where nothing matches", { match: { name: "operations/z/*" } }, []],
      ["where no name is given", { names: [] }, []],
    ] as const) {
      it(what, async () => {
        // Of Cloud Channel's collection, whose operations have further segments here.
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

    it("by a filter that the server judges", async () => {
      const { create, emulator, cancelled } = await enter({ operations: operations("a", "b") });
      const { outputs } = await create({ filter: "done=false" });
      assert.deepEqual(cancelled(), ["a", "b"]);
      assert.deepEqual(outputs["outcomes"], { cancelled: 2 });
      for (const { url } of emulator.calls.all({ method: "list" })) assert.match(url, /filter=done%3Dfalse/);
    });

    it("which may be all of it, though only that many are named in the state", async () => {
      const { create, lists } = await enter({ operations: numbered(110) });
      const { outputs } = await create();
      assert.deepEqual([outputs["matched"], outputs["outcomes"]], [110, { cancelled: 110 }]);
      assert.equal((outputs["operations"] as unknown[]).length, 100);
      assert.equal(lists(), 2);
    });
  });

  describe("holds the count to its limit", () => {
    it("before its first call", async () => {
      const { create, calls } = await enter({ operations: operations("a", "b", "c") });
      const { message } = await failure(create({ limit: 2 }));
      assert.match(message, /^operations: 3 operations match, and `limit` is 2\. Nothing was cancelled/);
      assert.deepEqual(calls(), ["list"]);
    });

    it("counting every page of the listing", async () => {
      const { create, cancels } = await enter({ operations: numbered(30), pageSize: { maximum: 10 } });
      assert.match((await failure(create({ limit: 29 }))).message, /30 operations match/);
      assert.equal(cancels(), 0);
      assert.equal((await create({ limit: 30 })).outputs["matched"], 30);
    });

    it("without those that have ended, and those that don't match", async () => {
      const mixed = [{ done: "succeeded" }, { operationType: "T" }, { operationType: "U" }] as const;
      const { create } = await enter({ operations: mixed });
      const { outputs } = await create({ limit: 1, match: { operationTypes: ["T"] } });
      assert.deepEqual(outputs["outcomes"], { cancelled: 1 });
    });

    it("of names too, of which it counts those that run", async () => {
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

    it("is 1,000 where none is set", async () => {
      const { create, cancels } = await enter({ operations: numbered(1001) });
      assert.match((await failure(create())).message, /1001 operations match, and `limit` is 1000/);
      assert.equal(cancels(), 0);
    });

    it("while it is under way too: what comes beyond it is left alone, and told", async () => {
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
        /- operations\/c: not cancelled: it started while the sweep ran, and exceeds the limit of 2/,
      );
      assert.deepEqual(outputs["outcomes"], { cancelled: 2, running: 1 });
    });
  });

  describe("lists on until a listing shows none that it did not ask for", () => {
    /** An emulator where every so many listings another operation appears, the first `count` times. */
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

    it("and cancels what was started meanwhile", async () => {
      const { create, cancelled, lists } = await growing(2);
      const { outputs } = await create({ waitFor: "accepted" });
      assert.deepEqual(cancelled(), ["1", "2", "first"]);
      assert.deepEqual(outputs["outcomes"], { cancelling: 3 });
      assert.equal(lists(), 4);
    });

    it("five times at most, and then fails as incomplete", async () => {
      const { create, cancelled, lists } = await growing(100);
      const { message, outputs } = await partial(create({ waitFor: "accepted" }));
      assert.match(
        message,
        /^operations: operations start as fast as they are cancelled: each of 5 listings showed new/,
      );
      assert.equal(outputs["incomplete"], true);
      assert.deepEqual(cancelled(), ["1", "2", "3", "4", "first"]);
      assert.equal(lists(), 5);
    });

    it("and asks for none of them twice, though they run on", async () => {
      const { create, emulator, cancels } = await enter({ operations: numbered(20, { onCancel: "ignore" }) });
      await create({ waitFor: "accepted" });
      assert.equal(cancels(), 20);
      for (const { name } of numbered(20)) assert.equal(emulator.calls.count("cancel", name), 1);
    });

    it("nor one that failed", async () => {
      const { create, emulator, cancels } = await enter({ operations: operations("a", "b") });
      emulator.fault({ method: "cancel", name: "operations/a", then: { status: 403 } });
      await partial(create());
      assert.deepEqual([cancels("operations/a"), cancels("operations/b")], [1, 1]);
    });

    it("within its time, and is incomplete if no listing confirmed that nothing is left", async () => {
      const { create, lists, cancels } = await enter({
        operations: operations("a", "b"),
        onCall: ({ method }) => {
          if (method === "cancel") clock.pass(tenMinutes);
        },
      });
      const { message, outputs } = await partial(create({ waitFor: "accepted", concurrency: 2 }));
      assert.match(message, /the 10m of this step were over before a listing confirmed that nothing is left to cancel/);
      assert.deepEqual([outputs["outcomes"], outputs["incomplete"]], [{ cancelling: 2 }, true]);
      assert.deepEqual([cancels(), lists()], [2, 1]);
    });

    it("and makes no calls once its time is over: what was not reached is told", async () => {
      const { create, cancels } = await enter({
        operations: operations("a", "b"),
        onCall: ({ method }) => {
          if (method === "cancel") clock.pass(tenMinutes);
        },
      });
      const { message, outputs } = await partial(create({ waitFor: "accepted", concurrency: 1 }));
      assert.equal(cancels(), 1);
      assert.match(message, /- operations\/b: not cancelled: the 10m of this step were over/);
      assert.deepEqual(outputs["outcomes"], { cancelling: 1, running: 1 });
    });
  });

  describe("goes on when one fails", () => {
    it("and reports all failures in one error: counts, and each by name and reason", async () => {
      const { create, emulator, cancels } = await enter({ operations: operations("a", "b", "c", "d") });
      emulator.fault({ method: "cancel", name: "operations/a", then: { status: 403, message: "Not yours." } });
      emulator.fault({ method: "cancel", name: "operations/c", then: { status: 400, message: "Odd." } });
      const { message, outputs } = await partial(create());
      assert.equal(cancels(), 4);
      assert.match(message, /^operations: of 4 operations 2 did not end as expected \(2 running, 2 cancelled; /);
      assert.match(message, /\n- operations\/a: the cancel was answered PERMISSION_DENIED \(HTTP 403\): Not yours/);
      assert.match(message, /\n- operations\/c: the cancel was answered INVALID_ARGUMENT \(HTTP 400\): Odd/);
      assert.deepEqual(outputs["outcomes"], { running: 2, cancelled: 2 });
      assert.deepEqual(
        (outputs["operations"] as { name: string }[]).map(({ name }) => name),
        ["operations/a", "operations/c", "operations/b", "operations/d"],
        "the unexpected first",
      );
      for (const way of ["`expect`", "`retainOnDelete`", "`pulumi state delete`"]) assert.ok(message.includes(way));
    });

    it("and tells the first 20, and how many more there are", async () => {
      const { create, emulator } = await enter({ operations: numbered(25) });
      emulator.fault({ method: "cancel", calls: { from: 2 }, then: { status: 403 } });
      const { message } = await partial(create({ concurrency: 1 }));
      assert.equal(message.match(/^- operations\/\d+: the cancel was answered/gm)?.length, 20);
      assert.match(message, /of 25 operations 24 did not end .*\n- and 4 more\n/s);
    });

    it("in an error that the engine can be sent whole, long as names and reasons may be", async () => {
      const long = "n".repeat(300);
      const { create, emulator } = await enter({ operations: numbered(30, {}, `operations/${long}`) });
      emulator.fault({ method: "cancel", then: { status: 403, message: "m".repeat(2000) } });
      const { message } = await failure(create());
      assert.ok(Buffer.byteLength(message) <= 4608, String(message.length));
      assert.equal(message.match(/^- operations\/n+…: the cancel was answered/gm)?.length, 20);
    });

    it("and leaves nothing to keep where nothing was acknowledged", async () => {
      const { create, emulator } = await enter({ operations: operations("a", "b") });
      emulator.fault({ method: "cancel", then: { status: 403 } });
      const { message } = await failure(create());
      assert.match(message, /of 2 operations 2 did not end as expected/);
    });

    it("and keeps what may have been carried out without an answer, as running", async () => {
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

  describe("takes each answer for what it is", () => {
    it("UNIMPLEMENTED of what runs for unsupported, which is not expected", async () => {
      const { create } = await enter({ operations: [...operations("a"), { answer: "UNIMPLEMENTED" }] });
      const { outputs, message } = await partial(create());
      assert.deepEqual(outputs["outcomes"], { cancelled: 1, unsupported: 1 });
      assert.match(message, /: unsupported\n/);
      assert.equal("settleTime" in outputs, false, "it runs");
    });

    it("or is, where that is expected", async () => {
      const { create } = await enter({ operations: [...operations("a"), { answer: "UNIMPLEMENTED" }] });
      const { outputs } = await create({ expect: ["cancelled", "unsupported"] });
      assert.deepEqual(outputs["outcomes"], { cancelled: 1, unsupported: 1 });
    });

    it("FAILED_PRECONDITION of what is done for its outcome, and of what runs for a failure", async () => {
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
        /of 2 operations 1 .*1 running, 1 succeeded.*\n- operations\/runs: the cancel was answered/s,
      );
    });

    it("NOT_FOUND for notFound, which is not expected unless it is named", async () => {
      const { create } = await enter();
      const names = ["operations/gone"];
      assert.match((await failure(create({ names }))).message, /- operations\/gone: notFound/);
      const { outputs } = await create({ names, expect: ["notFound"] });
      assert.deepEqual(outputs["outcomes"], { notFound: 1 });
    });
  });

  it("names first what may have to be read again, where all is as expected", async () => {
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

  it("holds every outcome to what is expected, with the operation's own words", async () => {
    const error = { code: 13, message: "It broke." };
    const { create } = await enter({
      operations: [...operations("a"), { name: "operations/b", onCancel: "fail", error }],
    });
    const { message, outputs } = await partial(create({ expect: ["cancelled"] }));
    assert.match(message, /1 did not end as expected \(1 cancelled, 1 failed; `expect` takes cancelled\)/);
    assert.match(message, /\n- operations\/b: failed, INTERNAL: It broke\.\n/);
    assert.deepEqual((outputs["operations"] as unknown[])[0], { name: "operations/b", outcome: "failed" });
  });

  describe("fails where the listing does", () => {
    it("before any cancel, and leaves nothing", async () => {
      const { create, emulator, cancels } = await enter({ operations: numbered(30), pageSize: { maximum: 10 } });
      emulator.fault({ method: "list", calls: 3, then: { status: 403 } });
      assert.match((await failure(create())).message, /^operations: the list was answered PERMISSION_DENIED/);
      assert.equal(cancels(), 0);
    });

    it("after some cancels, and follows those all the same", async () => {
      const { create, emulator } = await enter({ operations: operations("a") });
      emulator.fault({ method: "list", calls: 2, then: { status: 403 } });
      const { outputs, message } = await partial(create());
      assert.deepEqual(outputs["outcomes"], { cancelled: 1 });
      assert.equal(outputs["incomplete"], true);
      assert.match(message, /^operations: the list was answered PERMISSION_DENIED/);
    });

    it("because the service has none, and says what to do", async () => {
      const { create } = await enter({ operations: operations("a"), unimplemented: ["list"] });
      assert.match((await failure(create())).message, /can't be listed: .*UNIMPLEMENTED.*`names`/);
    });
  });

  describe("asks for names one by one", () => {
    it("without a listing", async () => {
      const { create, calls, cancelled } = await enter({
        operations: operations("a", "b", "c"),
        unimplemented: ["list"],
      });
      const { outputs } = await create({ names: ["operations/a", "operations/c"] });
      assert.deepEqual(cancelled(), ["a", "c"]);
      assert.deepEqual(outputs["outcomes"], { cancelled: 2 });
      assert.deepEqual(calls().sort(), ["cancel", "cancel", "get", "get"]);
    });

    it("at once, without a look whether they run: it races with their ends", async () => {
      const { create, calls } = await enter({ operations: [{ name: "operations/a", done: "succeeded" }] });
      const { outputs } = await create({ names: ["operations/a"] });
      assert.deepEqual(calls(), ["cancel", "get"]);
      assert.deepEqual(outputs["outcomes"], { succeeded: 1 });
    });
  });

  describe("keeps to its concurrency", () => {
    /** Keeps the answers to these calls back until so many have come, and one too many would have too. */
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
      it(given === undefined ? "of 16 where none is set" : `of ${given}`, async () => {
        const { create, emulator, cancels } = await enter({ operations: numbered(most + 2) });
        const held = holdAnswers(emulator, most, "cancel");
        await Promise.all([create(given === undefined ? {} : { concurrency: given }), held]);
        assert.equal(emulator.calls.mostAtOnce, most);
        assert.equal(cancels(), most + 2);
      });
    }

    it("in single reads too", async () => {
      const specs = numbered(5);
      const { create, emulator } = await enter({ operations: specs, unimplemented: ["list"] });
      const held = holdAnswers(emulator, 3, "get");
      await Promise.all([create({ names: specs.map(({ name }) => name), concurrency: 3 }), held]);
      assert.equal(emulator.calls.mostAtOnce, 3);
    });
  });
});
