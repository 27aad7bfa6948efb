import assert from "node:assert/strict";
import { getOperation, listOperations } from "../../provider/resources/lookups";
import type { Context } from "../../provider/resources/context";
import type { Properties } from "../../provider/resources/state/record";
import { startEmulator, type EmulatorOptions } from "../../provider/emulator";
import { cleanUps } from "../support/cleanUps";
import { rejection } from "../support/rejection";
import { fakeTime } from "../support/fakeTime";
import { rpc, startServer } from "../support/server";
import { withoutChance } from "../support/withoutChance";
import { contextOf, methodsOf } from "./request/stage";

const name = "operations/AbC";
const type = "type.googleapis.com/google.cloud.channel.v1.OperationMetadata";

describe("a lookup", () => {
  withoutChance();
  const { stopping } = cleanUps();

  async function enter(options: EmulatorOptions = {}) {
    const emulator = stopping(await startEmulator(options));
    const context = contextOf({}, { CANCELLATION_ENDPOINT: emulator.endpoint });
    return {
      emulator,
      get: (args: Properties = { operation: name }) => getOperation(args, context),
      list: (args: Properties = {}) => listOperations(args, context),
      calls: () => methodsOf(emulator),
    };
  }

  describe("getOperation", () => {
    it("reads the operation once and returns its outcome, metadata and type", async () => {
      const { get, calls } = await enter({ operations: [{ name, operationType: "CREATE_ENTITLEMENT" }] });
      assert.deepEqual(await get(), {
        id: "//cloudchannel.googleapis.com/operations/AbC",
        name,
        outcome: "running",
        done: false,
        metadata: { "@type": type, operationType: "CREATE_ENTITLEMENT" },
        operationType: "CREATE_ENTITLEMENT",
      });
      assert.deepEqual(calls(), ["get"]);
    });

    it("returns the outcome and the error of an operation that has ended", async () => {
      const { get } = await enter({ operations: [{ name, done: "cancelled" }] });
      const { outcome, done, error } = await get();
      assert.deepEqual([outcome, done], ["cancelled", true]);
      assert.deepEqual(error, { code: 1, status: "CANCELLED", message: "The operation was cancelled.", details: [] });
    });

    it("returns notFound for an operation that the service doesn't know", async () => {
      const { get } = await enter();
      assert.deepEqual(await get(), { id: `//cloudchannel.googleapis.com/${name}`, name, outcome: "notFound" });
    });

    it("fails when the get responds 403 or 404 with HTML", async () => {
      const { get, emulator } = await enter({ operations: [{ name }] });
      emulator.fault({ method: "get", calls: 1, then: { status: 403 } });
      assert.match((await rejection(get())).message, /PERMISSION_DENIED/);
      emulator.fault({ method: "get", calls: 1, then: { status: 404, body: "html" } });
      assert.match((await rejection(get())).message, /service\.endpoint/);
    });

    it("puts the host of `service` in the ID and its version in the path", async () => {
      const { get, emulator } = await enter({ version: "v1beta1", operations: [{ name: "projects/p/operations/x" }] });
      const service = { endpoint: "https://aiplatform.googleapis.com", version: "v1beta1" };
      const { id } = await get({ operation: "projects/p/operations/x", service });
      assert.equal(id, "//aiplatform.googleapis.com/projects/p/operations/x");
      assert.match(emulator.calls.last()?.url ?? "", /^\/v1beta1\//);
    });
  });

  describe("listOperations", () => {
    it("returns running and ended operations from one list call", async () => {
      const { list, calls } = await enter({
        operations: [{ name: "operations/a" }, { name: "operations/b", done: "failed", operationType: "T" }],
      });
      const [a, b, ...more] = await list();
      assert.deepEqual(a, {
        id: "//cloudchannel.googleapis.com/operations/a",
        name: "operations/a",
        outcome: "running",
        done: false,
      });
      assert.deepEqual([b?.["outcome"], b?.["operationType"]], ["failed", "T"]);
      assert.deepEqual(more, []);
      assert.deepEqual(calls(), ["list"]);
    });

    it("reads every page, including short and empty pages", async () => {
      const operations = Array.from({ length: 25 }, (_, index) => ({
        name: `operations/${index}`,
        ...(index % 5 === 0 ? {} : { done: "succeeded" as const }),
      }));
      const { list } = await enter({ operations, pageSize: { scanned: 3 } });
      assert.equal((await list()).length, 25);
      const running = await list({ filter: "done=false" });
      assert.deepEqual(
        running.map((operation) => operation["name"]),
        [0, 5, 10, 15, 20].map((number) => `operations/${number}`),
      );
    });

    it("returns only the operations that `match` selects", async () => {
      const { list } = await enter({
        operations: [
          { name: "operations/a", operationType: "T" },
          { name: "operations/b", operationType: "T" },
          { name: "operations/c" },
        ],
      });
      const names = async (match: Properties) => (await list({ match })).map((operation) => operation["name"]);
      assert.deepEqual(await names({ operationTypes: ["T"] }), ["operations/a", "operations/b"]);
      assert.deepEqual(await names({ name: "operations/{b,c}" }), ["operations/b", "operations/c"]);
      assert.deepEqual(await names({ name: "operations/{b,c}", operationTypes: ["T"] }), ["operations/b"]);
      assert.equal((await names({})).length, 3);
    });

    it("fails when more operations match than `limit`, without reading the remaining pages", async () => {
      const { list, calls } = await enter({
        operations: Array.from({ length: 30 }, () => ({})),
        pageSize: { maximum: 5 },
      });
      assert.match((await rejection(list({ limit: 9 }))).message, /^operations: more than 9 operations match/);
      assert.equal(calls().length, 2);
      assert.equal((await list({ limit: 30 })).length, 30);
    });

    it("fails when the list responds UNIMPLEMENTED, and suggests getOperation", async () => {
      const { list } = await enter({ unimplemented: ["list"] });
      assert.match((await rejection(list())).message, /can't be listed.*UNIMPLEMENTED.*getOperation/);
    });

    it("returns sanitized and truncated names for operations that can't be called", async () => {
      const { list, emulator } = await enter();
      const names = [
        "operations/a",
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "operations/\ud800",
        "x".repeat(1_000_000),
      ];
      emulator.fault({ method: "list", then: { body: { json: { operations: names.map((name) => ({ name })) } } } });
      const listed = await list();
      assert.deepEqual(
        listed.map((operation) => operation["name"]),
        ["operations/a", "(04da6b54-80e4-46f7-96ec-b56ff0331ba9)", "operations/", `${"x".repeat(99)}…`],
      );
      assert.ok(JSON.stringify(listed).isWellFormed());
    });

    it("fails when the glob of `match.name` takes too long for a name", async () => {
      const { list } = await enter({ operations: [{ name: `operations/${"-".repeat(500)}` }] });
      const { message } = await rejection(list({ match: { name: "operations/*-*-*-*-*x" } }));
      assert.match(message, /`match.name` takes too long to match the name "operations\/-+…"/);
    });

    it("fails when the list responds 403", async () => {
      const { list, emulator } = await enter();
      emulator.fault({ method: "list", then: { status: 403 } });
      assert.match((await rejection(list())).message, /PERMISSION_DENIED/);
    });
  });

  describe("the validation of a lookup", () => {
    it("refuses all invalid arguments at once and names each property, before any call", async () => {
      const { get, list, calls } = await enter();
      const wrong = { service: { endpoint: "ftp://x" }, subject: "nobody" };
      const one = (await rejection(get({ ...wrong, operation: "operations//x" }))).message;
      for (const property of ["operation", "service.endpoint", "subject"])
        assert.ok(one.includes(`\n- ${property} `), one);
      const many = (await rejection(list({ ...wrong, collection: "x", match: { name: "" }, limit: 0 }))).message;
      for (const property of ["collection", "service.endpoint", "subject", "match.name", "limit"]) {
        assert.ok(many.includes(`\n- ${property} `), many);
      }
      assert.deepEqual(calls(), []);
    });

    for (const argument of ["cancelOn", "waitFor", "names", "all", "triggers", "typo"]) {
      it(`refuses ${argument}, which isn't an argument of a lookup, before any call`, async () => {
        const { get, list, calls } = await enter();
        for (const step of [get({ operation: name, [argument]: ["x"] }), list({ [argument]: ["x"] })]) {
          const { message } = await rejection(step);
          assert.match(
            message,
            new RegExp(
              `^The arguments of this lookup aren't valid:\n- ${argument} isn't an argument of this lookup\\. Valid are [\\w, ]+$`,
            ),
          );
        }
        assert.deepEqual(calls(), []);
      });
    }

    for (const timeout of ["", "30", "0s", "-1s", "soon", 30, ["30s"]]) {
      it(`refuses ${JSON.stringify(timeout)} as \`timeout\`, before any call`, async () => {
        const { get, list, calls } = await enter();
        for (const step of [get({ operation: name, timeout }), list({ timeout })]) {
          assert.match(
            (await rejection(step)).message,
            /^The arguments of this lookup aren't valid:\n- timeout is .*, but must be a/,
          );
        }
        assert.deepEqual(calls(), []);
      });
    }

    it("requires `operation` for getOperation", async () => {
      const { get } = await enter();
      assert.match((await rejection(get({}))).message, /- operation is required/);
    });

    it("refuses a config endpoint that is plain http to another machine", async () => {
      const context = contextOf({ "cancellation:endpoint": "http://example.com" });
      assert.match((await rejection(listOperations({}, context))).message, /cancellation:endpoint is plain http/);
    });
  });

  describe("the time of a lookup", () => {
    const time = fakeTime();

    /** Returns how long a lookup takes that always gets a 503, in seconds, and its error. */
    async function failing(lookup: (context: Context) => Promise<unknown>) {
      const server = stopping(await startServer(rpc(503, "UNAVAILABLE")));
      const start = time.now();
      const failed = rejection(lookup(contextOf({}, { CANCELLATION_ENDPOINT: server.endpoint }))).then((error) => ({
        message: error.message,
        seconds: (time.now() - start) / 1_000,
      }));
      await time.pass(130_000);
      return failed;
    }

    for (const [what, lookup] of [
      ["getOperation", (args: Properties, context: Context) => getOperation({ operation: name, ...args }, context)],
      ["listOperations", listOperations],
    ] as const) {
      it(`is a minute by default for ${what}`, async () => {
        const { message, seconds } = await failing((context) => lookup({}, context));
        assert.ok(seconds >= 60 && seconds <= 61.5, String(seconds));
        assert.match(message, /UNAVAILABLE.*The lookup ended after 1m\. To allow more time, set `timeout`\.$/);
      });

      it(`is what \`timeout\` says for ${what}`, async () => {
        for (const [timeout, limit] of [
          ["2s", 2],
          ["1m30s", 90],
        ] as const) {
          const { message, seconds } = await failing((context) => lookup({ timeout }, context));
          assert.ok(seconds >= limit && seconds <= limit + 1.5, String(seconds));
          assert.match(message, new RegExp(`The lookup ended after ${timeout}\\.`));
        }
      });
    }

    it("isn't in an error that has another cause", async () => {
      const { get, emulator } = await enter();
      emulator.fault({ method: "get", then: { status: 403 } });
      assert.doesNotMatch((await rejection(get())).message, /timeout/);
    });
  });

  it("returns the same result as long as the operation doesn't change", async () => {
    const { get, list } = await enter({ operations: [{ name, done: "failed" }] });
    const [first, listed] = [await get(), await list()];
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual([await get(), await list()], [first, listed]);
    assert.deepEqual(listed, [first]);
  });

  it("refuses an empty filter without offering an argument that a lookup doesn't have", async () => {
    const { list } = await enter();
    const { message } = await rejection(list({ filter: "" }));
    assert.equal(message, "The arguments of this lookup aren't valid:\n- filter is empty. Leave it out");
  });

  it("treats an undefined argument as an omitted one", async () => {
    const { list, get } = await enter({ operations: [{ name }] });
    assert.equal(
      (await list({ filter: undefined, match: undefined, limit: undefined, cancelOn: undefined })).length,
      1,
    );
    assert.equal((await get({ operation: name, service: undefined }))["outcome"], "running");
  });
});
