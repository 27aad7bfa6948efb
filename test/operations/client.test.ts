import assert from "node:assert/strict";
import { startEmulator } from "../../provider/emulator";
import { OperationsClient, type HeaderSource } from "../../provider/operations/client";
import { Deadline } from "../../provider/common/deadline";
import { NoResponseError, RpcError, InvalidResponseError } from "../../provider/operations/errors";
import { cleanUps } from "../support/cleanUps";
import { rejection } from "../support/rejection";
import { type Canned, rpc, startServer } from "../support/server";
import { withoutChance } from "../support/withoutChance";

const name = "operations/AbC";
const soon = () => Deadline.after(60_000);
const anonymous: HeaderSource = () => Promise.resolve({});

describe("the client", () => {
  withoutChance();
  const { stopping, after } = cleanUps();

  async function serve(...answers: Canned[]) {
    const server = stopping(await startServer(...answers));
    return { ...server, client: clientOf(server.endpoint) };
  }
  const clientOf = (endpoint: string, headers = anonymous) =>
    new OperationsClient({ endpoint, version: "v1", headers });

  describe("an HTTP request of the client", () => {
    it("is a POST with the name, :cancel and an empty body for a cancel", async () => {
      const { client, received } = await serve({ json: {} });
      await client.cancel(name, soon());
      assert.equal(received.length, 1);
      const [{ line, body, headers } = assert.fail()] = received;
      assert.equal(line, "POST /v1/operations/AbC:cancel HTTP/1.1");
      assert.equal(body, "");
      assert.equal(headers["content-length"], "0");
      assert.equal(headers["content-type"], undefined);
      assert.equal(headers["transfer-encoding"], undefined);
    });

    it("has the path and query of the API for a get and a list", async () => {
      const { client, received } = await serve({ json: { name } }, { json: {} }, { json: {} });
      await client.get(name, soon());
      await client.list("operations", {}, soon());
      await client.list("projects/p/operations", { filter: "a = b&c", pageSize: 5, pageToken: "t+/=" }, soon());
      assert.deepEqual(
        received.map(({ line }) => line),
        [
          "GET /v1/operations/AbC HTTP/1.1",
          "GET /v1/operations HTTP/1.1",
          "GET /v1/projects/p/operations?filter=a+%3D+b%26c&pageSize=5&pageToken=t%2B%2F%3D HTTP/1.1",
        ],
      );
    });

    for (const [odd, path] of [
      ["operations/a/b.c=d", "operations/a/b.c%3Dd"],
      ["operations/%2e%2e/x", "operations/%252e%252e/x"],
      ["operations/a\\..\\b", "operations/a%5C..%5Cb"],
      ["operations/!'()*", "operations/%21%27%28%29%2A"],
      ["operations/Cg4+/w==", "operations/Cg4%2B/w%3D%3D"],
      ["operations/größe 😀", "operations/gr%C3%B6%C3%9Fe%20%F0%9F%98%80"],
    ] as const) {
      it(`has the path ${path} for the name ${odd}`, async () => {
        const { client, received } = await serve({ json: { name: odd } }, { json: {} });
        await client.get(odd, soon());
        await client.cancel(odd, soon());
        assert.deepEqual(
          received.map(({ line }) => line),
          [`GET /v1/${path} HTTP/1.1`, `POST /v1/${path}:cancel HTTP/1.1`],
        );
      });
    }

    it("has the x-goog-api-client header of generated clients, which no header source can override", async () => {
      const server = stopping(await startServer({ json: { name } }));
      const source: HeaderSource = () =>
        Promise.resolve({ authorization: "Bearer t", "x-goog-user-project": "p", "x-goog-api-client": "mine" });
      await clientOf(server.endpoint, source).get(name, soon());
      const [{ headers } = assert.fail()] = server.received;
      assert.match(String(headers["x-goog-api-client"]), /^gl-node\/\S+ gapic\/\d\S* rest\/\d\S*$/);
      assert.equal(headers.authorization, "Bearer t");
      assert.equal(headers["x-goog-user-project"], "p");
    });

    it("is accepted by an emulator that is as strict as Google's reference server", async () => {
      const operations = [{ name: "operations/a/b.c=d/Cg4+w==" }];
      const emulator = stopping(
        await startEmulator({ requireApiClientHeader: true, contentType: "text/plain", operations }),
      );
      const client = clientOf(emulator.endpoint);
      const [{ name: odd } = assert.fail()] = operations;
      assert.equal((await client.get(odd, soon())).operation.done, false);
      await client.cancel(odd, soon());
      assert.deepEqual((await client.get(odd, soon())).operation.error?.code, 1);
      assert.equal((await client.list("operations", {}, soon())).operations.length, 1);
    });

    it("reuses the connection of the HTTP request before it", async () => {
      const ports = new Set<unknown>();
      const { client } = await serve((_request, response) => {
        ports.add(response.socket?.remotePort);
        response.end(JSON.stringify({ name }));
      });
      for (let count = 0; count < 3; count++) await client.get(name, soon());
      assert.equal(ports.size, 1);
    });

    it("goes to this machine directly even when a proxy is set", async () => {
      const proxy = stopping(await startServer({ json: { name } }));
      const { client, received } = await serve({ json: { name } });
      const before = { http_proxy: process.env["http_proxy"], no_proxy: process.env["no_proxy"] };
      after(() => {
        for (const [key, value] of Object.entries(before)) {
          if (value === undefined) Reflect.deleteProperty(process.env, key);
          else process.env[key] = value;
        }
      });
      Object.assign(process.env, { http_proxy: proxy.endpoint, no_proxy: "" });
      await client.get(name, soon());
      assert.deepEqual([proxy.received.length, received.length], [0, 1]);
    });
  });

  describe("a get of an operation", () => {
    it("returns the operation and the pause that the server asks for", async () => {
      const { client } = await serve({ json: { name, done: true }, headers: { "retry-after": "3" } });
      assert.deepEqual(await client.get(name, soon()), { operation: { name, done: true }, retryAfter: 3000 });
    });

    for (const [what, json] of [
      ["another operation", { name: "operations/other", done: true }],
      ["an operation without a name", { done: true }],
      ["an operation with its full resource name", { name: `//cloudchannel.googleapis.com/${name}` }],
      ["an error with HTTP 200", { error: { code: 404, status: "NOT_FOUND", message: "" } }],
    ] as const) {
      it(`fails after five attempts when every response is ${what}`, async () => {
        const { client, received, endpoint } = await serve({ json });
        const error = await rejection(client.get(name, soon()));
        assert.ok(error instanceof InvalidResponseError, String(error));
        assert.ok(error.message.includes(endpoint), error.message);
        assert.equal(received.length, 5);
      });
    }

    it("returns the requested name when the server replaces the project ID with the project number", async () => {
      const asked = "projects/my-project/locations/l/operations/1";
      const { client, received } = await serve({ json: { name: asked.replace("my-project", "123456"), done: true } });
      assert.deepEqual(await client.get(asked, soon()), { operation: { name: asked, done: true } });
      assert.equal(received.length, 1);
    });

    it("succeeds when a valid response follows invalid ones", async () => {
      const { client, received } = await serve({ text: "<html>" }, { json: { name: "other" } }, { json: { name } });
      assert.equal((await client.get(name, soon())).operation.name, name);
      assert.equal(received.length, 3);
    });
  });

  describe("a cancel of an operation", () => {
    for (const [what, answer] of [
      ["another object", { json: { status: "ok" } }],
      ["an error with HTTP 200", { json: { error: { status: "NOT_FOUND" } } }],
      ["a page of HTML", { text: "<html>Welcome</html>" }],
      ["an empty body", { text: "" }],
      ["an empty body with 204", { status: 204, text: "" }],
    ] as const) {
      it(`fails after five attempts when every response is ${what} instead of an empty object`, async () => {
        const { client, received } = await serve(answer);
        assert.ok((await rejection(client.cancel(name, soon()))) instanceof InvalidResponseError);
        assert.equal(received.length, 5);
      });
    }
  });

  describe("a call", () => {
    for (const status of [
      "NOT_FOUND",
      "UNIMPLEMENTED",
      "PERMISSION_DENIED",
      "FAILED_PRECONDITION",
      "INVALID_ARGUMENT",
    ]) {
      it(`is made once when the service returns ${status}`, async () => {
        const { client, received } = await serve(rpc(400, status), { json: {} });
        const error = await rejection(client.cancel(name, soon()));
        assert.ok(error instanceof RpcError && error.code === status);
        assert.equal(received.length, 1);
      });
    }

    for (const status of [404, 501]) {
      it(`is made once when the response is a page of HTML with ${status}`, async () => {
        const { client, received } = await serve({ status, text: "<html>" }, { json: {} });
        assert.ok((await rejection(client.cancel(name, soon()))) instanceof InvalidResponseError);
        assert.equal(received.length, 1);
      });
    }

    it("is made once when the server redirects it, and the redirect's target receives nothing", async () => {
      const elsewhere = stopping(await startServer({ json: { name } }));
      for (const status of [301, 302, 307, 308]) {
        const { client, received } = await serve({ status, headers: { location: `${elsewhere.endpoint}/v1/x` } });
        assert.match((await rejection(client.get(name, soon()))).message, /a redirect, which the package/);
        assert.equal(received.length, 1);
      }
      assert.equal(elsewhere.received.length, 0);
    });

    it("is retried when the service, or a proxy before it, is unavailable", async () => {
      for (const answers of [
        [rpc(503, "UNAVAILABLE"), { status: 502, text: "<html>" }],
        [{ status: 504, text: "" }, rpc(500, "INTERNAL")],
      ]) {
        const { client, received } = await serve(...answers, { json: {} });
        await client.cancel(name, soon());
        assert.equal(received.length, 3);
      }
    });

    for (const then of [
      { reset: "beforeHeaders" },
      { reset: "withinHeaders" },
      { reset: "afterHeaders" },
      { reset: "withinBody" },
      { body: "truncated" },
      "lostAnswer",
    ] as const) {
      it(`is retried when the fault ${JSON.stringify(then)} breaks its connection`, async () => {
        const emulator = stopping(await startEmulator({ operations: [{ name }] }));
        emulator.fault({ method: "get", calls: 1, then });
        assert.equal((await clientOf(emulator.endpoint).get(name, soon())).operation.name, name);
        assert.equal(emulator.calls.count("get"), 2);
      });
    }

    it("is made once when the host's name doesn't resolve", async () => {
      const error = await rejection(clientOf("http://no-such-host.invalid").get(name, soon()));
      assert.ok(error instanceof NoResponseError, String(error));
      assert.match(error.message, /no response from http:\/\/no-such-host\.invalid\/v1 to the get call/);
    }).timeout(10_000);

    it("is made once when an https endpoint's port doesn't speak TLS, and its error explains this", async () => {
      const server = stopping(await startServer({ json: { name } }));
      const error = await rejection(clientOf(server.endpoint.replace("http:", "https:")).get(name, soon()));
      assert.ok(error instanceof NoResponseError, String(error));
      assert.match(error.message, /the server doesn't use TLS on this port\. Check the endpoint's scheme.*\(EPROTO\)/);
    });

    it("is made once when the server asks for a pause of an hour, and doesn't delay other calls", async () => {
      const { client, received } = await serve(
        { ...rpc(503, "UNAVAILABLE"), headers: { "retry-after": "3600" } },
        { json: { name: "operations/other" } },
      );
      const error = await rejection(client.get(name, soon()));
      assert.match(error.message, /UNAVAILABLE.* asks for a pause of 1 hour, .* Run again later$/);
      await client.get("operations/other", Deadline.after(0));
      assert.equal(received.length, 2);
    });

    it("is made at once after a definite error that asks for a pause", async () => {
      for (const [code, status] of [
        [404, "NOT_FOUND"],
        [403, "PERMISSION_DENIED"],
      ] as const) {
        const headers = { "retry-after": "30" };
        const { client, received } = await serve({ ...rpc(code, status), headers }, { json: { name } });
        assert.ok((await rejection(client.get(name, soon()))) instanceof RpcError);
        await client.get(name, Deadline.after(0));
        assert.equal(received.length, 2);
      }
    });

    it("fails at its deadline with ECONNREFUSED when nothing listens at the endpoint", async () => {
      const server = await startServer();
      await server.stop();
      const error = await rejection(clientOf(server.endpoint).get(name, Deadline.after(0)));
      assert.ok(error instanceof NoResponseError);
      assert.match(error.message, /the connection was refused \(ECONNREFUSED\)/);
    });
  });

  describe("a call whose token is refused", () => {
    const source = (asked: (string | undefined)[]): HeaderSource => {
      let tokens = 0;
      return (refused) => {
        asked.push(refused);
        if (refused !== undefined || tokens === 0) tokens++;
        return Promise.resolve({ authorization: `Bearer ${tokens}` });
      };
    };

    for (const [what, answer] of [
      ["the service", rpc(401, "UNAUTHENTICATED")],
      ["a proxy", { status: 401, text: "<html>" }],
    ] as const) {
      it(`is retried once with a new token when ${what} refuses the token`, async () => {
        const server = stopping(await startServer(answer, { json: {} }));
        const asked: (string | undefined)[] = [];
        await clientOf(server.endpoint, source(asked)).cancel(name, soon());
        assert.deepEqual(asked, [undefined, "Bearer 1"]);
        assert.deepEqual(
          server.received.map(({ headers }) => headers.authorization),
          ["Bearer 1", "Bearer 2"],
        );
      });

      it(`fails when ${what} refuses two tokens in a row`, async () => {
        const server = stopping(await startServer(answer));
        const asked: (string | undefined)[] = [];
        await rejection(clientOf(server.endpoint, source(asked)).cancel(name, soon()));
        assert.deepEqual([asked.length, server.received.length], [2, 2]);
      });
    }

    for (const [what, answers] of [
      ["after another retry", [rpc(401, "UNAUTHENTICATED"), rpc(503, "UNAVAILABLE")]],
      ["directly after the refusal", [rpc(401, "UNAUTHENTICATED")]],
    ] as const) {
      it(`redacts the refused token and the new token in a response that comes ${what}`, async () => {
        const [first, second] = ["ya29.the-first-token-of-the-caller", "ya29.the-token-that-comes-after-it"];
        const both = `${first} and ${second}`;
        const { endpoint, received } = await serve(
          ...answers,
          rpc(403, "PERMISSION_DENIED", both),
          { json: { name, metadata: { sent: both } } },
          { json: { name, metadata: { sent: both } } },
        );
        let token = first;
        const headers = (refused?: string) => {
          if (refused !== undefined) token = second;
          return Promise.resolve({ authorization: `Bearer ${token}` });
        };
        const client = clientOf(endpoint, headers);
        const { message } = await rejection(client.get(name, soon()));
        assert.match(message, /\[hidden\] and \[hidden\]/);
        assert.equal(received.length, answers.length + 1);
        for (const later of [client, clientOf(endpoint, headers)]) {
          const { operation } = await later.get(name, soon());
          assert.deepEqual(operation.metadata, { sent: "[hidden] and [hidden]" });
        }
      });
    }

    it("isn't retried when it has no token", async () => {
      const { client, received } = await serve(rpc(401, "UNAUTHENTICATED"));
      assert.ok((await rejection(client.cancel(name, soon()))) instanceof RpcError);
      assert.equal(received.length, 1);
    });

    it("never shows the token in its error", async () => {
      const token = "ya29.secret-token";
      for (const answer of [
        rpc(403, "PERMISSION_DENIED"),
        { status: 404, text: "<html>" },
        (_request: unknown, response: { destroy: () => void }) => {
          response.destroy();
        },
      ]) {
        const server = stopping(await startServer(answer));
        const client = clientOf(server.endpoint, () => Promise.resolve({ authorization: `Bearer ${token}` }));
        const error = await rejection(client.cancel(name, Deadline.after(0)));
        const everything = `${error.stack ?? ""}${JSON.stringify(error)}${String(error.cause)}`;
        assert.ok(!everything.includes(token), everything);
      }
    });
  });
});
