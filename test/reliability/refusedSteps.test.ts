import assert from "node:assert/strict";
import { startEmulator } from "../../provider/emulator";
import { getOperation, listOperations } from "../../provider/resources/lookups";
import { cleanUps } from "../support/cleanUps";
import { rejection } from "../support/rejection";
import { silence } from "../support/silence";
import { startServer } from "../support/server";
import { contextOf, failure, id, name, partial, stepsAgainst } from "../resources/request/stage";
import { stepsAgainst as sweepAgainst } from "../resources/sweep/stage";

const nothingSent = /\(ECONNREFUSED\), so nothing was sent\. Nothing listens at this address\. Start the emulator/;
const onDelete = { cancelOn: "delete", outcome: "running", done: false };
const names = Array.from({ length: 500 }, (_, index) => `operations/${index}`);

/** Returns an endpoint of this machine at which nothing listens. */
async function closedEndpoint(): Promise<string> {
  const server = await startServer();
  await server.stop();
  return server.endpoint;
}

describe("a step whose endpoint is on this machine, and where nothing listens", () => {
  const { stopping } = cleanUps();
  silence();
  let start: number;
  beforeEach(() => {
    start = performance.now();
  });
  afterEach(() => {
    const took = performance.now() - start;
    assert.ok(took < 10_000, `${took} ms`);
  });

  it("is the create of a request, which leaves no resource", async () => {
    const { message } = await failure(stepsAgainst(await closedEndpoint()).create());
    assert.match(message, nothingSent);
    assert.doesNotMatch(message, /isn't known/);
  });

  it("is the create of a request that cancels at its deletion, which leaves no resource", async () => {
    assert.match(
      (await failure(stepsAgainst(await closedEndpoint()).create({ cancelOn: "delete" }))).message,
      nothingSent,
    );
  });

  it("is the update of a request, which leaves the state unchanged", async () => {
    const { message } = await failure(stepsAgainst(await closedEndpoint()).update({ outcome: "running" }));
    assert.match(message, nothingSent);
  });

  it("is the refresh of a request, which leaves the state unchanged", async () => {
    const steps = stepsAgainst(await closedEndpoint());
    assert.match((await failure(steps.read({ operation: name, outcome: "running" }, id))).message, nothingSent);
  });

  it("is the delete of a request that cancels then, which leaves the state unchanged", async () => {
    const { message } = await failure(stepsAgainst(await closedEndpoint()).remove(onDelete));
    assert.match(message, nothingSent);
    assert.doesNotMatch(message, /isn't known/);
  });

  it("is the create, the refresh or the delete of a sweep, which leaves no resource or the state unchanged", async () => {
    const { create, watch, read, remove } = sweepAgainst(await closedEndpoint());
    for (const step of [create(), watch(), read({ all: true }), remove()])
      assert.match((await failure(step)).message, nothingSent);
  });

  it("is a sweep of 500 names, which leaves no resource and says once in full what to do", async () => {
    const { message } = await failure(sweepAgainst(await closedEndpoint()).create({ names }));
    assert.equal(message.split("unset what names the address").length, 2, message);
    assert.match(message, nothingSent);
    assert.match(message, /500 of 500 operations/);
  });

  it("is a lookup, which fails", async () => {
    const context = contextOf({}, { CANCELLATION_ENDPOINT: await closedEndpoint() });
    assert.match((await rejection(listOperations({}, context))).message, nothingSent);
    assert.match((await rejection(getOperation({ operation: name }, context))).message, nothingSent);
  });

  it("is a wait, which keeps the acknowledged cancel for the next run", async () => {
    const emulator = stopping(await startEmulator({ operations: [{ name, onCancel: "ignore" }] }));
    const steps = stepsAgainst(emulator.endpoint);
    const created = partial(steps.create());
    setTimeout(() => void emulator.stop(), 500);
    const { outputs, message } = await created;
    assert.equal(outputs["outcome"], "cancelling");
    assert.equal(typeof outputs["requestTime"], "string");
    assert.match(
      message,
      /^The server acknowledged the cancel of operations\/AbC at .*and a read of the operation then failed/,
    );
    assert.match(message, nothingSent);
    assert.match(message, /The next run resumes the wait without a second cancel\.$/);
  });

  it("is the wait of a sweep, which keeps the acknowledged cancels for the next run", async () => {
    const operations = names.slice(0, 50).map((each) => ({ name: each, onCancel: "ignore" as const }));
    const emulator = stopping(await startEmulator({ operations }));
    const created = partial(sweepAgainst(emulator.endpoint).create());
    setTimeout(() => void emulator.stop(), 1_500);
    const { outputs, message } = await created;
    assert.deepEqual(outputs["outcomes"], { cancelling: 50 });
    assert.match(message, nothingSent);
  });

  it("continues when an emulator restarts there within two seconds", async () => {
    const operations = [{ name, settleAfter: 4_000 }];
    const emulator = await startEmulator({ operations });
    const port = Number(new URL(emulator.endpoint).port);
    const created = stepsAgainst(emulator.endpoint).create();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await emulator.stop();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    stopping(await startEmulator({ port, operations: [{ name, done: "cancelled" }] }));
    assert.equal((await created).outputs["outcome"], "cancelled");
  });
});
