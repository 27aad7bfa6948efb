import assert from "node:assert/strict";
import { onEachEngine } from "./onEachEngine";
import { changes } from "./world";

onEachEngine("a cancellation request", (scenario) => {
  scenario("cancels a running operation, and records the outcome cancelled", async (world) => {
    const operation = world.emulator.add({ operationType: "CREATE_ENTITLEMENT", settleAfter: 400 });
    world.request({ operation });
    assert.deepEqual(changes(await world.preview()), ["create"]);
    assert.equal(world.emulator.calls.count(), 0, "a preview makes no call");

    assert.deepEqual(changes(await world.up()), ["create"]);

    const { requestTime, settleTime, ...outputs } = await world.outputs();
    assert.equal((await world.state())?.id, `//cloudchannel.googleapis.com/${operation}`);
    assert.deepEqual(outputs, {
      operation,
      outcome: "cancelled",
      done: true,
      error: { code: 1, status: "CANCELLED", message: "The operation was cancelled.", details: [] },
      metadata: {
        "@type": "type.googleapis.com/google.cloud.channel.v1.OperationMetadata",
        operationType: "CREATE_ENTITLEMENT",
      },
      operationType: "CREATE_ENTITLEMENT",
      response: null,
      unreported: null,
      endpoint: world.emulator.endpoint,
    });
    assert.ok(Date.parse(String(requestTime)) <= Date.parse(String(settleTime)));
    assert.equal(world.cancels(operation), 1);
    const call = world.emulator.calls.last({ method: "cancel" });
    assert.equal(call?.bodyLength, 0);
    assert.match(String(call.headers["x-goog-api-client"]), /^gl-node\/\S+ gapic\/\S+ rest\/\S+$/);
  });

  scenario("records the outcome succeeded when the operation completes despite the cancel", async (world) => {
    const operation = world.emulator.add({ onCancel: "complete", settleAfter: 300, response: { "@type": "x", n: 1 } });
    world.request({ operation });
    await world.up();
    const outputs = await world.outputs();
    assert.equal(outputs["outcome"], "succeeded");
    assert.deepEqual(outputs["response"], { "@type": "x", n: 1 });
    assert.equal(outputs["error"], null);
  });

  scenario("records the outcome failed when the operation fails after the cancel", async (world) => {
    const operation = world.emulator.add({ onCancel: "fail", error: { code: 8, message: "no seats left" } });
    world.request({ operation });
    await world.up();
    const outputs = await world.outputs();
    assert.equal(outputs["outcome"], "failed");
    assert.deepEqual(outputs["error"], {
      code: 8,
      status: "RESOURCE_EXHAUSTED",
      message: "no seats left",
      details: [],
    });
  });

  scenario(
    "fails and keeps nothing when the service can't cancel, so the next up sends the cancel again",
    async (world) => {
      const operation = world.emulator.add({ answer: "UNIMPLEMENTED" });
      world.request({ operation });
      await world.upFails(/can't cancel it.*outcome is unsupported/s);
      assert.equal(await world.state(), undefined);

      world.request({ operation, expect: ["cancelled", "unsupported"] });
      await world.up();
      assert.equal(await world.outcome(), "unsupported");
      assert.equal((await world.outputs())["requestTime"], null);
      assert.deepEqual(changes(await world.up()), []);
      assert.equal(world.cancels(), 2);
    },
  );

  scenario("fails and keeps nothing when the service doesn't know the operation", async (world) => {
    world.request({ operation: "operations/typo" });
    await world.upFails(/operations\/typo isn't known to the service/);
    assert.equal(await world.state(), undefined);
  });

  scenario("records the outcome notFound for a missing operation when notFound is expected", async (world) => {
    world.request({ operation: "operations/gone", expect: ["notFound"] });
    await world.up();
    assert.equal(await world.outcome(), "notFound");
    assert.deepEqual(changes(await world.up()), []);
  });

  for (const answerWhenDone of ["OK", "FAILED_PRECONDITION", "UNIMPLEMENTED"] as const) {
    scenario(
      `records the outcome of an operation that is already done when the cancel returns ${answerWhenDone}`,
      async (world) => {
        const operation = world.emulator.add({ done: "succeeded", answerWhenDone });
        world.request({ operation });
        await world.up();
        const outputs = await world.outputs();
        assert.equal(outputs["outcome"], "succeeded");
        assert.equal(typeof outputs["requestTime"] === "string", answerWhenDone === "OK");
        assert.equal(typeof outputs["settleTime"], "string");
      },
    );
  }

  scenario(
    "fails with the service's own message when the service refuses to cancel a running operation",
    async (world) => {
      const operation = world.emulator.add({ answer: "FAILED_PRECONDITION" });
      world.request({ operation });
      await world.upFails(/FAILED_PRECONDITION.*cannot be cancelled.*is running/s);
      assert.equal(await world.state(), undefined);
    },
  );

  for (const status of [404, 501]) {
    scenario(`fails because of a wrong endpoint when the response is a page of HTML with ${status}`, async (world) => {
      const operation = world.emulator.add();
      world.emulator.fault({ then: { status, body: "html" } });
      world.request({ operation, expect: ["notFound", "unsupported"] });
      await world.upFails(new RegExp(`${world.emulator.endpoint}/v1 responded to the cancel call with HTTP ${status}`));
      assert.equal(await world.state(), undefined);
      assert.equal(world.cancels(), 1, "a definite answer is not asked for twice");
    });
  }

  scenario("retries a read that returns another operation", async (world) => {
    const operation = world.emulator.add({ settleAfter: 200 });
    world.emulator.fault({ method: "get", calls: [1, 2], then: { answersFor: "operations/another" } });
    world.request({ operation });
    await world.up();
    assert.equal(await world.outcome(), "cancelled");
  });

  scenario("passes its outputs to other resources and to the stack", async (world) => {
    const first = world.emulator.add({
      metadata: { next: "unused" },
      onCancel: "complete",
      response: { next: "operations/second" },
    });
    world.emulator.add({ name: "operations/second" });
    world.program(`
      const first = new CancellationRequest("first", { operation: "${first}" });
      const second = new CancellationRequest("second", { operation: first.response.next });
      exports.outcomes = pulumi.all([first.outcome, second.outcome]);
      exports.code = second.error.code;
      exports.type = second.operationType;
    `);
    assert.deepEqual(changes(await world.preview()), ["create", "create"]);
    await world.up();
    assert.deepEqual(await world.stack.outputs(), { outcomes: ["succeeded", "cancelled"], code: 1, type: null });
  });

  scenario("keeps an output secret when its argument is a secret", async (world) => {
    const operation = world.emulator.add();
    world.program(`new CancellationRequest("request", { operation: pulumi.secret("${operation}") });`);
    await world.up();
    const state = await world.state();
    assert.notEqual(state?.inputs["operation"], operation);
    assert.notEqual(state?.outputs["operation"], operation);
    assert.equal(state?.outputs["outcome"], "cancelled");
    assert.deepEqual(changes(await world.up()), []);
  });

  scenario("can be looked up by its id, and isn't managed then", async (world) => {
    const operation = world.emulator.add({ done: "failed" });
    world.program(`
      const found = CancellationRequest.get("found", "//cloudchannel.googleapis.com/${operation}");
      exports.outcome = found.outcome;
      exports.operation = found.operation;
    `);
    await world.up();
    assert.deepEqual(await world.stack.outputs(), { outcome: "failed", operation });
    assert.equal(world.cancels(), 0);
    await world.destroy();
    assert.equal(world.cancels(), 0);
  });

  for (const [what, retry] of [
    ["is refused", { status: 403 }],
    ["is redirected", { redirect: "http://127.0.0.1:9/" }],
  ] as const) {
    scenario(`is kept when the response to its cancel is lost and the retry ${what}`, async (world) => {
      const operation = world.emulator.add({ onCancel: "ignore" });
      world.emulator.fault({ method: "cancel", calls: 1, then: "lostAnswer" });
      const refused = world.emulator.fault({ method: "cancel", calls: { from: 2 }, then: retry });
      world.request({ operation });
      await world.upFails(/the server may have carried out an earlier cancel call/);
      assert.equal(await world.outcome(), "running");
      refused.remove();
      world.emulator.settle(operation, "cancelled");
      await world.up();
      assert.equal(await world.outcome(), "cancelled");
    });
  }
});
