import assert from "node:assert/strict";
import { startEmulator } from "../../provider/emulator";
import type { GrpcError } from "../../provider/hosts/grpcError";
import { sweep } from "../../provider/hosts/dynamicProvider";
import { cleanUps } from "../support/cleanUps";
import { rejection } from "../support/rejection";

const __provider = "exports.handler=…";

describe("the provider of sweeps that Pulumi's host calls", () => {
  const { stopping } = cleanUps();
  const { log } = console;
  beforeEach(() => {
    console.log = () => undefined;
  });
  afterEach(() => {
    console.log = log;
  });

  async function enter() {
    const emulator = stopping(await startEmulator({ operations: [{ name: "operations/a" }] }));
    sweep.configure({ config: { get: (key) => ({ "cancellation:endpoint": emulator.endpoint })[key] } });
    return emulator;
  }

  it("checks, creates, diffs, reads, updates and deletes a sweep", async () => {
    const emulator = await enter();
    const news = Object.freeze({ all: true, filter: null, cancelOn: "create", __provider });
    const { inputs, failures } = await sweep.check({}, news);
    assert.deepEqual([inputs, failures], [{ all: true, cancelOn: "create" }, []]);
    const { id, outs } = await sweep.create(news);
    assert.deepEqual(outs["outcomes"], { cancelled: 1 });
    assert.deepEqual(await sweep.diff(id, { ...outs, __provider }, news), { changes: false, replaces: [] });
    assert.deepEqual((await sweep.read(id, { ...outs, __provider })).props, outs);
    assert.deepEqual((await sweep.update(id, outs, { ...news, limit: 5 })).outs, { ...outs, limit: 5 });
    emulator.add({ name: "operations/b" });
    await sweep.delete(id, { all: true, __provider });
    assert.equal(emulator.operation("operations/b")?.outcome, "cancelled");
  });

  it("reports a missing selection as an issue of the argument `all`", async () => {
    await enter();
    const { failures } = await sweep.check({}, { __provider, all: null });
    assert.equal(failures.length, 1);
    assert.match(failures[0]?.reason ?? "", /^all is required /);
  });

  it("fails a create with a resource that the engine can keep", async () => {
    const emulator = await enter();
    emulator.add({ name: "operations/b", answer: "UNIMPLEMENTED" });
    const error = await rejection<Required<GrpcError>>(sweep.create({ all: true, cancelOn: "create", __provider }));
    assert.match(error.id, /^\/\/cloudchannel\.googleapis\.com\/operations#/);
    assert.deepEqual(
      [error.properties["__provider"], error.properties["outcomes"], error.properties["all"]],
      [__provider, { cancelled: 1, unsupported: 1 }, true],
    );
    assert.deepEqual(error.reasons, [error.message]);
  });
});
