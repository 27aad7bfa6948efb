import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onEachEngine } from "./onEachEngine";
import { changes } from "./world";

const replacement = ["create-replacement", "replace", "delete-replaced"];

onEachEngine("the next up of a cancellation request", (scenario) => {
  scenario("makes no call when nothing has changed", async (world) => {
    const operation = world.emulator.add();
    world.request({ operation });
    await world.up();
    const calls = world.emulator.calls.count();
    assert.deepEqual(changes(await world.up()), []);
    assert.equal(world.emulator.calls.count(), calls);
  });

  scenario("sees no change when the program spells out the defaults", async (world) => {
    const operation = world.emulator.add();
    world.request({ operation });
    await world.up();
    world.request(
      {
        operation,
        service: {
          endpoint: "https://cloudchannel.googleapis.com/",
          version: "v1",
          scopes: ["https://www.googleapis.com/auth/apps.order"],
        },
        cancelOn: "create",
        waitFor: "settled",
        expect: ["succeeded", "failed", "cancelled"],
        triggers: [],
      },
      { customTimeouts: { create: "600s", update: "10m" } },
    );
    assert.deepEqual(changes(await world.up()), []);
  });

  scenario("replaces the request when the operation changes, as the preview shows", async (world) => {
    const [first, second] = [world.emulator.add(), world.emulator.add()];
    world.request({ operation: first });
    await world.up();
    world.request({ operation: second });
    assert.deepEqual(new Set(changes(await world.preview())), new Set(replacement));
    assert.deepEqual(new Set(changes(await world.up())), new Set(replacement));
    assert.equal((await world.state())?.id, `//cloudchannel.googleapis.com/${second}`);
    assert.deepEqual([world.cancels(first), world.cancels(second)], [1, 1]);
  });

  scenario("shows a replacement in its preview when the operation isn't known yet", async (world) => {
    const operation = world.emulator.add();
    const source = world.emulator.add({ onCancel: "complete", response: { next: operation } });
    world.request({ operation });
    await world.up();
    world.program(`
      const source = new CancellationRequest("source", { operation: "${source}" });
      new CancellationRequest("request", { operation: source.response.next, expect: [source.response.outcome] });
    `);
    const preview = await world.preview();
    assert.deepEqual(new Set(changes(preview)), new Set(["create", ...replacement]));
  });

  scenario("sends a new cancel when a trigger changes", async (world) => {
    const operation = world.emulator.add({ onCancel: "ignore" });
    world.request({ operation, waitFor: "accepted", triggers: ["monday", { attempt: 1 }] });
    await world.up();
    assert.deepEqual(changes(await world.up()), []);
    world.request({ operation, waitFor: "accepted", triggers: ["monday", { attempt: 2 }] });
    assert.deepEqual(new Set(changes(await world.up())), new Set(replacement));
    assert.equal(world.cancels(operation), 2);
  });

  scenario("replaces the request when the service's host or version changes", async (world) => {
    const operation = world.emulator.add();
    // The config's endpoint is that of Cloud Channel only.
    world.stack.setEnvironment("CANCELLATION_ENDPOINT", world.emulator.endpoint);
    world.request({ operation });
    await world.up();
    world.request({ operation, service: { endpoint: "https://other.example.com" } });
    assert.deepEqual(new Set(changes(await world.up())), new Set(replacement));
    assert.equal((await world.state())?.id, `//other.example.com/${operation}`);
    world.request({ operation, service: { endpoint: "https://other.example.com", version: "v2" } });
    assert.deepEqual(new Set(changes(await world.preview())), new Set(replacement));
  });

  scenario("updates timeouts, scopes and identities without a call", async (world) => {
    const operation = world.emulator.add();
    world.request({ operation });
    await world.up();
    const calls = world.emulator.calls.count();
    world.request(
      { operation, service: { scopes: ["https://www.googleapis.com/auth/cloud-platform"] } },
      { customTimeouts: { create: "1m" } },
    );
    assert.deepEqual(changes(await world.up()), ["update"]);
    world.request({ operation, subject: "admin@example.com", impersonateServiceAccount: "robot@example.com" });
    assert.deepEqual(changes(await world.up()), ["update"], "refresh and destroy would go on calling as the old one");
    assert.equal((await world.outputs())["subject"], "admin@example.com");
    assert.deepEqual(changes(await world.up()), []);
    assert.equal(world.emulator.calls.count(), calls);
  });

  scenario("sees no change when the config has another endpoint or identity", async (world) => {
    const operation = world.emulator.add();
    world.request({ operation });
    await world.up();
    const calls = world.emulator.calls.count();
    await world.stack.setConfig("cancellation:endpoint", world.emulator.endpoint.replace("127.0.0.1", "localhost"));
    await world.stack.setConfig("cancellation:impersonateServiceAccount", "robot@example.com");
    await world.stack.setConfig("gcp:accessToken", { value: "another", secret: true });
    assert.deepEqual(changes(await world.up()), []);
    assert.equal(world.emulator.calls.count(), calls);
  });

  scenario("sees no change when the package or a dependency is upgraded", async (world) => {
    const operation = world.emulator.add();
    world.project.installCopy();
    world.request({ operation });
    await world.up();
    const copy = (...path: string[]) => join(world.project.modules, ...path, "package.json");
    for (const file of [
      copy("pulumi-operation-cancellation"),
      copy("pulumi-operation-cancellation", "node_modules", "axios"),
    ]) {
      const manifest = JSON.parse(readFileSync(file, "utf8")) as { version: string };
      writeFileSync(file, JSON.stringify({ ...manifest, version: "99.0.0" }));
    }
    assert.deepEqual(changes(await world.up()), []);
    assert.deepEqual(changes(await world.preview()), []);
    await world.refresh();
    assert.match(String(world.emulator.calls.last()?.headers["x-goog-api-client"]), /gapic\/99\.0\.0/);
    assert.deepEqual(changes(await world.up()), []);
  });
});
