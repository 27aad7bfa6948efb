import assert from "node:assert/strict";
import { getOperation, listOperations } from "../../provider/resources/lookups";
import type { Properties } from "../../provider/resources/state/record";
import { startEmulator, type EmulatorOptions } from "../../provider/emulator";
import { cleanUps } from "../support/cleanUps";
import { rejection } from "../support/rejection";
import { startServer } from "../support/server";
import { withoutChance } from "../support/withoutChance";
import { contextOf, methodsOf } from "./request/stage";

const name = "operations/AbC";
const type = "type.googleapis.com/google.cloud.channel.v1.OperationMetadata";

describe("a look-up", () => {
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

  describe("of one operation", () => {
    it("reads it once, and tells what it is", async () => {
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

    it("tells how it ended", async () => {
      const { get } = await enter({ operations: [{ name, done: "cancelled" }] });
      const { outcome, done, error } = await get();
      assert.deepEqual([outcome, done], ["cancelled", true]);
      assert.deepEqual(error, { code: 1, status: "CANCELLED", message: "The operation was cancelled.", details: [] });
    });

    it("tells that the service does not know it", async () => {
      const { get } = await enter();
      assert.deepEqual(await get(), { id: `//cloudchannel.googleapis.com/${name}`, name, outcome: "notFound" });
    });

    it("fails where there is no definite answer", async () => {
      const { get, emulator } = await enter({ operations: [{ name }] });
      emulator.fault({ method: "get", calls: 1, then: { status: 403 } });
      assert.match((await rejection(get())).message, /PERMISSION_DENIED/);
      emulator.fault({ method: "get", calls: 1, then: { status: 404, body: "html" } });
      assert.match((await rejection(get())).message, /service\.endpoint/);
    });

    it("goes to the service that is named", async () => {
      const { get, emulator } = await enter({ version: "v1beta1", operations: [{ name: "projects/p/operations/x" }] });
      const service = { endpoint: "https://aiplatform.googleapis.com", version: "v1beta1" };
      const { id } = await get({ operation: "projects/p/operations/x", service });
      assert.equal(id, "//aiplatform.googleapis.com/projects/p/operations/x");
      assert.match(emulator.calls.last()?.url ?? "", /^\/v1beta1\//);
    });
  });

  describe("of many", () => {
    it("lists what there is, done or not", async () => {
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

    it("lists all pages, short and empty ones among them", async () => {
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

    it("lists what matches", async () => {
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

    it("fails where more match than its limit, without reading all of them", async () => {
      const { list, calls } = await enter({
        operations: Array.from({ length: 30 }, () => ({})),
        pageSize: { maximum: 5 },
      });
      assert.match((await rejection(list({ limit: 9 }))).message, /^operations: more than 9 operations match/);
      assert.equal(calls().length, 2);
      assert.equal((await list({ limit: 30 })).length, 30);
    });

    it("fails where the service can't list, and says what to do", async () => {
      const { list } = await enter({ unimplemented: ["list"] });
      assert.match((await rejection(list())).message, /can't be listed.*UNIMPLEMENTED.*getOperation/);
    });

    it("shows a safe beginning of names that can't be called", async () => {
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

    it("fails where pages follow without an end and show nothing new", async () => {
      let page = 0;
      const server = stopping(
        await startServer((_received, response) => {
          response.setHeader("content-type", "application/json");
          response.end(JSON.stringify({ nextPageToken: String(++page) }));
        }),
      );
      const context = contextOf({ "cancellation:endpoint": server.endpoint });
      const { message } = await rejection(listOperations({}, context));
      assert.match(message, /1000 pages in a row show no new operation/);
    });

    it("fails where its glob takes too long for a name", async () => {
      const { list } = await enter({ operations: [{ name: `operations/${"-".repeat(500)}` }] });
      const { message } = await rejection(list({ match: { name: "operations/*-*-*-*-*x" } }));
      assert.match(message, /`match.name` takes too long for the name "operations\/-+…"/);
    });

    it("fails where there is no definite answer", async () => {
      const { list, emulator } = await enter();
      emulator.fault({ method: "list", then: { status: 403 } });
      assert.match((await rejection(list())).message, /PERMISSION_DENIED/);
    });
  });

  describe("is refused before any call", () => {
    it("for everything that is wrong at once, each by its name", async () => {
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
      it(`for an argument of something else (${argument})`, async () => {
        const { get, list, calls } = await enter();
        for (const step of [get({ operation: name, [argument]: ["x"] }), list({ [argument]: ["x"] })]) {
          const { message } = await rejection(step);
          assert.match(
            message,
            new RegExp(`^The arguments of this look-up are not valid:\n- ${argument} is no argument of this look-up$`),
          );
        }
        assert.deepEqual(calls(), []);
      });
    }

    it("without an operation", async () => {
      const { get } = await enter();
      assert.match((await rejection(get({}))).message, /- operation is required/);
    });

    it("where the config names no place to call", async () => {
      const context = contextOf({ "cancellation:endpoint": "http://example.com" });
      assert.match((await rejection(listOperations({}, context))).message, /cancellation:endpoint is plain http/);
    });
  });

  it("has the same result as long as the operation stays the same, so that what depends on it does", async () => {
    const { get, list } = await enter({ operations: [{ name, done: "failed" }] });
    const [first, listed] = [await get(), await list()];
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual([await get(), await list()], [first, listed]);
    assert.deepEqual(listed, [first]);
  });

  it("takes an argument that is undefined for one left out", async () => {
    const { list, get } = await enter({ operations: [{ name }] });
    assert.equal(
      (await list({ filter: undefined, match: undefined, limit: undefined, cancelOn: undefined })).length,
      1,
    );
    assert.equal((await get({ operation: name, service: undefined }))["outcome"], "running");
  });
});
