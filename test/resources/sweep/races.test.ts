import assert from "node:assert/strict";
import type { Properties } from "../../../provider/resources/state/record";
import { limits } from "../../../provider/resources/sweep/summary";
import { startServer } from "../../support/server";
import { failure, numbered, operations, partial, selecting, stage, stepsAgainst, then } from "./stage";

const named = (outcome: string, ...names: string[]) => names.map((name) => ({ name: `operations/${name}`, outcome }));

/** A sweep whose service contradicts itself, or changes while the sweep runs. */
describe("a sweep in a race with its service", () => {
  const { enter, stopping } = stage();

  /** Serves the listings in order, and responds to each other call with the result of `answers`. */
  async function serving(listings: unknown[][], answers: (line: string) => { status?: number; json?: unknown }) {
    let listed = 0;
    const server = stopping(
      await startServer(({ line }, response) => {
        const isList = /^GET \/v1\/(projects\/p\/)?operations(\?| )/.test(line);
        const listing = listings[Math.min(listed, listings.length - 1)];
        if (isList) listed++;
        const { status = 200, json = {} } = isList ? { json: { operations: listing } } : answers(line);
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
      }),
    );
    const cancels = () => server.received.flatMap(({ line }) => /^POST \/v1\/(.*):cancel/.exec(line)?.[1] ?? []);
    return { cancels, server, ...stepsAgainst(server.endpoint) };
  }

  const x = "operations/x";
  const runs = { name: x };
  const ended = { name: x, done: true, error: { code: 1 } };
  const notFound = { status: 404, json: { error: { code: 404, status: "NOT_FOUND", message: "No." } } };

  it("fails when the service doesn't know an operation that it lists as running", async () => {
    const { remove, cancels } = await serving([[runs]], () => notFound);
    const { message } = await failure(remove());
    assert.match(
      message,
      /operations\/x: the service returned NOT_FOUND for the cancel, and lists the operation as running/,
    );
    assert.deepEqual(cancels(), [x]);
  });

  it("repeats the cancel of an operation that was notFound and is listed as running", async () => {
    const { update, cancels } = await serving([[runs], [ended]], () => ({}));
    const before = {
      outcomes: { notFound: 1, running: 1 },
      operations: [...named("notFound", "x"), ...named("running", "y")],
    };
    await partial(update(before, { expect: ["cancelled", "notFound"] }));
    assert.ok(cancels().includes(x));
  });

  it("doesn't cancel an operation that one listing shows as running and then as done", async () => {
    const { create, cancels } = await serving([[runs, ended]], () => ({}));
    assert.deepEqual((await create({ limit: 1 })).outputs["outcomes"], {});
    assert.deepEqual(cancels(), []);
  });

  it("records the outcome of an operation that a listing shows twice", async () => {
    const twice = [runs, { name: "operations/y" }, { name: "operations/z" }];
    const done = twice.map(({ name }) => ({ name, done: true, error: { code: 1 } }));
    const { create } = await serving([twice, twice, [...twice, ...done]], () => ({}));
    assert.deepEqual((await create()).outputs["outcomes"], { cancelled: 3 });
  });

  it("reads each operation at the time limit when the listings are out of date", async () => {
    const all = ["x", "y", "z"].map((name) => ({ name: `operations/${name}` }));
    const { create, server } = await serving([all], (line) => {
      if (line.startsWith("POST")) return {};
      return { json: { name: /v1\/(\S+)/.exec(line)?.[1], done: true, error: { code: 1 } } };
    });
    const { outputs } = await create({ customTimeouts: { create: "400ms" } });
    assert.deepEqual(outputs["outcomes"], { cancelled: 3 });
    assert.ok(server.received.some(({ line }) => line.startsWith("GET /v1/operations/x")));
  });

  it("records the outcome of an operation that ends after its cancel was refused", async () => {
    const { create, emulator } = await enter({
      operations: [{ name: x, answer: "FAILED_PRECONDITION" }, ...operations("a")],
      onCall: ({ method, name }) => {
        if (method === "get" && name === x && emulator.operation(x)?.done === false) emulator.settle(x, "succeeded");
      },
    });
    assert.deepEqual((await create()).outputs["outcomes"], { succeeded: 1, cancelled: 1 });
  });

  it("doesn't count an operation that has ended toward `limit`", async () => {
    const { create, emulator, cancels } = await enter({
      operations: [{ name: x, answerWhenDone: "FAILED_PRECONDITION" }, ...operations("a")],
      onCall: ({ method }) => {
        if (method !== "list" || emulator.operation("operations/new")) return;
        emulator.settle(x, "succeeded");
        emulator.add({ name: "operations/new" });
      },
    });
    assert.deepEqual((await create({ limit: 2 })).outputs["outcomes"], { succeeded: 1, cancelled: 2 });
    assert.equal(cancels(), 3);
  });

  it("leaves a partial creation when its only effect is a cancel whose response was lost", async () => {
    const { create, emulator } = await enter({
      operations: [{ name: x, answerWhenDone: "FAILED_PRECONDITION" }, ...operations("a")],
    });
    emulator.fault({ method: "cancel", name: x, calls: 1, then: "lostAnswer" });
    emulator.fault({ method: "cancel", name: "operations/a", then: { status: 403 } });
    const { outputs } = await partial(create());
    assert.deepEqual(outputs["outcomes"], { running: 1, cancelled: 1 });
  });

  it("keeps its decision on a name when a later listing leaves no time to match it", async () => {
    const slow = Array.from({ length: 40 }, (_, index) => ({ name: `operations/${"-".repeat(500)}${index}` }));
    const plain = ["a", "b"].map((name) => ({ name: `operations/${name}-b-c-d-e-x` }));
    const { create } = await serving(
      [
        [...plain, ...slow],
        [...slow, ...plain],
      ],
      () => ({}),
    );
    const match = { name: "operations/*-*-*-*-*x" };
    const { outputs } = await partial(create({ match, waitFor: "accepted" }));
    assert.deepEqual(outputs["outcomes"], { cancelling: 2, running: 40 });
  });

  it("drops a name that can't be called after the name's operation has ended", async () => {
    const bad = { name: "operations/ bad " };
    const { create } = await serving(
      [
        [bad, runs],
        [{ ...bad, done: true }, ended],
      ],
      () => ({}),
    );
    assert.deepEqual((await create()).outputs["outcomes"], { cancelled: 1 });
  });

  it("refuses a page of more than 10,000 operations", async () => {
    const many = Array.from({ length: 10_001 }, (_, index) => ({ name: `operations/${index}` }));
    const { create, cancels } = await serving([many], () => ({}));
    assert.match((await failure(create({ limit: 100_000 }))).message, /a body that isn't a list of operations/);
    assert.deepEqual(cancels(), []);
  });

  describe("a sweep of a project's operations", () => {
    const collection = "projects/p/operations";
    const service = { endpoint: "https://aiplatform.googleapis.com" };
    const byNumber = { name: "projects/123/operations/x" };
    const state = (extra: Properties): Properties => ({ collection, service, outcomes: {}, operations: [], ...extra });

    it("recognizes an acknowledged operation when the listing names the project by its number", async () => {
      const done = { ...byNumber, done: true, error: { code: 1 } };
      const { update, cancels } = await serving([[byNumber]], () => ({ json: done }));
      const before = state({
        outcomes: { cancelling: 1 },
        operations: [{ name: "projects/my-project/operations/x", outcome: "cancelling" }],
        requestTime: then,
      });
      const outputs = await update(before, { collection, service });
      assert.deepEqual([outputs["outcomes"], cancels()], [{ cancelled: 1 }, []]);
    });

    it("finds 200 acknowledged operations among 9,000 within 2.5 s of CPU time", async () => {
      const acknowledged = numbered(200, {}, "projects/my-project/operations/a").map(({ name }) => ({
        name,
        requestTime: then,
      }));
      const listing = numbered(9_000, {}, "projects/123/operations/b").map(({ name }) => ({ name }));
      const { read } = await serving([listing], () => ({}));
      const before = process.cpuUsage();
      const outputs = await read(state({ all: true, cancelOn: "delete", acknowledged }));
      const { user } = process.cpuUsage(before);
      assert.equal(outputs["matched"], 9_000);
      // Comparing each with each takes about four seconds.
      assert.ok(user < 2_500_000, `${user / 1000} ms`);
    });
  });

  describe("a resumed sweep of names that the state doesn't all hold", () => {
    const list = (count: number) => numbered(count).map(({ name = "" }) => name);

    it("cancels the other operations when one read responds 403, and stays incomplete", async () => {
      const { update, emulator, cancels } = await enter({ operations: numbered(3), unimplemented: ["list"] });
      emulator.fault({ method: "get", name: "operations/2", then: { status: 403 } });
      const names = list(3);
      const before = { names, outcomes: { running: 3 }, operations: named("running", "1") };
      const { outputs, message } = await partial(update(before, { names }));
      assert.match(message, /operations\/2: the get call failed with PERMISSION_DENIED/);
      assert.deepEqual([outputs["outcomes"], outputs["incomplete"]], [{ cancelled: 2, running: 1 }, true]);
      assert.equal(cancels(), 2);
    });

    it("counts an expired operation as unobserved when an earlier run may have seen it settle", async () => {
      const specs = [
        { name: "operations/1", done: "cancelled", expireAfter: 0 },
        { name: "operations/2", done: "cancelled" },
      ] as const;
      const { update } = await enter({ operations: specs, unimplemented: ["list"] });
      const names = list(2);
      const before = { names, outcomes: { cancelled: 1, running: 1 }, operations: [], incomplete: true };
      const outputs = await update(before, { names });
      assert.deepEqual([outputs["matched"], outputs["outcomes"]], [2, { cancelled: 1, unobserved: 1 }]);
    });
  });

  it("keeps 200 acknowledged cancels when its selection changes several times", async () => {
    const { create, update, cancels } = await enter({
      operations: [
        ...numbered(100, { onCancel: "ignore" }, "operations/a"),
        ...numbered(100, { onCancel: "ignore" }, "operations/b"),
      ],
    });
    const waitFor = "accepted";
    let { outputs } = await create({ waitFor, match: { name: "operations/a*" } });
    for (const name of ["operations/b*", "operations/a*", "operations/b*"]) {
      outputs = await update(outputs, { waitFor, match: { name } });
    }
    assert.equal(cancels(), 200);
  });

  it("keeps an acknowledgement when the sweep grows to more operations than the state names", async () => {
    const before = limits.named;
    limits.named = 2;
    try {
      const { create, update, read, cancels } = await enter({ operations: numbered(4, { onCancel: "ignore" }) });
      const waitFor = "accepted";
      let { outputs } = await create({ waitFor, match: { name: "operations/{1,2}" } });
      outputs = await update(outputs, { waitFor, match: { name: "operations/{3,4}" } });
      outputs = await update(outputs, { waitFor, ...selecting({}) });
      assert.deepEqual(outputs["matched"], 4);
      outputs = await read(outputs);
      assert.deepEqual(outputs["matched"], 4);
      outputs = await update({ ...outputs, incomplete: true }, { waitFor });
      assert.deepEqual([outputs["matched"], outputs["outcomes"]], [4, { cancelling: 4 }]);
      for (const { name } of numbered(2)) assert.equal(cancels(name), 1);
    } finally {
      limits.named = before;
    }
  });
});
