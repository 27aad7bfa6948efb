import assert from "node:assert/strict";
import { read as readStep } from "../../../provider/resources/request";
import { startServer } from "../../support/server";
import { contextOf, failure, id, name, stage } from "./stage";

const then = "2026-01-01T00:00:00.000Z";
const recorded = { operation: name, outcome: "cancelling", done: false, requestTime: then };
const settled = {
  operation: name,
  outcome: "cancelled",
  done: true,
  error: { code: 1 },
  requestTime: then,
  settleTime: then,
};

describe("read of a request", () => {
  const { enter, stopping } = stage();

  it("reads the operation once and records its outcome", async () => {
    const { read, calls } = await enter({ operations: [{ name, done: "succeeded" }] });
    const { settleTime, response, endpoint, ...rest } = await read({ ...recorded, expect: ["cancelled"] });
    assert.ok(String(settleTime) > then);
    assert.equal(typeof endpoint, "string");
    assert.deepEqual(response, { "@type": "type.googleapis.com/google.protobuf.Empty" });
    assert.deepEqual(rest, {
      operation: name,
      expect: ["cancelled"],
      outcome: "succeeded",
      done: true,
      requestTime: then,
    });
    assert.deepEqual(calls(), ["get"]);
  });

  it("records cancelling for a running operation, or running when no cancel was acknowledged", async () => {
    const { read } = await enter({ operations: [{ name }] });
    assert.equal((await read(recorded))["outcome"], "cancelling");
    assert.equal((await read({ operation: name, outcome: "running" }))["outcome"], "running");
  });

  it("keeps the resource and records notFound when the operation is gone", async () => {
    const { read, emulator } = await enter();
    assert.deepEqual(await read(recorded), { ...recorded, outcome: "notFound", endpoint: emulator.endpoint });
  });

  it("keeps the last outcome of an operation that expires after it settles", async () => {
    const { read, emulator } = await enter();
    assert.deepEqual(await read(settled), { ...settled, endpoint: emulator.endpoint });
  });

  it("keeps a settled outcome when a later read shows the operation as running", async () => {
    const { read, emulator } = await enter({ operations: [{ name }] });
    assert.deepEqual(await read(settled), { ...settled, endpoint: emulator.endpoint });
  });

  for (const [what, then] of [
    ["responds 403", { status: 403 }],
    ["responds 401", { status: 401 }],
    ["responds 404 with HTML", { status: 404, body: "html" }],
    ["returns another operation", { answersFor: "operations/other" }],
    ["returns JSON of another shape", { body: { json: { ok: true } } }],
    ["responds with a redirect", { redirect: "http://127.0.0.1:1/" }],
  ] as const) {
    it(`fails when the get ${what}`, async () => {
      const { read, emulator } = await enter({ operations: [{ name, done: "cancelled" }] });
      emulator.fault({ method: "get", then });
      await failure(read(recorded));
    });
  }

  it("records an outcome that `expect` excludes without an error", async () => {
    const { read } = await enter({ operations: [{ name, done: "failed" }] });
    assert.equal((await read({ ...recorded, expect: ["cancelled"] }))["outcome"], "failed");
  });

  describe("read of a request by its ID", () => {
    it("finds the operation by the ID alone", async () => {
      const { read, calls } = await enter({ operations: [{ name, done: "cancelled" }] });
      const outputs = await read({});
      assert.deepEqual([outputs["operation"], outputs["outcome"]], [name, "cancelled"]);
      assert.equal("service" in outputs, false);
      assert.deepEqual(calls(), ["get"]);
    });

    it("keeps the port of a Cloud Channel ID", async () => {
      const { read } = await enter({ operations: [{ name }] });
      const outputs = await read({}, `//cloudchannel.googleapis.com:8443/${name}`);
      assert.deepEqual(outputs["service"], { endpoint: "https://cloudchannel.googleapis.com:8443" });
    });

    it("takes the service's host from the ID and its version from the known state", async () => {
      const operation = "projects/p/operations/x";
      const { read } = await enter({ operations: [{ name: operation }], version: "v1beta1" });
      const outputs = await read({ service: { version: "v1beta1" } }, `//aiplatform.googleapis.com/${operation}`);
      assert.deepEqual(outputs["service"], { endpoint: "https://aiplatform.googleapis.com", version: "v1beta1" });
      assert.equal(outputs["outcome"], "running");
    });

    for (const bad of ["", "operations/x", "//host", "https://host/operations/x"]) {
      it(`refuses the ID ${JSON.stringify(bad)} and shows the form of an ID`, async () => {
        const { read, calls } = await enter();
        const { message } = await failure(read({}, bad));
        assert.match(message, /isn't the id of a cancellation.*\/\/cloudchannel\.googleapis\.com\/operations\/AbC/);
        assert.deepEqual(calls(), []);
      });
    }

    for (const bad of [
      "//cloudchannel.googleapis.com/operations/../x",
      "//cloudchannel.googleapis.com/projects/x",
      "//ho st/operations/x",
      "//user:pass@host/operations/x",
      "//host?x/operations/x",
    ]) {
      it(`refuses the ID ${bad}, whose host or name isn't valid`, async () => {
        const { read, calls } = await enter();
        assert.match((await failure(read({}, bad))).message, /can't be looked up: (operation|service\.endpoint) /);
        assert.deepEqual(calls(), []);
      });
    }

    for (const service of ["cloudchannel", { endpoint: "http://cloudchannel.googleapis.com" }, { version: "/" }]) {
      it(`refuses the service ${JSON.stringify(service)}, which the engine doesn't check in a read`, async () => {
        const { read, calls } = await enter();
        assert.match((await failure(read({ service }))).message, /can't be looked up: service/);
        assert.deepEqual(calls(), []);
      });
    }
  });

  describe("read of a request at an unsafe endpoint", () => {
    it("makes no call when the config's endpoint is plain http to another machine or isn't a URL", async () => {
      for (const endpoint of ["http://10.255.255.1", "nonsense"]) {
        const context = contextOf({ "cancellation:endpoint": endpoint, "gcp:accessToken": "t" });
        const { message } = await failure(readStep(id, recorded, context));
        assert.match(message, /^the config cancellation:endpoint (is plain http|isn't a URL)/);
      }
    });

    it("makes no call when the recorded endpoint is plain http to another machine", async () => {
      const outputs = { ...recorded, service: { endpoint: "http://10.255.255.1" } };
      const { message } = await failure(readStep(id, outputs, contextOf({ "gcp:accessToken": "t" })));
      assert.match(message, /^service\.endpoint is plain http/);
    });
  });

  describe("read of a request at an endpoint on this machine", () => {
    it("sends no credential when none is configured", async () => {
      const server = stopping(await startServer({ json: { name } }));
      const outputs = { ...recorded, subject: "admin@reseller.example.com" };
      await readStep(id, outputs, contextOf({ "cancellation:endpoint": server.endpoint }));
      assert.equal(server.received[0]?.headers.authorization, undefined);
    });

    it("sends the configured credential", async () => {
      const server = stopping(await startServer({ json: { name } }));
      const config = { "cancellation:endpoint": server.endpoint, "gcp:accessToken": "configured" };
      await readStep(id, recorded, contextOf(config));
      assert.equal(server.received[0]?.headers.authorization, "Bearer configured");
    });
  });
});
