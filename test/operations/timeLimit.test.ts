import assert from "node:assert/strict";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { send, TransportError } from "../../provider/operations/transport";

describe("the time limit of an HTTP request", () => {
  let server: Server;
  let closed: Promise<void>;

  async function listen(answer: RequestListener): Promise<string> {
    server = createServer((request, response) => {
      closed = new Promise((resolve) => response.once("close", resolve));
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const get = (url: string, timeout: number) => send({ method: "GET", url, headers: {}, timeout });
  const isTimeout = (error: unknown) => error instanceof TransportError && error.code === "ETIMEDOUT";

  it("ends a request without a response, and its connection", async () => {
    const url = await listen(() => undefined);
    await assert.rejects(get(url, 100), isTimeout);
    await closed;
  });

  it("ends a request whose response body doesn't end, and its connection", async () => {
    const url = await listen((_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("{");
    });
    await assert.rejects(get(url, 100), isTimeout);
    await closed;
  });

  it("doesn't end a request whose response arrives in time", async () => {
    const url = await listen((_request, response) => response.end("{}"));
    assert.equal((await get(url, 10_000)).body, "{}");
  });
});
