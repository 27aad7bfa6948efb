import assert from "node:assert/strict";
import { type OperationSpec, startEmulator } from "../../provider/emulator";
import { startProvider } from "../engines/providerProcess";
import { dynamicPackage } from "../engines/standIn/providerHost";
import { readProject } from "../engines/standIn/project";
import { InitError } from "../engines/standIn/provider";
import { cleanUps } from "../support/cleanUps";
import { rejection } from "../support/rejection";
import { ensureBuilt, repository } from "./built";
import { hostileTexts } from "./hostileValues";

const name = "operations/AbC";
const id = `//cloudchannel.googleapis.com/${name}`;
const urn = "urn:pulumi:stack::project::pulumi-nodejs:dynamic:CancellationRequest::request";
const __provider = 'exports.handler=()=>require("pulumi-operation-cancellation/provider").request';
const time = "2026-01-01T00:00:00.000Z";
const limit = 16 * 1024;

describe("Pulumi's own host of dynamic resources", function () {
  this.timeout(60_000);
  before(ensureBuilt);
  const { stopping } = cleanUps();

  async function enter(operation: OperationSpec) {
    const emulator = stopping(await startEmulator({ operations: [{ name, ...operation }] }));
    const lines: string[] = [];
    const host = stopping(
      await startProvider(dynamicPackage, {
        project: readProject(repository),
        environment: {},
        args: { "cancellation:endpoint": emulator.endpoint },
        onLine: (line) => lines.push(line),
      }),
    );
    const inputs = { operation: name, expect: ["cancelled"], __provider };
    return { emulator, host, lines, inputs };
  }

  const large = (character: string) => ({ "@type": "t", text: character.repeat(limit) });

  for (const [what, character] of [
    ["ASCII", "x"],
    ["characters of three bytes, which take nine bytes in a header", "€"],
    ["line breaks", "\n"],
    ["characters that JSON escapes", '"\\'],
  ] as const) {
    it(`transmits an error whose outputs are all at their limits, in ${what}`, async () => {
      const { host, inputs } = await enter({
        done: "failed",
        error: { code: 13, message: character.repeat(limit), details: [large(character)] },
        metadata: { ...large(character), operationType: character.repeat(limit) },
      });
      for (const step of [
        () => host.create(urn, inputs),
        () => host.update(urn, id, inputs, { ...inputs, outcome: "cancelling", requestTime: time }, inputs),
      ]) {
        const error = await rejection<InitError>(step());
        assert.ok(error instanceof InitError, String(error));
        const { outputs, reasons } = error;
        assert.equal(error.id, id);
        assert.deepEqual([outputs["operation"], outputs["__provider"]], [name, __provider]);
        assert.deepEqual([outputs["outcome"], outputs["done"]], ["failed", true]);
        assert.equal((outputs["error"] as { code: number }).code, 13);
        assert.match(reasons[0] ?? "", /^operations\/AbC failed with INTERNAL/);
      }
    });
  }

  it("transmits an error with 16 KB of response and metadata, which a refresh completes", async () => {
    const { host, inputs } = await enter({ done: "succeeded", response: large("r"), metadata: large("m") });
    const { outputs } = await rejection<InitError>(host.create(urn, inputs));
    assert.match(JSON.stringify(outputs["response"]), /A refresh reads it/);
    const { outputs: refreshed } = await host.read(urn, id, inputs, { ...inputs, outcome: "cancelling" });
    assert.equal(refreshed["outcome"], "succeeded");
    assert.match(JSON.stringify(refreshed["response"]), /the first 16384 of \d+ bytes/);
  });

  it("ends at its next line when the engine that reads its lines is gone, and not before", async () => {
    const { host, inputs, emulator } = await enter({ onCancel: "ignore" });
    const interrupted = rejection(host.create(urn, inputs));
    await emulator.calls.received({ method: "get" }, 1);
    host.closeOutput();
    const outputs = { ...inputs, outcome: "cancelled" };
    assert.equal((await host.diff(urn, id, inputs, outputs, inputs)).changes, false);
    emulator.settle(name, "cancelled");
    assert.equal(await host.ended, 1);
    assert.match((await interrupted).message, /UNAVAILABLE/);
  });

  for (const [what, text] of Object.entries(hostileTexts)) {
    it(`transmits an error whose message has ${what}`, async () => {
      const { host, inputs, emulator, lines } = await enter({});
      emulator.fault({ then: { status: 400, message: text } });
      for (const step of [() => host.create(urn, inputs), () => host.read(urn, id, inputs, inputs)]) {
        const error = await rejection(step());
        assert.match(error.message, /INVALID_ARGUMENT \(HTTP 400\)/);
        assert.doesNotMatch(error.message, /\p{Cc}/u);
      }
      for (const line of lines) assert.doesNotMatch(line, /\p{Cc}/u);
    });
  }
});
