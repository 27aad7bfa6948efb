import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { CancellationRequest, CancellationSweep, type CancellationSweepArgs } from "../provider";

interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

const type = "pulumi-nodejs:dynamic/cancellation:CancellationSweep";
const outputs = {
  matched: 1,
  outcomes: { cancelled: 1 },
  operations: [{ name: "operations/a", outcome: "cancelled" }],
  requestTime: "2026-01-01T00:00:00.000Z",
};

describe("a CancellationSweep in a program", () => {
  const registered: Registered[] = [];
  before(async () => {
    await pulumi.runtime.setMocks({
      newResource: ({ type, name, inputs }) => {
        registered.push({ type, name, inputs: inputs as Record<string, unknown> });
        return {
          id: "//cloudchannel.googleapis.com/operations#0a1b2c3d",
          state: { ...(inputs as object), ...outputs },
        };
      },
      call: () => ({}),
    });
  });
  beforeEach(() => {
    registered.length = 0;
  });

  const value = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));

  /** Returns the inputs that are registered for a sweep with these arguments. */
  async function inputsOf(args: CancellationSweepArgs, opts?: pulumi.CustomResourceOptions) {
    await value(new CancellationSweep("s", args, opts).urn);
    assert.deepEqual(
      registered.map(({ type, name }) => [type, name]),
      [[type, "s"]],
    );
    return registered[0]?.inputs ?? {};
  }

  it("is registered with its arguments, its name and its provider, and with nothing else", async () => {
    const args = { collection: "operations", match: { operationTypes: ["T"] }, limit: 5, report: "r.jsonl" };
    const { __provider, ...inputs } = await inputsOf(args);
    assert.deepEqual(inputs, { ...args, __resourceName: "s" });
    assert.equal(typeof __provider, "string");
  });

  it("has the outputs that the provider returns", async () => {
    const sweep = new CancellationSweep("s", { all: true });
    assert.equal(await value(sweep.matched), 1);
    assert.deepEqual(await value(sweep.outcomes), outputs.outcomes);
    assert.deepEqual(await value(sweep.operations), outputs.operations);
    assert.equal(await value(sweep.requestTime), outputs.requestTime);
    assert.equal(await value(sweep.settleTime), undefined);
  });

  it("doesn't have its name as an output", async () => {
    const sweep = new CancellationSweep("s", { all: true });
    await value(sweep.urn);
    assert.equal("__resourceName" in sweep, false);
  });

  it("has provider code of at most 100 bytes that loads this package, the same in every version", async () => {
    const code = String((await inputsOf({ all: true }))["__provider"]);
    assert.ok(Buffer.byteLength(code) <= 100, code);
    assert.doesNotMatch(code, /\d/);
    const module: { exports: { handler?: () => unknown } } = { exports: {} };
    // The host evaluates the code in this way.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    const evaluate = new Function("exports", "require", code) as (exports: object, require: unknown) => void;
    evaluate(module.exports, (id: string) => (id === "pulumi-operation-cancellation/provider" ? { sweep: 1 } : {}));
    assert.equal(module.exports.handler?.(), 1);
  });

  it("ignores a provider or an output among the caller's arguments", async () => {
    const inputs = await inputsOf({ all: true, __provider: "mine", matched: 5 } as CancellationSweepArgs);
    assert.notEqual(inputs["__provider"], "mine");
    assert.equal("matched" in inputs, false);
  });

  it("doesn't change the caller's arguments and options, which can be frozen", async () => {
    const args = Object.freeze({ match: Object.freeze({ name: "operations/*" }) });
    const opts = Object.freeze({ customTimeouts: Object.freeze({ delete: "1m" }) });
    await inputsOf(args, opts);
    assert.deepEqual([args, opts], [{ match: { name: "operations/*" } }, { customTimeouts: { delete: "1m" } }]);
  });

  it("passes its customTimeouts to the provider as an argument", async () => {
    const customTimeouts = { create: "1m", update: "2m", delete: "3m" };
    assert.deepEqual((await inputsOf({ all: true }, { customTimeouts }))["customTimeouts"], customTimeouts);
  });

  it("passes customTimeouts that aren't an object unchanged, so that the provider refuses them", async () => {
    const opts = { customTimeouts: "5m" as pulumi.CustomTimeouts };
    assert.equal((await inputsOf({ all: true }, opts))["customTimeouts"], "5m");
  });

  it("accepts arguments that are outputs", async () => {
    const args = {
      names: [pulumi.output("operations/a"), "operations/b"],
      service: pulumi.output({ version: pulumi.output("v1") }),
    };
    const { __provider, ...inputs } = await inputsOf(args);
    const names = ["operations/a", "operations/b"];
    assert.deepEqual(inputs, { names, service: { version: "v1" }, __resourceName: "s" });
    assert.ok(__provider);
  });

  it("is recognized by isInstance, even from another copy of the package, and a request isn't", async () => {
    const sweep = new CancellationSweep("s", { all: true });
    const request = new CancellationRequest("r", { operation: "operations/a" });
    await value(request.urn);
    assert.ok(CancellationSweep.isInstance(sweep));
    assert.ok(CancellationSweep.isInstance({ __pulumiType: type }));
    for (const other of [undefined, null, {}, "x", request]) assert.equal(CancellationSweep.isInstance(other), false);
    assert.equal(CancellationRequest.isInstance(sweep), false);
  });
});
