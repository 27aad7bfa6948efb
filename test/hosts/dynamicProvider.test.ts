import assert from "node:assert/strict";
import { startEmulator, type EmulatorOptions } from "../../provider/emulator";
import { request } from "../../provider/hosts/dynamicProvider";
import type { GrpcError } from "../../provider/hosts/grpcError";
import { cleanUps } from "../support/cleanUps";
import { rejection } from "../support/rejection";
import { withoutChance } from "../support/withoutChance";

const name = "operations/AbC";
const id = `//cloudchannel.googleapis.com/${name}`;
const __provider = "exports.handler=…";
const inputs = Object.freeze({ operation: name, __provider });

/** Returns a separate provider, as each host has one. */
function freshProvider(): typeof request {
  const Provider = request.constructor as new (steps: unknown) => typeof request;
  return new Provider((request as unknown as { steps: unknown }).steps);
}

describe("the provider that Pulumi's host calls", () => {
  withoutChance();
  const { stopping } = cleanUps();

  async function enter(options: EmulatorOptions = { operations: [{ name }] }) {
    const emulator = stopping(await startEmulator(options));
    const provider = freshProvider();
    const configure = () => {
      provider.configure({ config: { get: (key) => ({ "cancellation:endpoint": emulator.endpoint })[key] } });
    };
    configure();
    return { emulator, provider };
  }

  it("is configured synchronously, without a promise", async () => {
    const provider = freshProvider();
    const configure = provider.configure.bind(provider) as (request: object) => unknown;
    const get = (key: string) => (key === "cancellation:endpoint" ? "nonsense" : undefined);
    assert.equal(configure({ config: { get } }), undefined);
    assert.equal((await provider.check({}, inputs)).failures.length, 1);
  });

  it("accepts any config when it is configured, and doesn't read the values yet", async () => {
    const provider = freshProvider();
    provider.configure({ config: { get: () => assert.fail("no secret is to be read") } });
    for (const value of [5, {}, null, undefined, true]) {
      provider.configure({ config: { get: () => value } });
      assert.deepEqual(await provider.check({}, inputs), { inputs: { operation: name }, failures: [] });
    }
  });

  it("reads the endpoint under the config key cancellation:endpoint", async () => {
    const provider = freshProvider();
    provider.configure({ config: { get: (key) => (key === "cancellation:endpoint" ? "http://10.0.0.1" : undefined) } });
    const { failures } = await provider.check({}, inputs);
    assert.deepEqual(
      failures.map(({ property }) => property),
      [""],
    );
  });

  it("serves several first calls at the same time", async () => {
    const names = ["operations/1", "operations/2", "operations/3"];
    const { provider, emulator } = await enter({ operations: names.map((each) => ({ name: each })) });
    const created = await Promise.all(names.map((operation) => provider.create({ operation, __provider })));
    assert.deepEqual(
      created.map(({ outs }) => [outs["operation"], outs["outcome"]]),
      names.map((operation) => [operation, "cancelled"]),
    );
    assert.equal(emulator.calls.count("cancel"), 3);
  });

  it("leaves out null properties in a check, and returns inputs that the host can change", async () => {
    const { provider } = await enter();
    const news = Object.freeze({ ...inputs, subject: null, triggers: Object.freeze([1]) });
    const { inputs: checked, failures } = await provider.check({}, news);
    assert.deepEqual(checked, { operation: name, triggers: [1] });
    assert.deepEqual(failures, []);
    Object.assign(checked, { __provider });
    assert.ok(Object.isExtensible(checked["triggers"]));
    assert.equal("__provider" in (await provider.check({}, news)).inputs, false);
  });

  it("begins each reason of a check with the argument, and leaves the property empty", async () => {
    const { provider } = await enter();
    const { failures } = await provider.check({}, { operation: "", __provider });
    const reason = "operation is empty. Give the operation's resource name, for example operations/AbC";
    assert.deepEqual(failures, [{ property: "", reason }]);
  });

  it("updates a record of the plugin without a call, because Pulumi's host needs `__provider` in the state", async () => {
    const { emulator, provider } = await enter();
    const record = { operation: name, outcome: "cancelled", requestTime: "2026-01-01T00:00:00Z" };
    assert.equal((await provider.diff(id, record, inputs)).changes, true);
    assert.equal((await provider.diff(id, { ...record, __provider }, inputs)).changes, false);
    const { outs } = await provider.update(id, record, inputs);
    assert.deepEqual([outs["outcome"], outs["requestTime"]], ["cancelled", record.requestTime]);
    assert.equal(emulator.calls.count(), 0);
  });

  it("returns from a diff whether there are changes, and which properties need a replacement", async () => {
    const { provider } = await enter();
    const old = { ...inputs, outcome: "cancelled", done: true };
    assert.deepEqual(await provider.diff(id, old, inputs), { changes: false, replaces: [] });
    assert.deepEqual(await provider.diff(id, { ...old, __provider: "older" }, inputs), {
      changes: false,
      replaces: [],
    });
    assert.deepEqual(await provider.diff(id, old, { ...inputs, operation: "operations/other" }), {
      changes: true,
      replaces: ["operation"],
    });
    assert.deepEqual(await provider.diff(id, { ...old, outcome: "running" }, inputs), { changes: true, replaces: [] });
  });

  it("creates a resource from frozen inputs, and returns outputs that the host can change", async () => {
    const { provider } = await enter();
    const { id: given, outs } = await provider.create(Object.freeze({ ...inputs, triggers: Object.freeze([1]) }));
    assert.equal(given, id);
    assert.deepEqual([outs["outcome"], outs["triggers"]], ["cancelled", [1]]);
    assert.equal(Object.values(outs).includes(undefined), false);
    Object.assign(outs, { __provider });
    assert.ok(Object.isExtensible(outs["triggers"]));
  });

  it("reads a missing operation as notFound, and never reports the resource as gone", async () => {
    const { provider, emulator } = await enter({});
    const { id: given, props } = await provider.read(id, { ...inputs, outcome: "running" });
    assert.equal(given, id);
    const absent = {
      done: null,
      error: null,
      metadata: null,
      response: null,
      operationType: null,
      requestTime: null,
      settleTime: null,
      unreported: null,
    };
    assert.deepEqual(props, { ...absent, operation: name, outcome: "notFound", endpoint: emulator.endpoint });
  });

  it("updates a resource", async () => {
    const { provider } = await enter();
    const { outs } = await provider.update(id, { ...inputs, outcome: "running" }, inputs);
    assert.equal(outs["outcome"], "cancelled");
  });

  it("deletes a resource", async () => {
    const { provider, emulator } = await enter();
    await provider.delete(id, { ...inputs, cancelOn: "delete", outcome: "running" });
    assert.equal(emulator.operation(name)?.outcome, "cancelled");
  });

  it("fails with a message only, and without a code that the host would send as a gRPC code", async () => {
    const { provider, emulator } = await enter();
    emulator.fault({ method: ["cancel", "get"], then: { status: 403 } });
    const old = { ...inputs, cancelOn: "delete", outcome: "running" };
    for (const step of [
      provider.create(inputs),
      provider.read(id, inputs),
      provider.update(id, { ...inputs, outcome: "running" }, inputs),
      provider.delete(id, old),
    ]) {
      const error = await rejection<Error & Record<string, unknown>>(step);
      assert.match(error.message, /^operations\/AbC: .*PERMISSION_DENIED/);
      assert.deepEqual([error.name, error.stack, error["code"], error["id"]], ["", "", undefined, undefined]);
    }
  });

  it("rejects the promise of a diff that fails", async () => {
    const { provider } = await enter();
    const broken = { ...inputs, service: { endpoint: "nonsense" }, outcome: "cancelled" };
    assert.equal((await rejection(provider.diff(id, broken, inputs))).stack, "");
  });

  it("fails a create and an update with a resource that the engine can keep", async () => {
    const { provider } = await enter({ operations: [{ name, onCancel: "ignore" }] });
    const brief = { ...inputs, customTimeouts: { create: "1ms", update: "1ms" } };
    const old = { ...brief, outcome: "cancelling", requestTime: "2026-01-01T00:00:00.000Z" };
    for (const step of [provider.create(brief), provider.update(id, old, brief)]) {
      const error = await rejection<Required<GrpcError>>(step);
      assert.equal(error.id, id);
      assert.equal(error.properties["__provider"], __provider);
      assert.deepEqual([error.properties["outcome"], error.properties["operation"]], ["cancelling", name]);
      assert.deepEqual(error.reasons, [error.message]);
      assert.deepEqual(structuredClone(error.properties), error.properties);
    }
  });
});
