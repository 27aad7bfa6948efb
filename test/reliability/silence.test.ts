import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { Credential } from "../../provider/auth/tokenCache";
import { CredentialError } from "../../provider/auth/credentialError";
import { getOperation, listOperations } from "../../provider/resources/lookups";
import * as request from "../../provider/resources/request";
import * as sweep from "../../provider/resources/sweep/steps";
import type { Context } from "../../provider/resources/context";
import { cleanUps } from "../support/cleanUps";
import { fakeTime } from "../support/fakeTime";
import { type Canned, type Received, rpc, startServer } from "../support/server";

const name = "operations/AbC";
const operationIn = (line: string) => /\/v1\/(operations\/[^: ?]+)/.exec(line)?.[1] ?? name;

function respond(response: ServerResponse, json: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(json));
}

/** Returns a response that comes after some time. */
function late(milliseconds: number, json: (request: Received) => unknown, status = 200): Canned {
  return (received, response) => {
    setTimeout(() => {
      respond(response, json(received), status);
    }, milliseconds);
  };
}

describe("the lines of a step", () => {
  let lines: { line: string; at: number }[];
  let work: Promise<unknown>[];
  beforeEach(() => {
    lines = [];
    work = [];
  });
  afterEach(async () => {
    // Ends the steps that a test leaves running, so that they hold no timer.
    const running = new Set(work);
    for (const each of work) void each.then(() => running.delete(each));
    for (let passed = 0; passed < 700_000 && running.size > 0; passed += 5_000) await time.pass(5_000, 5_000);
    assert.equal(running.size, 0);
  });
  // After the hook above, which needs the servers and the clock.
  const { stopping, after } = cleanUps();
  const time = fakeTime();

  /** Returns a context whose calls to Cloud Channel go to a server that responds with `answers`. */
  async function serve(...answers: Canned[]) {
    const server = stopping(await startServer(...answers));
    return { server, context: contextFor(server.endpoint), host: new URL(server.endpoint).host };
  }

  function contextFor(endpoint: string, config: Readonly<Record<string, string>> = {}): Context {
    const log = (line: string) => {
      // The line with the outcome ends a step.
      const isOutcome = /: (succeeded|cancelling|cancelled)( after .*)?$/.test(line);
      if (!isOutcome && !line.startsWith("Calls go to")) lines.push({ line, at: time.now() - start });
    };
    return { config: (key) => config[key], environment: { CANCELLATION_ENDPOINT: endpoint }, log };
  }
  let start = 0;

  /** Starts a step. Its result doesn't matter. */
  function begin(step: () => Promise<unknown>): void {
    start = time.now();
    work.push(step().catch(() => undefined));
  }
  const create = (context: Context, operation = name) => request.create({ operation }, context);
  /** Returns when the lines were shown, in whole seconds. */
  const times = () => lines.map(({ at }) => Math.round(at / 1_000));
  const texts = () => lines.map(({ line }) => line);

  describe("while a host fails", () => {
    it("say every 15 s which host fails, how, at which attempt, and how long retries continue", async () => {
      const { context, host } = await serve(rpc(503, "UNAVAILABLE"));
      begin(() => create(context));
      await time.pass(50_000);
      assert.deepEqual(times(), [15, 30, 45]);
      const [first = "", second = "", third = ""] = texts();
      const line = `operations/AbC: ${host} responds 503 (UNAVAILABLE) to cancel; attempt `;
      for (const each of [first, second, third]) assert.ok(each.startsWith(line), each);
      assert.match(first, /attempt \d+, retries continue for 9m45s\.$/);
      assert.match(second, /attempt \d+, retries continue for 9m30s\.$/);
      const attempts = texts().map((each) => Number(/attempt (\d+)/.exec(each)?.[1]));
      assert.ok((attempts[0] ?? 0) > 1 && (attempts[2] ?? 0) > (attempts[0] ?? 0), attempts.join());
    });

    for (const [what, answer, words] of [
      ["a proxy's page", { status: 502, text: "<html>" }, "responds 502 to cancel, with a body that isn't a google"],
      ["a reset", (_: Received, response: ServerResponse) => response.destroy(), "doesn't respond to cancel: the con"],
      ["no response", () => undefined, "hasn't responded to cancel for 15s; attempt 1, retries continue for 9m45s."],
    ] as const) {
      it(`describe ${what}`, async () => {
        const { context, host } = await serve(answer);
        begin(() => create(context));
        await time.pass(16_000);
        assert.deepEqual(times(), [15]);
        assert.ok(texts()[0]?.startsWith(`operations/AbC: ${host} ${words}`), texts()[0]);
      });
    }

    it("are one for each host every 15 s, with a count, for 500 requests", async () => {
      const down = await serve(rpc(503, "UNAVAILABLE"));
      const other = await serve(rpc(500, "INTERNAL"));
      begin(async () => {
        const contexts = Array.from({ length: 500 }, (_, index) => (index % 5 === 0 ? other : down).context);
        await Promise.allSettled(contexts.map((context, index) => create(context, `operations/${index}`)));
      });
      await time.pass(46_000);
      assert.deepEqual(times(), [15, 15, 30, 30, 45, 45]);
      const of = ({ host }: { host: string }) => texts().filter((line) => line.includes(host));
      assert.equal(of(down).length, 3);
      for (const line of of(down)) assert.match(line, /^operations\/\d+ and 399 more: .* responds 503 \(UNAVAILABLE\)/);
      for (const line of of(other)) assert.match(line, /^operations\/\d+ and 99 more: .* responds 500 \(INTERNAL\)/);
    });

    it("include calls that are held back because other calls failed", async () => {
      const { context, host } = await serve(rpc(503, "UNAVAILABLE"));
      const brief = { customTimeouts: { create: "20s" } };
      begin(() =>
        Promise.allSettled(
          Array.from({ length: 20 }, (_, index) =>
            request.create({ operation: `operations/${index}`, ...brief }, context),
          ),
        ),
      );
      await time.pass(19_000);
      lines = [];
      // The circuit is open, so this call waits until the others have ended, without an attempt of its own.
      begin(() => getOperation({ operation: "operations/late", timeout: "10m" }, context));
      await time.pass(40_000);
      assert.ok(lines.length >= 1 && lines.length <= 3, texts().join("\n"));
      assert.ok(texts().at(-1)?.startsWith(`operations/late: ${host} responds 503 (UNAVAILABLE) to `), texts().at(-1));
    });

    /** Starts a service that responds 503 to each call until it recovers. */
    async function serveAfterRecovery() {
      let isUp = false;
      const { context } = await serve((received, response) => {
        if (!isUp) respond(response, rpc(503, "UNAVAILABLE").json, 503);
        else respond(response, received.line.startsWith("POST") ? {} : { name, done: true });
      });
      return { context, recover: () => (isUp = true) };
    }

    it("are absent when calls succeed again before 15 s are over", async () => {
      const { context, recover } = await serveAfterRecovery();
      begin(() => create(context));
      // The next attempt follows within 10 s.
      await time.pass(4_000);
      recover();
      await time.pass(60_000);
      assert.deepEqual(texts(), []);
    });

    it("end when calls succeed again", async () => {
      const { context, recover } = await serveAfterRecovery();
      begin(() => create(context));
      // The next attempt follows within 10 s.
      await time.pass(18_000);
      recover();
      await time.pass(120_000);
      assert.deepEqual(times(), [15]);
    });

    it("are those of the program for its lookups", async () => {
      const { context } = await serve(rpc(503, "UNAVAILABLE"));
      begin(() => listOperations({ timeout: "50s" }, context));
      await time.pass(60_000);
      assert.deepEqual(times(), [15, 30, 45]);
      assert.match(texts()[0] ?? "", /^operations: .* responds 503 \(UNAVAILABLE\) to list; .* continue for 35s\.$/);
    });
  });

  describe("while a call has no credential", () => {
    const setCredential = (headers: () => Promise<Record<string, string>>) => {
      const before = Object.getOwnPropertyDescriptor(Credential.prototype, "headers");
      Credential.prototype.headers = headers;
      after(() => before && Object.defineProperty(Credential.prototype, "headers", before));
    };

    it("say that no token has arrived", async () => {
      const { server, host } = await serve({});
      setCredential(() => new Promise((_, reject) => setTimeout(reject, 40_000, new Error("no token"))));
      begin(() => create(contextFor(server.endpoint, { "gcp:accessToken": "t" })));
      await time.pass(31_000);
      assert.deepEqual(times(), [15, 30]);
      assert.equal(
        texts()[0],
        `operations/AbC: ${host} isn't called yet, because no access token has arrived for 15s; attempt 1, retries continue for 9m45s.`,
      );
    });

    it("give the reason when the token endpoint failed", async () => {
      const { server, host } = await serve({});
      const error = new CredentialError("Can't get an access token: no response within 20.0 s.", true);
      setCredential(() => Promise.reject(error));
      begin(() => create(contextFor(server.endpoint, { "gcp:accessToken": "t" })));
      await time.pass(16_000);
      assert.deepEqual(times(), [15]);
      assert.match(texts()[0] ?? "", new RegExp(`^operations/AbC: ${host} isn't called yet\\. Can't get an access`));
      assert.match(texts()[0] ?? "", /within 20\.0 s; attempt \d+, retries continue for 9m45s\.$/);
    });
  });

  describe("while a step makes slow calls", () => {
    it("continue the time of a call that follows another one at once", async () => {
      const { context } = await serve(
        late(14_000, () => rpc(400, "FAILED_PRECONDITION").json, 400),
        late(14_000, () => ({ name, done: true })),
      );
      begin(() => create(context));
      await time.pass(40_000);
      assert.ok(texts().length >= 1 && (times()[0] ?? 0) <= 17, JSON.stringify(lines));
      assert.match(texts()[0] ?? "", /hasn't responded to get for [12]s; attempt 1/);
    });

    it("continue the time of a slow cancel in the wait", async () => {
      const { context } = await serve(
        late(14_000, () => ({})),
        { json: { name, done: false } },
      );
      begin(() => create(context));
      await time.pass(46_000);
      assert.deepEqual(times(), [15, 30, 45]);
      assert.equal(texts()[0], "Waiting for 1 operation to settle, the longest for 15s.");
    });

    it("say how many operations of a sweep are cancelled", async () => {
      const names = Array.from({ length: 20 }, (_, index) => `operations/${index}`);
      const { context } = await serve(
        late(1_900, ({ line }) => (line.startsWith("POST") ? {} : { name: operationIn(line), done: true })),
      );
      begin(() => sweep.create({ names, cancelOn: "create", concurrency: 1 }, context));
      await time.pass(31_000);
      const shown = texts().filter((line) => !line.includes("hasn't responded"));
      assert.deepEqual(shown, ["Cancelled 7 of 20 operations.", "Cancelled 15 of 20 operations."]);
    });

    it("say how many operations of a sweep couldn't be cancelled", async () => {
      const names = Array.from({ length: 20 }, (_, index) => `operations/${index}`);
      const { context } = await serve(late(1_900, () => rpc(403, "PERMISSION_DENIED").json, 403));
      begin(() => sweep.create({ names, cancelOn: "create", concurrency: 1 }, context));
      await time.pass(16_000);
      assert.ok(texts().includes("Cancelled 0 of 20 operations (7 failed)."), texts().join("\n"));
    });

    let page = 0;
    const slowPages = late(1_900, () => {
      page++;
      return { operations: [{ name: `operations/${page}` }], nextPageToken: `page-${page}` };
    });

    it("say how far the listing of a sweep is", async () => {
      const { context } = await serve(slowPages);
      begin(() => sweep.create({ all: true, cancelOn: "delete", customTimeouts: { create: "40s" } }, context));
      await time.pass(16_000);
      assert.ok(
        texts().includes("Listed 7 pages of operations so far, with 7 matching operations."),
        texts().join("\n"),
      );
    });

    it("say how far the listing of a lookup is", async () => {
      const { context } = await serve(slowPages);
      begin(() => listOperations({ match: { name: "operations/*" } }, context));
      await time.pass(16_000);
      assert.ok(
        texts().includes("Listed 7 pages of operations so far, with 7 matching operations."),
        texts().join("\n"),
      );
    });
  });

  it("are absent for a sweep of many quick calls in less than 15 s, and for its end", async () => {
    const { context } = await serve((received, response) => {
      respond(response, received.line.startsWith("POST") ? {} : { name: operationIn(received.line), done: true });
    });
    const names = Array.from({ length: 50 }, (_, index) => `operations/${index}`);
    begin(() => sweep.create({ names, cancelOn: "create" }, context));
    await time.pass(60_000);
    assert.deepEqual(texts(), ["operations: swept 50: 50 succeeded."]);
  });
});
