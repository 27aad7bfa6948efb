import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { Deadline } from "../../provider/common/deadline";
import { OperationsClient } from "../../provider/operations/client";
import { NoResponseError } from "../../provider/operations/errors";
import { isTransient } from "../../provider/operations/transience";
import { send } from "../../provider/operations/transport";
import { cleanUps } from "../support/cleanUps";
import { rejection } from "../support/rejection";
import { startServer } from "../support/server";
import { withoutChance } from "../support/withoutChance";

const target = "https://cloudchannel.googleapis.com";

describe("a proxy that makes no tunnel", () => {
  withoutChance();
  const { stopping, setVariable } = cleanUps();

  /** Reads CONNECT, and answers with this or with nothing. */
  async function startProxy(answer?: string) {
    const sockets = new Set<Socket>();
    const heads: string[] = [];
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => sockets.delete(socket));
      socket.on("data", (head) => {
        heads.push(head.toString());
        if (answer !== undefined) socket.end(answer);
      });
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    setVariable("HTTPS_PROXY", `http://us%40er:p4ssw0rd@${host}`);
    const stop = () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    };
    return stopping({ host, sockets, heads, stop });
  }

  const headers = { authorization: "Bearer ya29.the-token-of-the-call" };
  const call = (timeout: number) => send({ method: "POST", url: `${target}/v1/operations/x:cancel`, headers, timeout });

  it("keeps at most 64 sockets of 200 calls that it never answers, and none once their time is up", async () => {
    const proxy = await startProxy();
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, proxy.sockets.size)), 5);
    const outcomes = await Promise.allSettled(Array.from({ length: 200 }, () => call(500)));
    clearInterval(watch);
    for (const outcome of outcomes) assert.match(String((outcome as PromiseRejectedResult).reason), /ETIMEDOUT/);
    assert.ok(most > 0 && most <= 64, String(most));
    while (proxy.sockets.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }).timeout(20_000);

  it("gets its password and no token", async () => {
    const proxy = await startProxy("HTTP/1.1 403 Forbidden\r\n\r\n");
    await rejection(call(5_000));
    assert.equal(proxy.heads.length, 1);
    const [head = ""] = proxy.heads;
    assert.match(head, /^CONNECT cloudchannel\.googleapis\.com:443 HTTP\/1\.1\r\n/);
    assert.ok(head.includes(`Basic ${Buffer.from("us@er:p4ssw0rd").toString("base64")}`));
    assert.doesNotMatch(head, /ya29|bearer/i);
  });

  for (const [status, advice, transient] of [
    [407, /Set its user and password in HTTPS_PROXY/, false],
    [403, /Have the proxy allow this host/, false],
    [400, /Have the proxy allow this host/, false],
    [502, /Check that the proxy can reach this host/, true],
    [503, /Check that the proxy can reach this host/, true],
  ] as const) {
    it(`tells of an HTTP ${status} that it is the proxy's, and what to do`, async () => {
      // A response that would be believed if it were the service's.
      const body = '{"error":{"code":404,"status":"NOT_FOUND","message":"us@er:p4ssw0rd"}}';
      const proxy = await startProxy(`HTTP/1.1 ${status} X\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      const client = new OperationsClient({ endpoint: target, version: "v1", headers: () => Promise.resolve(headers) });
      const error = await rejection(client.cancel("operations/x", Deadline.after(transient ? 0 : 5_000)));
      assert.ok(error instanceof NoResponseError, String(error));
      assert.ok(error.message.includes(`the proxy ${proxy.host} answered CONNECT`), error.message);
      assert.ok(error.message.includes(`HTTP ${status}`), error.message);
      assert.match(error.message, advice);
      assert.match(error.message, /NO_PROXY/);
      assert.doesNotMatch(`${error.stack ?? ""}${JSON.stringify(error)}`, /p4ssw0rd|us@er|us%40er|ya29/);
      assert.equal(isTransient(error), transient);
      assert.equal(proxy.heads.length, 1);
    });
  }

  it("fails a call at once that it hangs up on, with its own name", async () => {
    const proxy = await startProxy("");
    const error = await rejection(call(5_000));
    assert.ok(
      (error as { detail?: string }).detail?.includes(`the proxy ${proxy.host} can't be reached`),
      String(error),
    );
  });

  it("is named where nothing listens at its address", async () => {
    const proxy = await startProxy();
    proxy.stop();
    const client = new OperationsClient({ endpoint: target, version: "v1", headers: () => Promise.resolve(headers) });
    const { message } = await rejection(client.get("operations/x", Deadline.after(0)));
    assert.match(message, new RegExp(`the proxy ${proxy.host} can't be reached \\(ECONNREFUSED\\)`));
  });

  it("isn't asked for plain http to this machine", async () => {
    const proxy = await startProxy();
    for (const name of ["HTTP_PROXY", "http_proxy", "ALL_PROXY"]) setVariable(name, `http://${proxy.host}`);
    const server = stopping(await startServer({ json: {} }));
    await send({ method: "GET", url: `${server.endpoint}/`, headers, timeout: 5_000 });
    assert.equal(proxy.heads.length, 0);
  });
});
