import assert from "node:assert/strict";
import { startServer, rpc } from "../../support/server";
import { failure, id, name, partial, stage, stepsAgainst } from "./stage";

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const brief = { customTimeouts: { create: "1ms" } };

describe("create of a request", () => {
  const { enter, stopping } = stage();

  describe("create of a request whose cancel is acknowledged", () => {
    it("cancels first, then polls, and records how the operation ended", async () => {
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
      it(`records ${outcome} for an operation that ends so despite the cancel`, async () => {
        const { create } = await enter({ operations: [{ name, onCancel }] });
        const { outputs } = await create();
        assert.equal(outputs["outcome"], outcome);
        assert.equal("response" in outputs, outcome === "succeeded");
      });
    }

    it("records succeeded for an operation that ended before the cancel", async () => {
      const { create, calls } = await enter({ operations: [{ name, done: "succeeded", response: null }] });
      assert.equal((await create()).outputs["outcome"], "succeeded");
      assert.deepEqual(calls(), ["cancel", "get"]);
    });

    it("polls until the operation ends, without a second cancel", async () => {
      const { create, emulator, calls } = await enter({ operations: [{ name, onCancel: "ignore" }] });
      const created = create();
      await emulator.calls.received({ method: "get" });
      emulator.settle(name, "cancelled");
      assert.equal((await created).outputs["outcome"], "cancelled");
      assert.deepEqual([...new Set(calls())], ["cancel", "get"]);
      assert.equal(emulator.calls.count("cancel"), 1);
    });

    it('returns after the acknowledgement with waitFor "accepted", without a read', async () => {
      const { create, calls } = await enter({ operations: [{ name, onCancel: "ignore" }] });
      const { outputs } = await create({ waitFor: "accepted", expect: ["cancelled"] });
      const { requestTime, endpoint, ...rest } = outputs;
      assert.match(String(requestTime), time);
      assert.equal(typeof endpoint, "string");
      assert.deepEqual(rest, { operation: name, waitFor: "accepted", expect: ["cancelled"], outcome: "cancelling" });
      assert.deepEqual(calls(), ["cancel"]);
    });

    it("leaves a partial creation when the time limit passes", async () => {
      const { create, calls } = await enter({ operations: [{ name, onCancel: "ignore", operationType: "T" }] });
      const { id: kept, outputs, message } = await partial(create(brief));
      assert.equal(kept, id);
      assert.deepEqual([outputs["outcome"], outputs["done"], outputs["operationType"]], ["cancelling", false, "T"]);
      assert.deepEqual([outputs["operation"], outputs["customTimeouts"]], [name, brief.customTimeouts]);
      assert.match(String(outputs["requestTime"]), time);
      assert.equal("settleTime" in outputs, false);
      assert.match(
        message,
        /operations\/AbC .*is still running 1ms after .*To wait longer, set `customTimeouts\.update` \(for a new resource, also `customTimeouts\.create`\)\./,
      );
      assert.deepEqual(calls(), ["cancel", "get"]);
    });

    for (const [what, then] of [
      ["the read responds 403", { status: 403 }],
      ["the read responds 404 with HTML", { status: 404, body: "html" }],
      ["the read returns another operation", { answersFor: "operations/other" }],
      ["the read loses its connection", { reset: "beforeHeaders" }],
    ] as const) {
      it(`leaves a partial creation when ${what}`, async () => {
        const { create, emulator } = await enter({ operations: [{ name }] });
        emulator.fault({ method: "get", then });
        const { outputs, message } = await partial(create(brief));
        assert.equal(outputs["outcome"], "cancelling");
        assert.match(String(outputs["requestTime"]), time);
        assert.match(message, /acknowledged the cancel of .* at .*, and a read of the operation then failed/);
        assert.equal(emulator.calls.count("cancel"), 1);
      });
    }

    for (const onCancel of ["complete", "fail"] as const) {
      it(`leaves a partial creation when the cancel makes the operation ${onCancel} and \`expect\` excludes that outcome`, async () => {
        const { create } = await enter({ operations: [{ name, onCancel }] });
        const { outputs, message } = await partial(create({ expect: ["cancelled"] }));
        const outcome = onCancel === "complete" ? "succeeded" : "failed";
        assert.deepEqual([outputs["outcome"], outputs["done"]], [outcome, true]);
        assert.match(String(outputs["settleTime"]), time);
        for (const way of [name, outcome, "`expect`", "remove it from the program", "pulumi state delete"]) {
          assert.ok(message.includes(way), `${way} is not in: ${message}`);
        }
      });
    }

    it("leaves a partial creation when the first read responds NOT_FOUND", async () => {
      const { create, emulator } = await enter({ operations: [{ name }] });
      emulator.fault({ method: "get", then: { status: 404 } });
      const { outputs } = await partial(create());
      assert.equal(outputs["outcome"], "notFound");
      assert.match(String(outputs["requestTime"]), time);
    });

    it("records notFound when the first read responds NOT_FOUND and `expect` allows it", async () => {
      const { create, emulator } = await enter({ operations: [{ name }] });
      emulator.fault({ method: "get", then: { status: 404 } });
      assert.equal((await create({ expect: ["notFound"] })).outputs["outcome"], "notFound");
    });
  });

  describe("create of a request whose cancel is refused", () => {
    for (const answer of ["FAILED_PRECONDITION", "UNIMPLEMENTED"] as const) {
      it(`records how the operation ended, from one read, when the cancel responds ${answer}`, async () => {
        const { create, calls } = await enter({ operations: [{ name, done: "cancelled", answerWhenDone: answer }] });
        const { outputs } = await create();
        assert.equal(outputs["outcome"], "cancelled");
        assert.equal("requestTime" in outputs, false);
        assert.deepEqual(calls(), ["cancel", "get"]);
      });

      it(`records notFound when the cancel responds ${answer} and the read responds NOT_FOUND`, async () => {
        const { create, emulator } = await enter({ operations: [{ name, answer }] });
        emulator.fault({ method: "get", then: { status: 404 } });
        const { outputs } = await create({ expect: ["notFound"] });
        assert.equal(outputs["outcome"], "notFound");
      });

      it(`leaves no resource when the cancel responds ${answer} and the read responds 403`, async () => {
        const { create, emulator } = await enter({ operations: [{ name, answer }] });
        emulator.fault({ method: "get", then: { status: 403 } });
        assert.match(
          (await failure(create({ expect: ["unsupported"] }))).message,
          /the get call failed with PERMISSION_DENIED/,
        );
      });
    }

    it("leaves no resource when the cancel of a running operation responds FAILED_PRECONDITION", async () => {
      const { create, calls } = await enter({ operations: [{ name, answer: "FAILED_PRECONDITION" }] });
      const { message } = await failure(create());
      assert.match(message, /operations\/AbC: the cancel call failed with FAILED_PRECONDITION .*is running/);
      assert.deepEqual(calls(), ["cancel", "get"]);
    });

    it("leaves no resource when the cancel of a running operation responds UNIMPLEMENTED", async () => {
      const { create, calls } = await enter({ operations: [{ name, answer: "UNIMPLEMENTED" }] });
      const { message } = await failure(create());
      assert.match(message, /can't cancel it \(UNIMPLEMENTED\).*add "unsupported" to `expect`/);
      assert.deepEqual(calls(), ["cancel", "get"]);
    });

    it("records unsupported when the cancel of a running operation responds UNIMPLEMENTED and `expect` allows it", async () => {
      const { create } = await enter({ operations: [{ name, answer: "UNIMPLEMENTED", operationType: "T" }] });
      const { outputs } = await create({ expect: ["unsupported"] });
      const { outcome, done, operationType } = outputs;
      assert.deepEqual([outcome, done, operationType], ["unsupported", false, "T"]);
      assert.equal("requestTime" in outputs, false);
    });

    it("leaves no resource when the cancel responds NOT_FOUND", async () => {
      const { create, calls } = await enter();
      assert.match((await failure(create())).message, /operations\/AbC isn't known to the service/);
      assert.deepEqual(calls(), ["cancel"]);
    });

    it("records notFound when the cancel responds NOT_FOUND and `expect` allows it", async () => {
      const { create, emulator } = await enter();
      const { outputs } = await create({ expect: ["cancelled", "notFound"] });
      const { endpoint } = emulator;
      assert.deepEqual(outputs, { operation: name, expect: ["cancelled", "notFound"], outcome: "notFound", endpoint });
    });

    for (const status of [400, 401, 403, 409, 499]) {
      it(`leaves no resource when the cancel responds ${status}`, async () => {
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
      it(`leaves no resource and names the endpoint when the cancel responds ${status} with HTML`, async () => {
        const { create, emulator, calls } = await enter({ operations: [{ name }] });
        emulator.fault({ method: "cancel", then: { status, body: "html" } });
        const { message } = await failure(create({ expect: ["notFound", "unsupported"] }));
        assert.ok(message.includes(emulator.endpoint) && message.includes("cancellation:endpoint"), message);
        assert.deepEqual(calls(), ["cancel"]);
      });
    }

    it("names the API version in the error when the service doesn't serve that version", async () => {
      const { create } = await enter({ operations: [{ name }], version: "v2" });
      assert.match((await failure(create({ expect: ["notFound"] }))).message, /responded to the cancel .*HTTP 404/);
    });
  });

  describe("create of a request whose cancel gets no definite response", () => {
    for (const [what, then] of [
      ["the service responds 503", { status: 503 }],
      ["the service responds 429", { status: 429 }],
      ["the service responds 500", { status: 500 }],
      ["a proxy responds 502 with HTML", { status: 502, body: "html" }],
      ["the response is lost", "lostAnswer"],
      ["the response is HTML with status 200", { body: "html" }],
      ["the response is JSON of another shape", { body: { json: { ok: true } } }],
    ] as const) {
      it(`leaves a partial creation with the outcome running when ${what}`, async () => {
        const { create, emulator } = await enter({ operations: [{ name }] });
        emulator.fault({ method: "cancel", then });
        const { id: kept, outputs, message } = await partial(create(brief));
        assert.equal(kept, id);
        assert.deepEqual(outputs, { operation: name, ...brief, outcome: "running", endpoint: emulator.endpoint });
        assert.match(message, /It isn't known whether the service carried out the cancel/);
        assert.equal(emulator.calls.count("get"), 0);
      });
    }

    it("retries the cancel after a 503 and after a lost response, and records the outcome", async () => {
      const { create, emulator } = await enter({ operations: [{ name }] });
      emulator.fault({ method: "cancel", calls: 1, then: { status: 503 } });
      emulator.fault({ method: "cancel", calls: 2, then: "lostAnswer" });
      assert.equal((await create()).outputs["outcome"], "cancelled");
      assert.equal(emulator.calls.count("cancel"), 3);
    });

    it("leaves no resource when the service's host name doesn't resolve", async () => {
      await failure(stepsAgainst("https://no-such-host.invalid", { "gcp:accessToken": "t" }).create());
    }).timeout(10_000);
  });

  describe('create of a request with cancelOn "delete"', () => {
    const cancelOn = "delete";
    for (const [done, outcome] of [
      [undefined, "running"],
      ["succeeded", "succeeded"],
      ["failed", "failed"],
      ["cancelled", "cancelled"],
    ] as const) {
      it(`reads once, cancels nothing and records ${outcome}, regardless of \`expect\``, async () => {
        const { create, calls } = await enter({ operations: [{ name, ...(done && { done }) }] });
        const { outputs } = await create({ cancelOn, expect: ["notFound"] });
        assert.equal(outputs["outcome"], outcome);
        assert.equal("requestTime" in outputs, false);
        assert.deepEqual(calls(), ["get"]);
      });
    }

    it("fails when the service doesn't know the operation", async () => {
      const { create } = await enter();
      const { message } = await failure(create({ cancelOn }));
      assert.match(message, /operations\/AbC isn't known to cloudchannel\.googleapis\.com.*"notFound"/);
    });

    it("records notFound when the service doesn't know the operation and `expect` allows it", async () => {
      const { create } = await enter();
      assert.equal((await create({ cancelOn, expect: ["notFound"] })).outputs["outcome"], "notFound");
    });

    it("fails when the read before any cancel responds 403", async () => {
      const { create, emulator } = await enter({ operations: [{ name }] });
      emulator.fault({ method: "get", then: { status: 403 } });
      await failure(create({ cancelOn }));
    });
  });

  describe("create of a request to another service than Cloud Channel", () => {
    it("puts the host of `service` in the ID, even if the config overrides the endpoint", async () => {
      const operation = "projects/p/locations/l/operations/x";
      const { create, emulator } = await enter({ operations: [{ name: operation }], version: "v1beta1" });
      const service = { endpoint: "https://aiplatform.googleapis.com/", version: "v1beta1" };
      const { id: given, outputs } = await create({ operation, service });
      assert.equal(given, `//aiplatform.googleapis.com/${operation}`);
      assert.deepEqual(outputs["service"], service);
      assert.equal(emulator.calls.all()[0]?.url, `/v1beta1/${operation}:cancel`);
    });
  });

  describe("create of a request to a service that names the project by its number", () => {
    const operation = "projects/my-project/locations/l/operations/1";
    const service = { endpoint: "https://aiplatform.googleapis.com", version: "v1" };

    it("keeps the requested name in the ID and the outputs", async () => {
      const { create, emulator, read } = await enter({ operations: [{ name: operation }] });
      emulator.fault({ method: "get", then: { answersFor: operation.replace("my-project", "123456") } });
      const { id: given, outputs } = await create({ operation, service });
      assert.equal(given, `//aiplatform.googleapis.com/${operation}`);
      assert.deepEqual([outputs["operation"], outputs["outcome"]], [operation, "cancelled"]);
      assert.doesNotMatch(JSON.stringify(outputs), /123456/);
      assert.equal((await read(outputs, given))["outcome"], "cancelled");
    });

    it("leaves a partial creation when the read returns another operation of the project", async () => {
      const { create, emulator } = await enter({ operations: [{ name: operation }] });
      emulator.fault({ method: "get", then: { answersFor: "projects/123456/locations/l/operations/2" } });
      const { outputs, message } = await partial(create({ operation, service }));
      assert.equal(outputs["outcome"], "cancelling");
      assert.match(message, /a different operation than the requested one/);
    });
  });

  for (const error of [{}, { code: 0 }]) {
    it(`records succeeded when the operation is done with the error ${JSON.stringify(error)}, whose code means OK`, async () => {
      const server = stopping(await startServer({ json: {} }, { json: { name, done: true, error } }));
      const { outputs } = await stepsAgainst(server.endpoint).create();
      const { requestTime, settleTime, endpoint, ...rest } = outputs;
      assert.equal(endpoint, server.endpoint);
      assert.ok(requestTime !== undefined && settleTime !== undefined);
      assert.deepEqual(rest, { operation: name, outcome: "succeeded", done: true });
    });
  }

  it("records no error while the operation runs, even if the response has one", async () => {
    const server = stopping(await startServer({ json: {} }, { json: { name, error: { code: 1 } } }));
    const { outputs } = await partial(stepsAgainst(server.endpoint).create(brief));
    assert.deepEqual([outputs["outcome"], outputs["error"]], ["cancelling", undefined]);
  });

  it("truncates and sanitizes the operation's response in the outputs", async () => {
    const response = { "4dabf18193072939515e22adb298388d": "x", big: "x".repeat(20_000) };
    const { create } = await enter({ operations: [{ name, done: "succeeded", response }] });
    const kept = (await create()).outputs["response"] as { cut: string; json: string };
    assert.match(kept.cut, /^the first 16384 of 2\d{4} bytes$/);
    assert.ok(kept.json.startsWith('{"(4dabf18193072939515e22adb298388d)":"x"'));
  });

  it("fails with the service's message and a hint when the cancel responds 403", async () => {
    const server = stopping(await startServer(rpc(403, "PERMISSION_DENIED", "You are no reseller.")));
    assert.match(
      (await failure(stepsAgainst(server.endpoint).create())).message,
      /You are no reseller\. Cloud Channel serves resellers only\. Check that `subject`/,
    );
  });
});
