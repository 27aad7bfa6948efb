import assert from "node:assert/strict";
import { onEachEngine } from "./onEachEngine";

onEachEngine("invalid input", (scenario) => {
  scenario("is refused before any call, with every issue of every property at once", async (world) => {
    world.request(
      {
        operation: "operations//../AbC?x",
        service: { endpoint: "http://example.com", version: "v1/.." },
        cancelOn: "delete",
        waitFor: "long",
        expect: ["cancelled", "canceled"],
        triggers: [1],
        subject: "somebody",
        operations: ["operations/AbC"],
      },
      { customTimeouts: { create: "tomorrow", delete: "0s" } },
    );
    const { output } = await world.upFails(/operation/);
    for (const reason of [
      /operation .*empty segment/,
      /operation .*"\.\." segment/,
      /operation .*"\?" or "#"/,
      /service\.endpoint .*plain http to another machine/,
      /service\.version .*API version/,
      /waitFor .*"settled", "accepted"/,
      /expect\[1\] .*"cancelled", "succeeded"/,
      /triggers .*cancelOn "delete"/,
      /subject .*address/,
      /operations .*isn't an argument/,
      /customTimeouts\.create .*duration/,
      /customTimeouts\.delete .*duration/,
    ]) {
      assert.match(output, reason);
    }
    assert.equal(world.emulator.calls.count(), 0);
    assert.equal(await world.state(), undefined);
  });

  scenario("is refused in a preview when its value is already known", async (world) => {
    const source = world.emulator.add();
    world.program(`
      const source = new CancellationRequest("source", { operation: "${source}" });
      new CancellationRequest("request", { operation: source.operationType, expect: ["nonsense", source.operationType] });
    `);
    const result = await world.stack.preview();
    assert.equal(result.succeeded, false);
    assert.match(result.output, /expect\[0\]/);
    assert.doesNotMatch(result.output, /expect\[1\]|property operation/);
  });

  scenario("is refused when it comes from the config", async (world) => {
    await world.stack.setConfig("cancellation:endpoint", "http://example.com");
    world.request({ operation: "operations/AbC" });
    await world.upFails(/cancellation:endpoint is plain http to another machine/);
  });
});
