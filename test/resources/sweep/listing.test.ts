import assert from "node:assert/strict";
import { failure, numbered, partial, stage, stepsAgainst } from "./stage";
import { startServer } from "../../support/server";

describe("the listing of a sweep", () => {
  const { enter, stopping } = stage();

  it("continues after short and empty pages", async () => {
    const specs = [
      ...numbered(7, { done: "succeeded" }, "operations/done"),
      ...numbered(3),
      ...numbered(7, { done: "failed" }, "operations/failed"),
      ...numbered(2, {}, "operations/late"),
    ];
    const { create, emulator, cancels } = await enter({ operations: specs, pageSize: { scanned: 2 } });
    const { outputs } = await create({ filter: "done=false" });
    assert.deepEqual(outputs["outcomes"], { cancelled: 5 });
    assert.equal(cancels(), 5);
    assert.ok(emulator.calls.count("list") > 18);
  });

  it("requests the page of each page token with the same filter and page size", async () => {
    const { create, emulator } = await enter({
      operations: numbered(5, { onCancel: "ignore" }),
      pageSize: { maximum: 2 },
    });
    await create({ filter: "done=false", waitFor: "accepted" });
    const queries = emulator.calls.all({ method: "list" }).map(({ url }) => new URL(url, "http://h").searchParams);
    assert.deepEqual(
      queries.map((query) => [query.get("filter"), query.get("pageSize"), query.has("pageToken")]),
      [false, true, true, false, true, true].map((continues) => ["done=false", "1000", continues]),
    );
  });

  for (const [what, tokens] of [
    ["repeats a page token", ["a", "a"]],
    ["returns page tokens in a circle", ["a", "b", "a"]],
  ] as const) {
    it(`fails before any cancel when the server ${what}`, async () => {
      const pages = tokens.map((nextPageToken) => ({
        json: { operations: [{ name: "operations/x" }], nextPageToken },
      }));
      const server = stopping(await startServer(...pages));
      const { create } = stepsAgainst(server.endpoint);
      assert.match((await failure(create())).message, /^operations: the listing doesn't end/);
      assert.equal(server.received.length, tokens.length);
    });
  }

  it("counts an operation that is listed twice as one", async () => {
    const twice = { json: { operations: [{ name: "operations/x" }, { name: "operations/x" }] } };
    const server = stopping(await startServer(twice, { json: {} }, twice));
    const { outputs } = await stepsAgainst(server.endpoint).create({ waitFor: "accepted", limit: 1 });
    assert.equal(outputs["matched"], 1);
    assert.equal(server.received.filter(({ line }) => line.startsWith("POST")).length, 1);
  });

  it("cancels operations whose names have dots, spaces, escapes or non-ASCII letters", async () => {
    const names = [
      "operations/.hidden",
      "operations/a=b==",
      "operations/a.b/c.d",
      "operations/%2e%2e",
      "operations/sp ace+plus",
      "operations/ünï©ode/操作",
      "operations/(paren)'s!*",
      "operations/__proto__",
      "operations/constructor",
      "operations/back\\slash",
    ];
    const { create, emulator } = await enter({ operations: names.map((name) => ({ name })) });
    const { outputs } = await create({ match: { name: "operations/**" } });
    assert.deepEqual(outputs["outcomes"], { cancelled: names.length });
    for (const name of names) assert.equal(emulator.operation(name)?.outcome, "cancelled", name);
  });

  it("makes no call for a name that leaves the version's path, and cancels the others", async () => {
    const names = ["operations/../../v2/x", "operations/x?y", "operations//x", "//evil.example/x", "", "operations/ok"];
    const listing = { json: { operations: names.map((name) => ({ name })) } };
    const server = stopping(await startServer(listing, { json: {} }, listing));
    const { message, outputs } = await partial(stepsAgainst(server.endpoint).create({ waitFor: "accepted" }));
    assert.deepEqual(outputs["outcomes"], { running: 5, cancelling: 1 });
    assert.deepEqual(
      server.received.map(({ line }) => line.split(" ")[1]?.replace(/\?.*/, "")),
      ["/v1/operations", "/v1/operations/ok:cancel", "/v1/operations"],
    );
    assert.match(message, /5 of 6 operations didn't end as expected/);
  });

  describe("the listing of a sweep with names that can't be called or stored", () => {
    const hostile = [
      "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
      "operations/\ud800",
      `operations/${"x".repeat(1_000_000)}`,
      "operations/../x",
    ];

    /** Serves a listing of `names` and acknowledges every cancel. */
    async function serving(names: string[]) {
      const listing = { json: { operations: names.map((name) => ({ name })) } };
      const server = stopping(
        await startServer(({ line }, response) => {
          response.setHeader("content-type", "application/json");
          if (line.startsWith("POST")) response.end("{}");
          else response.end(JSON.stringify(line.includes("/operations/ok") ? { name: "operations/ok" } : listing.json));
        }),
      );
      return { server, ...stepsAgainst(server.endpoint) };
    }

    it("cancels the other operations and reports each name that can't be called", async () => {
      const { create } = await serving([...hostile, "operations/ok"]);
      const { message, outputs } = await partial(create({ waitFor: "accepted" }));
      assert.deepEqual(outputs["outcomes"], { running: 4, cancelling: 1 });
      assert.deepEqual(outputs["operations"], [{ name: "operations/ok", outcome: "cancelling" }]);
      assert.equal(message.match(/can't be called/g)?.length, 4);
      assert.ok(JSON.stringify(outputs).length < 1_000 && message.length < 2_000);
      assert.ok(JSON.stringify(outputs).isWellFormed() && message.isWellFormed());
    });

    it("counts each name that can't be called once in every run", async () => {
      const { create, update, read } = await serving([...hostile, "operations/ok"]);
      let { outputs } = await partial(create({ waitFor: "accepted" }));
      for (let round = 0; round < 2; round++) {
        outputs = await read(outputs);
        assert.deepEqual(outputs["outcomes"], { running: 4, cancelling: 1 });
        ({ outputs } = await partial(update(outputs, { waitFor: "accepted" })));
        assert.deepEqual(outputs["outcomes"], { running: 4, cancelling: 1 });
      }
    });

    it("counts names that can't be called in a create that cancels nothing", async () => {
      const { watch } = await serving([...hostile, "operations/ok"]);
      const { outputs } = await watch();
      assert.deepEqual(outputs["outcomes"], { running: 5 });
    });

    it("reports names for which its glob takes too long, and cancels the operations that match", async () => {
      const { create } = await serving([`operations/${"-".repeat(500)}`, "operations/a-b-c-d-x"]);
      const { message, outputs } = await partial(
        create({ waitFor: "accepted", match: { name: "operations/*-*-*-*-*x" } }),
      );
      assert.deepEqual(outputs["outcomes"], { running: 1, cancelling: 1 });
      assert.match(message, /can't be matched: `match.name` takes too long for its name/);
    });
  });
});
