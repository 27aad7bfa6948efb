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

describe("refreshing a cancellation request", () => {
  const { enter, stopping } = stage();

  it("reads the operation once, and tells what it finds", async () => {
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

  it("tells that it is still cancelling, or running where no cancel was acknowledged", async () => {
    const { read } = await enter({ operations: [{ name }] });
    assert.equal((await read(recorded))["outcome"], "cancelling");
    assert.equal((await read({ operation: name, outcome: "running" }))["outcome"], "running");
  });

  it("keeps the resource, and says that the operation is gone", async () => {
    const { read, emulator } = await enter();
    assert.deepEqual(await read(recorded), { ...recorded, outcome: "notFound", endpoint: emulator.endpoint });
  });

  it("keeps the last outcome of an operation that expired after it settled", async () => {
    const { read, emulator } = await enter();
    assert.deepEqual(await read(settled), { ...settled, endpoint: emulator.endpoint });
  });

  it("does not go back from an outcome that was settled", async () => {
    const { read, emulator } = await enter({ operations: [{ name }] });
    assert.deepEqual(await read(settled), { ...settled, endpoint: emulator.endpoint });
  });

  for (const [what, then] of [
    ["forbidden", { status: 403 }],
    ["without a token", { status: 401 }],
    ["answered by a page of HTML with 404", { status: 404, body: "html" }],
    ["answered with another operation", { answersFor: "operations/other" }],
    ["answered with JSON of another shape", { body: { json: { ok: true } } }],
    ["redirected", { redirect: "http://127.0.0.1:1/" }],
  ] as const) {
    it(`fails where it is ${what}`, async () => {
      const { read, emulator } = await enter({ operations: [{ name, done: "cancelled" }] });
      emulator.fault({ method: "get", then });
      await failure(read(recorded));
    });
  }

  it("never has an operation judged: not even one that failed though it was to be cancelled", async () => {
    const { read } = await enter({ operations: [{ name, done: "failed" }] });
    assert.equal((await read({ ...recorded, expect: ["cancelled"] }))["outcome"], "failed");
  });

  describe("that is looked up by its id", () => {
    it("finds the operation from the id alone", async () => {
      const { read, calls } = await enter({ operations: [{ name, done: "cancelled" }] });
      const outputs = await read({});
      assert.deepEqual([outputs["operation"], outputs["outcome"]], [name, "cancelled"]);
      assert.equal("service" in outputs, false);
      assert.deepEqual(calls(), ["get"]);
    });

    it("keeps the port of an id of Cloud Channel", async () => {
      const { read } = await enter({ operations: [{ name }] });
      const outputs = await read({}, `//cloudchannel.googleapis.com:8443/${name}`);
      assert.deepEqual(outputs["service"], { endpoint: "https://cloudchannel.googleapis.com:8443" });
    });

    it("finds the service from the id, and from what is known besides", async () => {
      const operation = "projects/p/operations/x";
      const { read } = await enter({ operations: [{ name: operation }], version: "v1beta1" });
      const outputs = await read({ service: { version: "v1beta1" } }, `//aiplatform.googleapis.com/${operation}`);
      assert.deepEqual(outputs["service"], { endpoint: "https://aiplatform.googleapis.com", version: "v1beta1" });
      assert.equal(outputs["outcome"], "running");
    });

    for (const bad of ["", "operations/x", "//host", "https://host/operations/x"]) {
      it(`says what an id looks like to ${JSON.stringify(bad)}`, async () => {
        const { read, calls } = await enter();
        const { message } = await failure(read({}, bad));
        assert.match(message, /no id of a cancellation request.*\/\/cloudchannel\.googleapis\.com\/operations\/AbC/);
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
      it(`refuses ${bad}`, async () => {
        const { read, calls } = await enter();
        assert.match((await failure(read({}, bad))).message, /can't be looked up: (operation|service\.endpoint) /);
        assert.deepEqual(calls(), []);
      });
    }

    for (const service of ["cloudchannel", { endpoint: "http://cloudchannel.googleapis.com" }, { version: "/" }]) {
      it(`refuses the service ${JSON.stringify(service)}, for the engine does not check it`, async () => {
        const { read, calls } = await enter();
        assert.match((await failure(read({ service }))).message, /can't be looked up: service/);
        assert.deepEqual(calls(), []);
      });
    }
  });

  describe("calls nothing", () => {
    it("where the config's endpoint would send the token in the clear, or is none", async () => {
      for (const endpoint of ["http://10.255.255.1", "nonsense"]) {
        const context = contextOf({ "cancellation:endpoint": endpoint, "gcp:accessToken": "t" });
        const { message } = await failure(readStep(id, recorded, context));
        assert.match(message, /^the config cancellation:endpoint is /);
      }
    });

    it("where the recorded endpoint would send the token in the clear", async () => {
      const outputs = { ...recorded, service: { endpoint: "http://10.255.255.1" } };
      const { message } = await failure(readStep(id, outputs, contextOf({ "gcp:accessToken": "t" })));
      assert.match(message, /^service\.endpoint is plain http/);
    });
  });

  describe("of an endpoint on this machine", () => {
    it("sends no credential, as long as none is configured", async () => {
      const server = stopping(await startServer({ json: { name } }));
      const outputs = { ...recorded, subject: "admin@reseller.example.com" };
      await readStep(id, outputs, contextOf({ "cancellation:endpoint": server.endpoint }));
      assert.equal(server.received[0]?.headers.authorization, undefined);
    });

    it("sends one that is configured", async () => {
      const server = stopping(await startServer({ json: { name } }));
      const config = { "cancellation:endpoint": server.endpoint, "gcp:accessToken": "configured" };
      await readStep(id, recorded, contextOf(config));
      assert.equal(server.received[0]?.headers.authorization, "Bearer configured");
    });
  });
});
