import assert from "node:assert/strict";
import { dynamicProvider } from "./hosts";
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
      // The engine itself refuses other timeouts, unless the program passes them to the dynamic provider.
      world.project.host === dynamicProvider ? { customTimeouts: { create: "tomorrow", delete: "0s" } } : {},
    );
    const { output } = await world.upFails(/operation/);
    for (const reason of [
      /operation has an empty segment/,
      /operation has a "\." or "\.\." segment/,
      /operation has a "\?" or "#"/,
      /service\.endpoint is plain http to another machine.* Write "https:\/\/example\.com"/,
      /service\.version is "v1\/\.\.", but must be an API version/,
      /waitFor is "long", but must be one of "settled", "accepted"/,
      /expect\[1\] is "canceled", but must be one of "cancelled", .* Did you mean "cancelled"\?/,
      /triggers are not allowed with cancelOn "delete"/,
      /subject must be an email address/,
      /operations isn't an argument of this resource. Did you mean "operation"\?/,
      ...(world.project.host === dynamicProvider
        ? [
            /customTimeouts\.create is "tomorrow", but must be a duration/,
            /customTimeouts\.delete is "0s", but must be a duration/,
          ]
        : []),
    ]) {
      assert.match(output, new RegExp(`resource 'request' has a problem: ${reason.source}`));
    }
    assert.doesNotMatch(output, /property|nil|somebody/);
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
    assert.doesNotMatch(result.output, /expect\[1\]|problem: operation/);
  });

  scenario("is refused when it comes from the config", async (world) => {
    await world.stack.setConfig("cancellation:endpoint", "http://example.com");
    world.request({ operation: "operations/AbC" });
    await world.upFails(/cancellation:endpoint is plain http to another machine/);
  });
});
