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

  describe("asks", () => {
    it("for a cancel with POST, the name, :cancel and an empty body", async () => {
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

    it("for the other methods as the API lays down", async () => {
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
      it(`for ${odd}, which arrives as it was named`, async () => {
        const { client, received } = await serve({ json: { name: odd } }, { json: {} });
        await client.get(odd, soon());
        await client.cancel(odd, soon());
        assert.deepEqual(
          received.map(({ line }) => line),
          [`GET /v1/${path} HTTP/1.1`, `POST /v1/${path}:cancel HTTP/1.1`],
        );
      });
    }

    it("with the header that generated clients send, which nobody overrides", async () => {
      const server = stopping(await startServer({ json: { name } }));
      const source: HeaderSource = () =>
        Promise.resolve({ authorization: "Bearer t", "x-goog-user-project": "p", "x-goog-api-client": "mine" });
      await clientOf(server.endpoint, source).get(name, soon());
      const [{ headers } = assert.fail()] = server.received;
      assert.match(String(headers["x-goog-api-client"]), /^gl-node\/\S+ gapic\/\d\S* rest\/\d\S*$/);
      assert.equal(headers.authorization, "Bearer t");
      assert.equal(headers["x-goog-user-project"], "p");
    });

    it("so that Google's reference server, which is strict, takes it", async () => {
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

    it("over one connection, again and again", async () => {
      const ports = new Set<unknown>();
      const { client } = await serve((_request, response) => {
        ports.add(response.socket?.remotePort);
        response.end(JSON.stringify({ name }));
      });
      for (let count = 0; count < 3; count++) await client.get(name, soon());
      assert.equal(ports.size, 1);
    });

    it("this machine itself, whatever proxy there is for others", async () => {
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

  describe("reads an operation", () => {
    it("with the pause that the server asks for", async () => {
      const { client } = await serve({ json: { name, done: true }, headers: { "retry-after": "3" } });
      assert.deepEqual(await client.get(name, soon()), { operation: { name, done: true }, retryAfter: 3000 });
    });

    for (const [what, json] of [
      ["another operation", { name: "operations/other", done: true }],
      ["an operation without a name", { done: true }],
      ["an operation by its full name", { name: `//cloudchannel.googleapis.com/${name}` }],
      ["an error in a success", { error: { code: 404, status: "NOT_FOUND", message: "" } }],
    ] as const) {
      it(`and believes no answer that is ${what}, though it asks five times`, async () => {
        const { client, received, endpoint } = await serve({ json });
        const error = await rejection(client.get(name, soon()));
        assert.ok(error instanceof InvalidResponseError, String(error));
        assert.ok(error.message.includes(endpoint), error.message);
        assert.equal(received.length, 5);
      });
    }

    it("that carries the project's number where it was asked for by ID, under the name asked for", async () => {
      const asked = "projects/my-project/locations/l/operations/1";
      const { client, received } = await serve({ json: { name: asked.replace("my-project", "123456"), done: true } });
      assert.deepEqual(await client.get(asked, soon()), { operation: { name: asked, done: true } });
      assert.equal(received.length, 1);
    });

    it("when the right answer comes after a wrong one", async () => {
      const { client, received } = await serve({ text: "<html>" }, { json: { name: "other" } }, { json: { name } });
      assert.equal((await client.get(name, soon())).operation.name, name);
      assert.equal(received.length, 3);
    });
  });

  describe("takes a cancel for acknowledged", () => {
    for (const [what, answer] of [
      ["another object", { json: { status: "ok" } }],
      ["an error in a success", { json: { error: { status: "NOT_FOUND" } } }],
      ["a page of HTML", { text: "<html>Welcome</html>" }],
      ["nothing", { text: "" }],
      ["nothing, with 204", { status: 204, text: "" }],
    ] as const) {
      it(`only by an empty object, and not by ${what}`, async () => {
        const { client, received } = await serve(answer);
        assert.ok((await rejection(client.cancel(name, soon()))) instanceof InvalidResponseError);
        assert.equal(received.length, 5);
      });
    }
  });

  describe("makes a call", () => {
    for (const status of [
      "NOT_FOUND",
      "UNIMPLEMENTED",
      "PERMISSION_DENIED",
      "FAILED_PRECONDITION",
      "INVALID_ARGUMENT",
    ]) {
      it(`once when it is answered ${status}`, async () => {
        const { client, received } = await serve(rpc(400, status), { json: {} });
        const error = await rejection(client.cancel(name, soon()));
        assert.ok(error instanceof RpcError && error.code === status);
        assert.equal(received.length, 1);
      });
    }

    for (const status of [404, 501]) {
      it(`once when a page of HTML answers it with ${status}`, async () => {
        const { client, received } = await serve({ status, text: "<html>" }, { json: {} });
        assert.ok((await rejection(client.cancel(name, soon()))) instanceof InvalidResponseError);
        assert.equal(received.length, 1);
      });
    }

    it("once when it is redirected, and carries nothing there", async () => {
      const elsewhere = stopping(await startServer({ json: { name } }));
      for (const status of [301, 302, 307, 308]) {
        const { client, received } = await serve({ status, headers: { location: `${elsewhere.endpoint}/v1/x` } });
        assert.match((await rejection(client.get(name, soon()))).message, /a redirect, which is not followed/);
        assert.equal(received.length, 1);
      }
      assert.equal(elsewhere.received.length, 0);
    });

    it("again when the service is not available, or a proxy says so", async () => {
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
      it(`again when its connection is lost: ${JSON.stringify(then)}`, async () => {
        const emulator = stopping(await startEmulator({ operations: [{ name }] }));
        emulator.fault({ method: "get", calls: 1, then });
        assert.equal((await clientOf(emulator.endpoint).get(name, soon())).operation.name, name);
        assert.equal(emulator.calls.count("get"), 2);
      });
    }

    it("once where its host's name does not resolve", async () => {
      const error = await rejection(clientOf("http://no-such-host.invalid").get(name, soon()));
      assert.ok(error instanceof NoResponseError, String(error));
      assert.match(error.message, /no answer from http:\/\/no-such-host\.invalid\/v1 to the get/);
    }).timeout(10_000);

    it("once where an https endpoint is on a port without TLS, and says so", async () => {
      const server = stopping(await startServer({ json: { name } }));
      const error = await rejection(clientOf(server.endpoint.replace("http:", "https:")).get(name, soon()));
      assert.ok(error instanceof NoResponseError, String(error));
      assert.match(error.message, /the server doesn't speak TLS on this port; check the endpoint's scheme.*\(EPROTO\)/);
    });

    it("once when the server asks for a pause of an hour, and makes other calls at once", async () => {
      const { client, received } = await serve(
        { ...rpc(503, "UNAVAILABLE"), headers: { "retry-after": "3600" } },
        { json: { name: "operations/other" } },
      );
      const error = await rejection(client.get(name, soon()));
      assert.match(error.message, /UNAVAILABLE.* asks for a pause of 1 hour, .* run again later$/);
      await client.get("operations/other", Deadline.after(0));
      assert.equal(received.length, 2);
    });

    it("at once after a definite error that asks for a pause", async () => {
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

    it("until the deadline where nothing answers, and says so", async () => {
      const server = await startServer();
      await server.stop();
      const error = await rejection(clientOf(server.endpoint).get(name, Deadline.after(0)));
      assert.ok(error instanceof NoResponseError);
      assert.match(error.message, /the connection was refused \(ECONNREFUSED\)/);
    });
  });

  describe("whose token is refused", () => {
    const source = (asked: (string | undefined)[]): HeaderSource => {
      let tokens = 0;
      return (refused) => {
        asked.push(refused);
        if (refused !== undefined || tokens === 0) tokens++;
        return Promise.resolve({ authorization: `Bearer ${tokens}` });
      };
    };

    for (const [what, answer] of [
      ["by the service", rpc(401, "UNAUTHENTICATED")],
      ["by a proxy", { status: 401, text: "<html>" }],
    ] as const) {
      it(`${what} asks for a fresh one and tries once more`, async () => {
        const server = stopping(await startServer(answer, { json: {} }));
        const asked: (string | undefined)[] = [];
        await clientOf(server.endpoint, source(asked)).cancel(name, soon());
        assert.deepEqual(asked, [undefined, "Bearer 1"]);
        assert.deepEqual(
          server.received.map(({ headers }) => headers.authorization),
          ["Bearer 1", "Bearer 2"],
        );
      });

      it(`${what} twice gives up`, async () => {
        const server = stopping(await startServer(answer));
        const asked: (string | undefined)[] = [];
        await rejection(clientOf(server.endpoint, source(asked)).cancel(name, soon()));
        assert.deepEqual([asked.length, server.received.length], [2, 2]);
      });
    }

    for (const [what, answers] of [
      ["after a new attempt", [rpc(401, "UNAUTHENTICATED"), rpc(503, "UNAVAILABLE")]],
      ["at once", [rpc(401, "UNAUTHENTICATED")]],
    ] as const) {
      it(`hides the refused token, and the one in its place, where a response repeats both ${what}`, async () => {
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

    it("though it has none does not try again", async () => {
      const { client, received } = await serve(rpc(401, "UNAUTHENTICATED"));
      assert.ok((await rejection(client.cancel(name, soon()))) instanceof RpcError);
      assert.equal(received.length, 1);
    });

    it("never tells it in an error", async () => {
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
