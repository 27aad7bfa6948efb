import assert from "node:assert/strict";
import { withGlobal } from "@sinonjs/fake-timers";
import { Deadline } from "../../provider/common/deadline";
import { type HeaderSource, OperationsClient } from "../../provider/operations/client";
import { RpcError } from "../../provider/operations/errors";
import { cleanUps } from "../support/cleanUps";
import { rejection } from "../support/rejection";
import { rpc, startServer } from "../support/server";
import { withoutChance } from "../support/withoutChance";

const name = "operations/AbC";

/** An error of a source of headers whose next attempt may succeed. */
class NotYet extends Error {
  readonly transient = true;
}

describe("a source of headers", () => {
  withoutChance();
  const { stopping, after } = cleanUps();

  async function serve(headers: HeaderSource, ...answers: Parameters<typeof startServer>) {
    const server = stopping(await startServer(...answers));
    return { server, client: new OperationsClient({ endpoint: server.endpoint, version: "v1", headers }) };
  }

  /** Returns a source that fails with each of the errors in turn, and then returns headers. */
  function failing(...errors: Error[]): { source: HeaderSource; asked: () => number } {
    let asked = 0;
    const source: HeaderSource = () => {
      const error = errors[asked++];
      return error ? Promise.reject(error) : Promise.resolve({ authorization: "Bearer t" });
    };
    return { source, asked: () => asked };
  }

  it("is asked again after a transient error, until it returns headers", async () => {
    const { source, asked } = failing(new NotYet(), new NotYet());
    const { client, server } = await serve(source, { json: { name } });
    await client.get(name, Deadline.after(1_000));
    assert.deepEqual([asked(), server.received.length], [3, 1]);
  });

  it("fails the call with its definite error, and isn't asked again", async () => {
    const refusal = new Error("refused");
    const { source, asked } = failing(refusal);
    const { client, server } = await serve(source, { json: { name } });
    assert.equal(await rejection(client.get(name, Deadline.after(1_000))), refusal);
    assert.deepEqual([asked(), server.received.length], [1, 0]);
  });

  it("fails the call with its transient error when it has no headers before the deadline", async () => {
    const { client } = await serve(() => Promise.reject(new NotYet("not yet")), { json: { name } });
    assert.equal((await rejection(client.get(name, Deadline.after(50)))).message, "not yet");
  });

  it("doesn't hide the error of an earlier attempt of the call when it fails later", async () => {
    const clock = withGlobal(globalThis).install({ toFake: ["performance"] });
    after(() => {
      clock.uninstall();
    });
    let asked = 0;
    const source: HeaderSource = () => {
      if (asked++ === 0) return Promise.resolve({});
      clock.tick(60_000);
      return Promise.reject(new NotYet());
    };
    const { client } = await serve(source, rpc(503, "UNAVAILABLE"));
    const error = await rejection(client.cancel(name, Deadline.after(60_000)));
    // The service didn't refuse the first attempt, so it may have carried out the cancel.
    assert.ok(error instanceof RpcError && error.code === "UNAVAILABLE", String(error));
    assert.equal(asked, 2);
  });

  it("receives the time that the call can wait", async () => {
    const timeouts: (number | undefined)[] = [];
    const source: HeaderSource = (_refused, timeout) => {
      timeouts.push(timeout);
      return Promise.resolve({});
    };
    const { client } = await serve(source, { json: { name } });
    for (const allowance of [600_000, 5_000, 0]) await client.get(name, Deadline.after(allowance));
    const [long = 0, short = 0, none = 0] = timeouts;
    assert.deepEqual([long, none], [30_000, 1_000]);
    assert.ok(short > 4_000 && short <= 5_000);
  });
});
