import assert from "node:assert/strict";
import { startServer, rpc } from "../../support/server";
import { failure, id, name, partial, stage, stepsAgainst } from "./stage";

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const brief = { customTimeouts: { create: "1ms" } };

describe("creating a cancellation request", () => {
  const { enter, stopping } = stage();

  describe("whose cancel is acknowledged", () => {
    it("makes the call first, waits for the end and tells it", async () => {
      const { create, calls, emulator } = await enter({ operations: [{ name, operationType: "CREATE_ENTITLEMENT" }] });
      const { id: given, outputs } = await create({ triggers: [1] });
      assert.deepEqual(calls(), ["cancel", "get"]);
      const { requestTime, settleTime, endpoint, ...rest } = outputs;
      assert.match(String(requestTime), time);
      assert.match(String(settleTime), time);
      assert.equal(endpoint, emulator.endpoint);
      assert.equal(given, id);
      assert.deepEqual(rest, {
        operation: name,
        triggers: [1],
        outcome: "cancelled",
        done: true,
        error: { code: 1, status: "CANCELLED", message: "The operation was cancelled.", details: [] },
        metadata: {
          "@type": "type.googleapis.com/google.cloud.channel.v1.OperationMetadata",
          operationType: "CREATE_ENTITLEMENT",
        },
        operationType: "CREATE_ENTITLEMENT",
      });
    });

    for (const [onCancel, outcome] of [
      ["complete", "succeeded"],
      ["fail", "failed"],
    ] as const) {
      it(`tells that the operation ${outcome} despite it`, async () => {
        const { create } = await enter({ operations: [{ name, onCancel }] });
        const { outputs } = await create();
        assert.equal(outputs["outcome"], outcome);
        assert.equal("response" in outputs, outcome === "succeeded");
      });
    }

    it("tells that the operation had completed before", async () => {
      const { create, calls } = await enter({ operations: [{ name, done: "succeeded", response: null }] });
      assert.equal((await create()).outputs["outcome"], "succeeded");
      assert.deepEqual(calls(), ["cancel", "get"]);
    });

    it("goes on reading until it has ended, without another call", async () => {
      const { create, emulator, calls } = await enter({ operations: [{ name, onCancel: "ignore" }] });
      const created = create();
      await emulator.calls.received({ method: "get" });
      emulator.settle(name, "cancelled");
      assert.equal((await created).outputs["outcome"], "cancelled");
      assert.deepEqual([...new Set(calls())], ["cancel", "get"]);
      assert.equal(emulator.calls.count("cancel"), 1);
    });

    it('goes on at once with waitFor "accepted", without a read', async () => {
      const { create, calls } = await enter({ operations: [{ name, onCancel: "ignore" }] });
      const { outputs } = await create({ waitFor: "accepted", expect: ["cancelled"] });
      const { requestTime, endpoint, ...rest } = outputs;
      assert.match(String(requestTime), time);
      assert.equal(typeof endpoint, "string");
      assert.deepEqual(rest, { operation: name, waitFor: "accepted", expect: ["cancelled"], outcome: "cancelling" });
      assert.deepEqual(calls(), ["cancel"]);
    });

    it("is kept when the time runs out", async () => {
      const { create, calls } = await enter({ operations: [{ name, onCancel: "ignore", operationType: "T" }] });
      const { id: kept, outputs, message } = await partial(create(brief));
      assert.equal(kept, id);
      assert.deepEqual([outputs["outcome"], outputs["done"], outputs["operationType"]], ["cancelling", false, "T"]);
      assert.deepEqual([outputs["operation"], outputs["customTimeouts"]], [name, brief.customTimeouts]);
      assert.match(String(outputs["requestTime"]), time);
      assert.equal("settleTime" in outputs, false);
      assert.match(message, /operations\/AbC .*is still running 1ms after .*`customTimeouts`/);
      assert.deepEqual(calls(), ["cancel", "get"]);
    });

    for (const [what, then] of [
      ["the read is forbidden", { status: 403 }],
      ["the read is answered by something else", { status: 404, body: "html" }],
      ["the operation's name is another one's", { answersFor: "operations/other" }],
      ["the connection is lost", { reset: "beforeHeaders" }],
    ] as const) {
      it(`is kept when ${what}`, async () => {
        const { create, emulator } = await enter({ operations: [{ name }] });
        emulator.fault({ method: "get", then });
        const { outputs, message } = await partial(create(brief));
        assert.equal(outputs["outcome"], "cancelling");
        assert.match(String(outputs["requestTime"]), time);
        assert.match(message, /was acknowledged at .*, and then waiting for it failed/);
        assert.equal(emulator.calls.count("cancel"), 1);
      });
    }

    for (const onCancel of ["complete", "fail"] as const) {
      it(`is kept when it ends in a way not expected (${onCancel})`, async () => {
        const { create } = await enter({ operations: [{ name, onCancel }] });
        const { outputs, message } = await partial(create({ expect: ["cancelled"] }));
        const outcome = onCancel === "complete" ? "succeeded" : "failed";
        assert.deepEqual([outputs["outcome"], outputs["done"]], [outcome, true]);
        assert.match(String(outputs["settleTime"]), time);
        for (const way of [name, outcome, "`expect`", "retainOnDelete", "pulumi state delete"]) {
          assert.ok(message.includes(way), `${way} is not in: ${message}`);
        }
      });
    }

    it("is kept when the operation is gone at the first read", async () => {
      const { create, emulator } = await enter({ operations: [{ name }] });
      emulator.fault({ method: "get", then: { status: 404 } });
      const { outputs } = await partial(create());
      assert.equal(outputs["outcome"], "notFound");
      assert.match(String(outputs["requestTime"]), time);
    });

    it("is no failure when the operation is gone, and that is expected", async () => {
      const { create, emulator } = await enter({ operations: [{ name }] });
      emulator.fault({ method: "get", then: { status: 404 } });
      assert.equal((await create({ expect: ["notFound"] })).outputs["outcome"], "notFound");
    });
  });

  describe("whose cancel is refused", () => {
    for (const answer of ["FAILED_PRECONDITION", "UNIMPLEMENTED"] as const) {
      it(`with ${answer} tells how the operation ended, from one read`, async () => {
        const { create, calls } = await enter({ operations: [{ name, done: "cancelled", answerWhenDone: answer }] });
        const { outputs } = await create();
        assert.equal(outputs["outcome"], "cancelled");
        assert.equal("requestTime" in outputs, false);
        assert.deepEqual(calls(), ["cancel", "get"]);
      });

      it(`with ${answer} tells that the operation is not known, if the read says so`, async () => {
        const { create, emulator } = await enter({ operations: [{ name, answer }] });
        emulator.fault({ method: "get", then: { status: 404 } });
        const { outputs } = await create({ expect: ["notFound"] });
        assert.equal(outputs["outcome"], "notFound");
      });

      it(`with ${answer} is not kept when the read is forbidden`, async () => {
        const { create, emulator } = await enter({ operations: [{ name, answer }] });
        emulator.fault({ method: "get", then: { status: 403 } });
        assert.match(
          (await failure(create({ expect: ["unsupported"] }))).message,
          /the get was answered PERMISSION_DENIED/,
        );
      });
    }

    it("with FAILED_PRECONDITION, while the operation runs, is an error, and no resource", async () => {
      const { create, calls } = await enter({ operations: [{ name, answer: "FAILED_PRECONDITION" }] });
      const { message } = await failure(create());
      assert.match(message, /operations\/AbC: the cancel was answered FAILED_PRECONDITION .*is running/);
      assert.deepEqual(calls(), ["cancel", "get"]);
    });

    it("with UNIMPLEMENTED, while the operation runs, is unsupported: a plain failure", async () => {
      const { create, calls } = await enter({ operations: [{ name, answer: "UNIMPLEMENTED" }] });
      const { message } = await failure(create());
      assert.match(message, /can't cancel it \(UNIMPLEMENTED\).*add "unsupported" to `expect`/);
      assert.deepEqual(calls(), ["cancel", "get"]);
    });

    it("with UNIMPLEMENTED, while the operation runs, is unsupported: a success where that is expected", async () => {
      const { create } = await enter({ operations: [{ name, answer: "UNIMPLEMENTED", operationType: "T" }] });
      const { outputs } = await create({ expect: ["unsupported"] });
      const { outcome, done, operationType } = outputs;
      assert.deepEqual([outcome, done, operationType], ["unsupported", false, "T"]);
      assert.equal("requestTime" in outputs, false);
    });

    it("with NOT_FOUND is a plain failure", async () => {
      const { create, calls } = await enter();
      assert.match((await failure(create())).message, /operations\/AbC is not known to the service/);
      assert.deepEqual(calls(), ["cancel"]);
    });

    it("with NOT_FOUND is a success where that is expected", async () => {
      const { create, emulator } = await enter();
      const { outputs } = await create({ expect: ["cancelled", "notFound"] });
      const { endpoint } = emulator;
      assert.deepEqual(outputs, { operation: name, expect: ["cancelled", "notFound"], outcome: "notFound", endpoint });
    });

    for (const status of [400, 401, 403, 409, 499]) {
      it(`with ${status} is an error, and no resource`, async () => {
        const { create, emulator, calls } = await enter({ operations: [{ name }] });
        emulator.fault({ method: "cancel", then: { status } });
        assert.match(
          (await failure(create())).message,
          new RegExp(`operations/AbC: the cancel .* \\(HTTP ${status}\\)`),
        );
        assert.deepEqual(calls(), ["cancel"]);
      });
    }

    for (const status of [404, 501]) {
      it(`by a page of HTML with ${status} is an error that names the endpoint, and no resource`, async () => {
        const { create, emulator, calls } = await enter({ operations: [{ name }] });
        emulator.fault({ method: "cancel", then: { status, body: "html" } });
        const { message } = await failure(create({ expect: ["notFound", "unsupported"] }));
        assert.ok(message.includes(emulator.endpoint) && message.includes("cancellation:endpoint"), message);
        assert.deepEqual(calls(), ["cancel"]);
      });
    }

    it("by another version of the API is an error that names it", async () => {
      const { create } = await enter({ operations: [{ name }], version: "v2" });
      assert.match((await failure(create({ expect: ["notFound"] }))).message, /\/v1 answered the cancel with HTTP 404/);
    });
  });

  describe("whose cancel has no clear answer", () => {
    for (const [what, then] of [
      ["not available", { status: 503 }],
      ["at its limits", { status: 429 }],
      ["answering with an inner error", { status: 500 }],
      ["behind a proxy that is not available", { status: 502, body: "html" }],
      ["behind a connection that is lost", "lostAnswer"],
      ["behind something that answers anything with success", { body: "html" }],
      ["behind something that answers with JSON of its own", { body: { json: { ok: true } } }],
    ] as const) {
      it(`from a service ${what} is kept, running`, async () => {
        const { create, emulator } = await enter({ operations: [{ name }] });
        emulator.fault({ method: "cancel", then });
        const { id: kept, outputs, message } = await partial(create(brief));
        assert.equal(kept, id);
        assert.deepEqual(outputs, { operation: name, ...brief, outcome: "running", endpoint: emulator.endpoint });
        assert.match(message, /Whether the cancel was carried out is not known/);
        assert.equal(emulator.calls.count("get"), 0);
      });
    }

    it("is made again, and once it is answered all is well", async () => {
      const { create, emulator } = await enter({ operations: [{ name }] });
      emulator.fault({ method: "cancel", calls: 1, then: { status: 503 } });
      emulator.fault({ method: "cancel", calls: 2, then: "lostAnswer" });
      assert.equal((await create()).outputs["outcome"], "cancelled");
      assert.equal(emulator.calls.count("cancel"), 3);
    });

    it("is not kept where the service's name does not even resolve", async () => {
      await failure(stepsAgainst("https://no-such-host.invalid", { "gcp:accessToken": "t" }).create());
    }).timeout(10_000);
  });

  describe('with cancelOn "delete"', () => {
    const cancelOn = "delete";
    for (const [done, outcome] of [
      [undefined, "running"],
      ["succeeded", "succeeded"],
      ["failed", "failed"],
      ["cancelled", "cancelled"],
    ] as const) {
      it(`reads once, cancels nothing and takes an operation that is ${outcome}, whatever is expected`, async () => {
        const { create, calls } = await enter({ operations: [{ name, ...(done && { done }) }] });
        const { outputs } = await create({ cancelOn, expect: ["notFound"] });
        assert.equal(outputs["outcome"], outcome);
        assert.equal("requestTime" in outputs, false);
        assert.deepEqual(calls(), ["get"]);
      });
    }

    it("fails where the operation is not known: a typo", async () => {
      const { create } = await enter();
      const { message } = await failure(create({ cancelOn }));
      assert.match(message, /operations\/AbC is not known to cloudchannel\.googleapis\.com.*"notFound"/);
    });

    it("takes an operation that is not known where that is expected", async () => {
      const { create } = await enter();
      assert.equal((await create({ cancelOn, expect: ["notFound"] })).outputs["outcome"], "notFound");
    });

    it("fails where the operation can't be read", async () => {
      const { create, emulator } = await enter({ operations: [{ name }] });
      emulator.fault({ method: "get", then: { status: 403 } });
      await failure(create({ cancelOn }));
    });
  });

  describe("of another service", () => {
    it("has that service's host in its id, whatever endpoint it is called at", async () => {
      const operation = "projects/p/locations/l/operations/x";
      const { create, emulator } = await enter({ operations: [{ name: operation }], version: "v1beta1" });
      const service = { endpoint: "https://aiplatform.googleapis.com/", version: "v1beta1" };
      const { id: given, outputs } = await create({ operation, service });
      assert.equal(given, `//aiplatform.googleapis.com/${operation}`);
      assert.deepEqual(outputs["service"], service);
      assert.equal(emulator.calls.all()[0]?.url, `/v1beta1/${operation}:cancel`);
    });
  });

  describe("of a service that answers with the project's number", () => {
    const operation = "projects/my-project/locations/l/operations/1";
    const service = { endpoint: "https://aiplatform.googleapis.com", version: "v1" };

    it("keeps the name as it was asked for, in its id and its outputs", async () => {
      const { create, emulator, read } = await enter({ operations: [{ name: operation }] });
      emulator.fault({ method: "get", then: { answersFor: operation.replace("my-project", "123456") } });
      const { id: given, outputs } = await create({ operation, service });
      assert.equal(given, `//aiplatform.googleapis.com/${operation}`);
      assert.deepEqual([outputs["operation"], outputs["outcome"]], [operation, "cancelled"]);
      assert.doesNotMatch(JSON.stringify(outputs), /123456/);
      assert.equal((await read(outputs, given))["outcome"], "cancelled");
    });

    it("takes no other operation's answer, and keeps the acknowledgement", async () => {
      const { create, emulator } = await enter({ operations: [{ name: operation }] });
      emulator.fault({ method: "get", then: { answersFor: "projects/123456/locations/l/operations/2" } });
      const { outputs, message } = await partial(create({ operation, service }));
      assert.equal(outputs["outcome"], "cancelling");
      assert.match(message, /another operation than the one asked for/);
    });
  });

  for (const error of [{}, { code: 0 }]) {
    it(`is succeeded when the operation is done with the error ${JSON.stringify(error)}, which is OK`, async () => {
      const server = stopping(await startServer({ json: {} }, { json: { name, done: true, error } }));
      const { outputs } = await stepsAgainst(server.endpoint).create();
      const { requestTime, settleTime, endpoint, ...rest } = outputs;
      assert.equal(endpoint, server.endpoint);
      assert.ok(requestTime !== undefined && settleTime !== undefined);
      assert.deepEqual(rest, { operation: name, outcome: "succeeded", done: true });
    });
  }

  it("has no error while the operation runs, whatever the service puts there", async () => {
    const server = stopping(await startServer({ json: {} }, { json: { name, error: { code: 1 } } }));
    const { outputs } = await partial(stepsAgainst(server.endpoint).create(brief));
    assert.deepEqual([outputs["outcome"], outputs["error"]], ["cancelling", undefined]);
  });

  it("keeps of an operation what fits, and what is harmless", async () => {
    const response = { "4dabf18193072939515e22adb298388d": "x", big: "x".repeat(20_000) };
    const { create } = await enter({ operations: [{ name, done: "succeeded", response }] });
    const kept = (await create()).outputs["response"] as { cut: string; json: string };
    assert.match(kept.cut, /^the first 16384 of 2\d{4} bytes$/);
    assert.ok(kept.json.startsWith('{"(4dabf18193072939515e22adb298388d)":"x"'));
  });

  it("fails with the words of the service", async () => {
    const server = stopping(await startServer(rpc(403, "PERMISSION_DENIED", "You are no reseller.")));
    assert.match(
      (await failure(stepsAgainst(server.endpoint).create())).message,
      /You are no reseller\. Cloud Channel is for resellers\. Check that `subject`/,
    );
  });
});
