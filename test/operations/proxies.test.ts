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

describe("a proxy that opens no tunnel", () => {
  withoutChance();
  const { stopping, setVariable } = cleanUps();

  /** Starts a proxy that responds to CONNECT with `answer`, or never responds. */
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

  it("has at most 64 sockets for 200 calls without a response, and none after their time limit", async () => {
    const proxy = await startProxy();
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, proxy.sockets.size)), 5);
    const outcomes = await Promise.allSettled(Array.from({ length: 200 }, () => call(500)));
    clearInterval(watch);
    for (const outcome of outcomes) assert.match(String((outcome as PromiseRejectedResult).reason), /ETIMEDOUT/);
    assert.ok(most > 0 && most <= 64, String(most));
    while (proxy.sockets.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }).timeout(20_000);

  it("receives its own password and no token", async () => {
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
    [403, /Configure the proxy to allow this host/, false],
    [400, /Configure the proxy to allow this host/, false],
    [502, /Check that the proxy can reach this host/, true],
    [503, /Check that the proxy can reach this host/, true],
  ] as const) {
    it(`is named, with advice, in the error of a call when it responds ${status} to CONNECT`, async () => {
      // The client would accept this response from the service.
      const body = '{"error":{"code":404,"status":"NOT_FOUND","message":"us@er:p4ssw0rd"}}';
      const proxy = await startProxy(`HTTP/1.1 ${status} X\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      const client = new OperationsClient({ endpoint: target, version: "v1", headers: () => Promise.resolve(headers) });
      const error = await rejection(client.cancel("operations/x", Deadline.after(transient ? 0 : 5_000)));
      assert.ok(error instanceof NoResponseError, String(error));
      assert.ok(error.message.includes(`the proxy ${proxy.host} responded to CONNECT`), error.message);
      assert.ok(error.message.includes(`HTTP ${status}`), error.message);
      assert.match(error.message, advice);
      assert.match(error.message, /NO_PROXY/);
      assert.doesNotMatch(`${error.stack ?? ""}${JSON.stringify(error)}`, /p4ssw0rd|us@er|us%40er|ya29/);
      assert.equal(isTransient(error), transient);
      assert.equal(proxy.heads.length, 1);
    });
  }

  it("is named in the error of a call, at once, when it closes the connection without a response", async () => {
    const proxy = await startProxy("");
    const error = await rejection(call(5_000));
    assert.ok(
      (error as { detail?: string }).detail?.includes(`the proxy ${proxy.host} can't be reached`),
      String(error),
    );
  });

  it("is named in the error of a call when nothing listens at its address", async () => {
    const proxy = await startProxy();
    proxy.stop();
    const client = new OperationsClient({ endpoint: target, version: "v1", headers: () => Promise.resolve(headers) });
    const { message } = await rejection(client.get("operations/x", Deadline.after(0)));
    assert.match(message, new RegExp(`the proxy ${proxy.host} can't be reached \\(ECONNREFUSED\\)`));
  });

  it("isn't used for plain http to this machine", async () => {
    const proxy = await startProxy();
    for (const name of ["HTTP_PROXY", "http_proxy", "ALL_PROXY"]) setVariable(name, `http://${proxy.host}`);
    const server = stopping(await startServer({ json: {} }));
    await send({ method: "GET", url: `${server.endpoint}/`, headers, timeout: 5_000 });
    assert.equal(proxy.heads.length, 0);
  });
});
