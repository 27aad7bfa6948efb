import assert from "node:assert/strict";
import { closedPort } from "../support/server";
import { onEachEngine } from "./onEachEngine";
import { failed } from "./world";

onEachEngine("a service that fails", (scenario) => {
  scenario("is named on the stack after 15 s, in an up and in a preview with a lookup", async (world) => {
    const operation = world.emulator.add();
    world.emulator.fault({ then: { status: 503 } });
    world.request({ operation }, { customTimeouts: { create: "17s" } });
    await world.upFails(/responds 503 \(UNAVAILABLE\) to cancel; attempt \d+, retries continue for 2s\./);

    world.program(`exports.read = getOperation({ operation: "${operation}", timeout: "17s" });`);
    const preview = failed(await world.stack.preview(), /The lookup ended after 17s\./);
    assert.match(preview.output, /responds 503 \(UNAVAILABLE\) to get; attempt \d+, retries continue for 2s\./);
  });
});

onEachEngine("a service of this machine that isn't there", (scenario) => {
  scenario("fails a create within seconds, leaves no resource, and says what to do", async (world) => {
    await world.stack.setConfig("cancellation:endpoint", `http://127.0.0.1:${closedPort}`);
    world.request({ operation: "operations/AbC" });
    const start = performance.now();
    await world.upFails(/\(ECONNREFUSED\), so nothing was sent\. Nothing listens at this address\. Start the emulator/);
    const seconds = (performance.now() - start) / 1_000;
    assert.ok(seconds < 30, `${seconds} s`);
    assert.equal(await world.state(), undefined);
  });
});
