import assert from "node:assert/strict";
import { failure, numbered, partial, stage, stepsAgainst } from "./stage";
import { startServer } from "../../operations/server";

describe("a sweep that lists", () => {
  const { enter, stopping } = stage();

  it("takes short and empty pages for what they are: there may be more", async () => {
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

  it("asks for a token's page with the same filter and size", async () => {
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
    ["gives page tokens in a circle", ["a", "b", "a"]],
  ] as const) {
    it(`fails before its first call where the server ${what}, instead of listing for ever`, async () => {
      const pages = tokens.map((nextPageToken) => ({
        json: { operations: [{ name: "operations/x" }], nextPageToken },
      }));
      const server = stopping(await startServer(...pages));
      const { create } = stepsAgainst(server.endpoint);
      assert.match((await failure(create())).message, /^operations: the listing does not end/);
      assert.equal(server.received.length, tokens.length);
    });
  }

  it("takes an operation that is listed twice for one", async () => {
    const twice = { json: { operations: [{ name: "operations/x" }, { name: "operations/x" }] } };
    const server = stopping(await startServer(twice, { json: {} }, twice));
    const { outputs } = await stepsAgainst(server.endpoint).create({ waitFor: "accepted", limit: 1 });
    assert.equal(outputs["matched"], 1);
    assert.equal(server.received.filter(({ line }) => line.startsWith("POST")).length, 1);
  });

  it("cancels operations of any name, each as it is named", async () => {
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

  it("calls nothing outside its version for a name that would lead there, and goes on", async () => {
    const names = ["operations/../../v2/x", "operations/x?y", "operations//x", "//evil.example/x", "", "operations/ok"];
    const listing = { json: { operations: names.map((name) => ({ name })) } };
    const server = stopping(await startServer(listing, { json: {} }, listing));
    const { message, outputs } = await partial(stepsAgainst(server.endpoint).create({ waitFor: "accepted" }));
    assert.deepEqual(outputs["outcomes"], { running: 5, cancelling: 1 });
    assert.deepEqual(
      server.received.map(({ line }) => line.split(" ")[1]?.replace(/\?.*/, "")),
      ["/v1/operations", "/v1/operations/ok:cancel", "/v1/operations"],
    );
    assert.match(message, /of 6 operations 5 did not end as expected/);
  });
});
