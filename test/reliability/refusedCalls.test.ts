import assert from "node:assert/strict";
import { Deadline } from "../../provider/common/deadline";
import { OperationsClient } from "../../provider/operations/client";
import { NoListenerError } from "../../provider/operations/errors";
import { mayHaveArrived } from "../../provider/operations/retry";
import { startEmulator } from "../../provider/emulator";
import { cleanUps } from "../support/cleanUps";
import { rejection } from "../support/rejection";
import { closedPort, rpc, startServer } from "../support/server";

const name = "operations/AbC";
const names = (count: number) => Array.from({ length: count }, (_, index) => `operations/${index}`);
/** A time limit that no call of these tests reaches. */
const longDeadline = () => Deadline.after(600_000);
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Returns a port of this machine at which a server can start later. */
async function freePort(): Promise<number> {
  const server = await startServer();
  await server.stop();
  return Number(new URL(server.endpoint).port);
}

function clientOf(endpoint: string) {
  return new OperationsClient({ endpoint, version: "v1", headers: () => Promise.resolve({}) });
}

/** Returns the result of `work`, and how long it took, in milliseconds. */
async function timed<T>(work: Promise<T>): Promise<{ result: T; took: number }> {
  const start = performance.now();
  const result = await work;
  return { result, took: performance.now() - start };
}

describe("an endpoint of this machine at which nothing listens", () => {
  const { stopping, setVariable } = cleanUps();

  for (const origin of ["http://127.0.0.1", "http://localhost", "http://[::1]", "https://127.0.0.1"]) {
    it(`fails a call within seconds, and says that nothing was sent and what to do, at ${origin}`, async () => {
      const endpoint = `${origin}:${closedPort}`;
      const { result: error, took } = await timed(rejection(clientOf(endpoint).cancel(name, longDeadline())));
      assert.ok(error instanceof NoListenerError, String(error));
      assert.ok(took >= 3_000 && took < 6_000, `${took} ms`);
      assert.match(error.message, /^operations\/AbC: no response from .* to the cancel call/);
      assert.match(
        error.message,
        /\(ECONNREFUSED\), so nothing was sent\. Nothing listens at this address\. Start the emulator/,
      );
      assert.match(error.message, /unset .*CANCELLATION_ENDPOINT.*cancellation:endpoint/);
      assert.ok(!mayHaveArrived(error));
    });
  }

  it("fails 500 calls of one process within the same seconds", async () => {
    const client = clientOf(`http://127.0.0.1:${closedPort}`);
    const calls = names(500).map((each) => rejection(client.cancel(each, longDeadline())));
    const { result: errors, took } = await timed(Promise.all(calls));
    assert.ok(errors.every((error) => error instanceof NoListenerError));
    assert.ok(took < 10_000, `${took} ms`);
  });

  it("fails calls that follow the first one without retries", async () => {
    const client = clientOf(`http://127.0.0.1:${closedPort}`);
    await rejection(client.get(name, longDeadline()));
    const following = async () => {
      for (const each of names(100))
        assert.ok((await rejection(client.get(each, longDeadline()))) instanceof NoListenerError);
    };
    const { took } = await timed(following());
    assert.ok(took < 3_000, `${took} ms`);
  });

  it("fails calls that the circuit breaker holds back after other failures", async () => {
    const server = await startServer(rpc(503, "UNAVAILABLE"));
    const client = clientOf(server.endpoint);
    const calls = names(100).map((each) => rejection(client.get(each, longDeadline())));
    await sleep(300);
    await server.stop();
    const { took } = await timed(Promise.all(calls));
    assert.ok(took < 10_000, `${took} ms`);
  });

  for (const pause of [500, 1_500, 2_400]) {
    it(`serves the calls of a program when an emulator starts there after ${pause} ms`, async () => {
      const port = await freePort();
      const client = clientOf(`http://127.0.0.1:${port}`);
      const calls = names(50).map((each) => client.get(each, longDeadline()));
      await sleep(pause);
      stopping(await startEmulator({ port, operations: names(50).map((each) => ({ name: each })) }));
      assert.equal((await Promise.all(calls)).length, 50);
    });
  }

  it("serves a call that is refused long after other calls were refused, when an emulator starts then", async () => {
    const port = await freePort();
    const client = clientOf(`http://127.0.0.1:${port}`);
    await rejection(client.get(name, longDeadline()));
    await sleep(3_100);
    const call = client.get(name, longDeadline());
    await sleep(1_000);
    stopping(await startEmulator({ port, operations: [{ name }] }));
    assert.equal((await call).operation.name, name);
  });

  it("fails a call within seconds when nothing listens at the address of a proxy on this machine", async () => {
    setVariable("HTTPS_PROXY", `http://127.0.0.1:${closedPort}`);
    const call = clientOf("https://service.invalid").get(name, longDeadline());
    const { result: error, took } = await timed(rejection(call));
    assert.match(error.message, /the proxy 127\.0\.0\.1:\d+ can't be reached \(ECONNREFUSED\)\. Check HTTPS_PROXY/);
    assert.match(error.message, /nothing was sent$/);
    assert.ok(took < 6_000, `${took} ms`);
  });
});

describe("a server of this machine that resets connections", () => {
  const { stopping } = cleanUps();

  it("is called again until the deadline, because something listens there", async () => {
    const { endpoint, received } = stopping(await startServer((_request, response) => response.destroy()));
    const { result: error, took } = await timed(rejection(clientOf(endpoint).get(name, Deadline.after(4_500))));
    assert.ok(!(error instanceof NoListenerError));
    assert.ok(took >= 4_400 && received.length > 1, `${took} ms`);
  });
});
