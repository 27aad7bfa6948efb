import assert from "node:assert/strict";
import { listOperations } from "../../provider/resources/lookups";
import { contextOf } from "../resources/request/stage";
import { failure, numbered, partial, stage, stepsAgainst } from "../resources/sweep/stage";
import { startServer } from "../support/server";

describe("endless pages or slow reads", () => {
  const { stopping } = stage();

  /** Serves empty pages, each with a new token, each after `delay` milliseconds. */
  async function endless(delay: number) {
    let page = 0;
    const server = stopping(
      await startServer((_received, response) => {
        response.setHeader("content-type", "application/json");
        setTimeout(() => response.end(JSON.stringify({ nextPageToken: String(++page) })), delay);
      }),
    );
    return { server, ...stepsAgainst(server.endpoint) };
  }

  for (const [step, run] of [
    ["a create", (world: Awaited<ReturnType<typeof endless>>) => world.create()],
    ["a delete", (world: Awaited<ReturnType<typeof endless>>) => world.remove()],
    ["a refresh", (world: Awaited<ReturnType<typeof endless>>) => world.read({ all: true })],
    [
      "a lookup",
      ({ server }: Awaited<ReturnType<typeof endless>>) =>
        listOperations({}, contextOf({}, { CANCELLATION_ENDPOINT: server.endpoint })),
    ],
  ] as const) {
    it(`fail ${step} after 1,000 pages that show no new operation`, async () => {
      const world = await endless(0);
      const { message } = await failure(run(world));
      assert.match(message, /^operations: the listing makes no progress: 1000 pages in a row show no new operation/);
      assert.equal(world.server.received.length, 1_000);
    });
  }

  it("end a sweep's create within its time limit and one second, regardless of the number of pages", async () => {
    const { create, server } = await endless(100);
    const { message } = await failure(create({ customTimeouts: { create: "200ms" } }));
    assert.match(
      message,
      /^operations: (the list call wasn't made, because the time limit of 0\.2 s was over|no response)/,
    );
    // Each call takes at least 100 ms, so this many fit into the limit and its grace.
    assert.ok(server.received.length <= 13, String(server.received.length));
  });

  it("end a create that only counts within its time limit and one second", async () => {
    const { watch, server } = await endless(100);
    await failure(watch({ customTimeouts: { create: "200ms" } }));
    assert.ok(server.received.length <= 13, String(server.received.length));
  });

  it("end a sweep's create within its time limit and one second, regardless of the number of reads", async () => {
    const server = stopping(
      await startServer(({ line }, response) => {
        response.setHeader("content-type", "application/json");
        const name = /\/v1\/(operations\/\d+)/.exec(line)?.[1];
        if (line.startsWith("POST")) response.end("{}");
        else setTimeout(() => response.end(JSON.stringify({ name })), 200);
      }),
    );
    const { create } = stepsAgainst(server.endpoint);
    const names = numbered(80).map(({ name }) => name);
    const { outputs } = await partial(create({ names, concurrency: 2, customTimeouts: { create: "400ms" } }));
    assert.equal(outputs["matched"], 80);
    const reads = server.received.filter(({ line }) => line.startsWith("GET")).length;
    assert.ok(reads <= 2 * 8, `${reads} reads of 200 ms, two at a time, in 1.4 s`);
  });

  it("end a sweep of 20,000 names within its time limit", async () => {
    const names = numbered(20_000).map(({ name }) => name);
    const server = stopping(
      await startServer(({ line }, response) => {
        const name = /v1\/(\S+)/.exec(line)?.[1];
        setTimeout(() => response.setHeader("content-type", "application/json").end(JSON.stringify({ name })), 300);
      }),
    );
    const steps = stepsAgainst(server.endpoint);
    await failure(steps.create({ names, limit: 10, concurrency: 2, customTimeouts: { create: "300ms" } }));
    assert.ok(server.received.length <= 10, `${server.received.length} reads of 300 ms, two at a time, in 1.3 s`);
  });
});
