import assert from "node:assert/strict";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { startEmulator, type Emulator } from "../../provider/emulator";
import { call, Emulators, raw } from "./caller";

describe("the emulator's server", () => {
  const emulators = new Emulators();
  const { start } = emulators;
  afterEach(emulators.stop);

  /** Sends bytes as they are, and returns what comes back until the other side closes, or until `enough` came. */
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

  it("answers a malformed request with 400, and lives on", async () => {
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

  it("does not let a path write into its pages", async () => {
    const emulator = await start();
    const received = await send(emulator, 'GET /<b>&"x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    assert.match(received, /URL \/&#60;b&#62;&#38;&#34;x was/);
  });

  it("takes the absolute form of a request's target, as clients send it to a proxy", async () => {
    const emulator = await start();
    const received = await send(
      emulator,
      "GET http://cloudchannel.googleapis.com/v1/operations HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    );
    assert.match(received, /^HTTP\/1\.1 200 /);
    assert.equal(emulator.calls.count("list", "operations"), 1);
  });

  it("refuses a body beyond all measure", async () => {
    const emulator = await start();
    assert.equal((await raw(emulator, "/token", {}, "POST", "x".repeat(1024 * 1024 + 1))).status, 413);
  });

  it("survives clients that hang up, in the middle of a request and before the answer", async () => {
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
    const given = new AbortController();
    const asked = fetch(`${emulator.endpoint}/v1/operations`, { signal: given.signal });
    await emulator.calls.received({ method: "list" });
    given.abort();
    await assert.rejects(asked);
    assert.equal((await call(emulator, "GET", "/v1/operations")).status, 200);
  });

  it("stops with its connections, also while answers are held back, and as often as it is told", async () => {
    const emulator = await start();
    emulator.fault({ delay: 2 ** 30 });
    const asked = assert.rejects(call(emulator, "GET", "/v1/operations"));
    await emulator.calls.received({ method: "list" });
    await Promise.all([emulator.stop(), emulator.stop()]);
    await emulator.stop();
    await asked;
    await assert.rejects(call(emulator, "GET", "/v1/operations"));
  });

  it("says that a port is taken", async () => {
    const emulator = await start();
    await assert.rejects(startEmulator({ port: Number(new URL(emulator.endpoint).port) }), { code: "EADDRINUSE" });
  });
});
