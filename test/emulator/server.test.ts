import assert from "node:assert/strict";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { type Emulator, startEmulator } from "../../provider/emulator";
import { call, Emulators, raw } from "./caller";

describe("the emulator's server", () => {
  const emulators = new Emulators(startEmulator);
  const { start } = emulators;
  afterEach(emulators.stop);

  /** Sends bytes, and returns what the server sends until it closes the connection, or until `enough` matches. */
  const send = (emulator: Emulator, bytes: string, enough?: RegExp) =>
    new Promise<string>((resolve, reject) => {
      let received = "";
      const socket = connect(Number(new URL(emulator.endpoint).port), "127.0.0.1", () => socket.write(bytes));
      socket.setEncoding("utf8");
      socket.on("data", (chunk: string) => {
        received += chunk;
        if (enough?.test(received) === true) socket.destroy();
      });
      socket.on("error", reject);
      socket.on("close", () => {
        resolve(received);
      });
    });

  it("listens on the loopback address only", async function () {
    const emulator = await start();
    const { hostname, port } = new URL(emulator.endpoint);
    assert.equal(hostname, "127.0.0.1");
    const own = Object.values(networkInterfaces())
      .flat()
      .find((each) => each?.internal === false && each.family === "IPv4");
    if (own === undefined) this.skip();
    const code = await new Promise((resolve) => {
      const socket = connect(Number(port), own.address);
      socket.on("error", (error: NodeJS.ErrnoException) => {
        resolve(error.code);
      });
      socket.on("connect", () => {
        socket.destroy();
        resolve("connected");
      });
    });
    assert.equal(code, "ECONNREFUSED");
  });

  it("returns 400 for a malformed request, and continues to serve", async () => {
    const emulator = await start();
    assert.match(await send(emulator, "what is this\r\n\r\n"), /^HTTP\/1\.1 400 /);
    assert.match(await send(emulator, "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"), /^HTTP\/1\.1 400 /);
    assert.equal((await call(emulator, "GET", "/v1/operations")).status, 200);
  });

  it("keeps connections open between requests", async () => {
    const emulator = await start();
    const request = "GET /v1/operations HTTP/1.1\r\nHost: a\r\n\r\n";
    const received = await send(emulator, request + request, /200 OK[^]*200 OK/);
    assert.match(received, /Connection: keep-alive/);
  });

  it("escapes the path in its HTML pages", async () => {
    const emulator = await start();
    const received = await send(emulator, 'GET /<b>&"x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    assert.match(received, /URL \/&#60;b&#62;&#38;&#34;x was/);
  });

  it("accepts a whole URL as the request's target, as clients send to a proxy", async () => {
    const emulator = await start();
    const received = await send(
      emulator,
      "GET http://cloudchannel.googleapis.com/v1/operations HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    );
    assert.match(received, /^HTTP\/1\.1 200 /);
    assert.equal(emulator.calls.count("list", "operations"), 1);
  });

  it("refuses a body of more than 1 MiB", async () => {
    const emulator = await start();
    assert.equal((await raw(emulator, "/token", {}, "POST", "x".repeat(1024 * 1024 + 1))).status, 413);
  });

  it("continues to serve when clients close connections during a request or before the response", async () => {
    const emulator = await start();
    emulator.fault({ method: "list", delay: 5 });
    await new Promise<void>((resolve) => {
      const socket = connect(Number(new URL(emulator.endpoint).port), "127.0.0.1", () => {
        socket.write("POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf", () =>
          socket.resetAndDestroy(),
        );
      });
      socket.on("close", () => {
        resolve();
      });
    });
    const controller = new AbortController();
    const request = fetch(`${emulator.endpoint}/v1/operations`, { signal: controller.signal });
    await emulator.calls.received({ method: "list" });
    controller.abort();
    await assert.rejects(request);
    assert.equal((await call(emulator, "GET", "/v1/operations")).status, 200);
  });

  it("closes its connections when it stops, even during a delay, and can be stopped more than once", async () => {
    const emulator = await start();
    emulator.fault({ delay: 2 ** 30 });
    const request = assert.rejects(call(emulator, "GET", "/v1/operations"));
    await emulator.calls.received({ method: "list" });
    await Promise.all([emulator.stop(), emulator.stop()]);
    await emulator.stop();
    await request;
    await assert.rejects(call(emulator, "GET", "/v1/operations"));
  });

  it("reports that the port is taken", async () => {
    const emulator = await start();
    await assert.rejects(startEmulator({ port: Number(new URL(emulator.endpoint).port) }), { code: "EADDRINUSE" });
  });
});
