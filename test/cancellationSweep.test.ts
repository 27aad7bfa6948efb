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

  /** What is registered for a sweep with these arguments. */
  async function inputsOf(args: CancellationSweepArgs, opts?: pulumi.CustomResourceOptions) {
    await value(new CancellationSweep("s", args, opts).urn);
    assert.deepEqual(
      registered.map(({ type, name }) => [type, name]),
      [[type, "s"]],
    );
    return registered[0]?.inputs ?? {};
  }

  it("is registered with its arguments and its provider, and nothing else", async () => {
    const args = { collection: "operations", match: { operationTypes: ["T"] }, limit: 5, report: "r.jsonl" };
    const { __provider, ...inputs } = await inputsOf(args);
    assert.deepEqual(inputs, args);
    assert.equal(typeof __provider, "string");
  });

  it("has the outputs that the provider gives", async () => {
    const sweep = new CancellationSweep("s", { all: true });
    assert.equal(await value(sweep.matched), 1);
    assert.deepEqual(await value(sweep.outcomes), outputs.outcomes);
    assert.deepEqual(await value(sweep.operations), outputs.operations);
    assert.equal(await value(sweep.requestTime), outputs.requestTime);
    assert.equal(await value(sweep.settleTime), undefined);
  });

  it("carries small code of a provider, the same in every version, that makes this package's", async () => {
    const code = String((await inputsOf({ all: true }))["__provider"]);
    assert.ok(Buffer.byteLength(code) <= 100, code);
    assert.doesNotMatch(code, /\d/);
    const module: { exports: { handler?: () => unknown } } = { exports: {} };
    // As the host evaluates it.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    const evaluate = new Function("exports", "require", code) as (exports: object, require: unknown) => void;
    evaluate(module.exports, (id: string) => (id === "pulumi-operation-cancellation/provider" ? { sweep: 1 } : {}));
    assert.equal(module.exports.handler?.(), 1);
  });

  it("keeps the caller from replacing its provider or its outputs", async () => {
    const inputs = await inputsOf({ all: true, __provider: "mine", matched: 5 } as CancellationSweepArgs);
    assert.notEqual(inputs["__provider"], "mine");
    assert.equal("matched" in inputs, false);
  });

  it("leaves the caller's arguments and options as they were, frozen ones too", async () => {
    const args = Object.freeze({ match: Object.freeze({ name: "operations/*" }) });
    const opts = Object.freeze({ customTimeouts: Object.freeze({ delete: "1m" }) });
    await inputsOf(args, opts);
    assert.deepEqual([args, opts], [{ match: { name: "operations/*" } }, { customTimeouts: { delete: "1m" } }]);
  });

  it("hands its custom time-outs to the provider, which sees no options", async () => {
    const customTimeouts = { create: "1m", update: "2m", delete: "3m" };
    assert.deepEqual((await inputsOf({ all: true }, { customTimeouts }))["customTimeouts"], customTimeouts);
  });

  it("takes arguments that are outputs", async () => {
    const args = {
      names: [pulumi.output("operations/a"), "operations/b"],
      service: pulumi.output({ version: pulumi.output("v1") }),
    };
    const { __provider, ...inputs } = await inputsOf(args);
    assert.deepEqual(inputs, { names: ["operations/a", "operations/b"], service: { version: "v1" } });
    assert.ok(__provider);
  });

  it("is known as one, of whichever copy of the package, and a request is none", async () => {
    const sweep = new CancellationSweep("s", { all: true });
    const request = new CancellationRequest("r", { operation: "operations/a" });
    await value(request.urn);
    assert.ok(CancellationSweep.isInstance(sweep));
    assert.ok(CancellationSweep.isInstance({ __pulumiType: type }));
    for (const other of [undefined, null, {}, "x", request]) assert.equal(CancellationSweep.isInstance(other), false);
    assert.equal(CancellationRequest.isInstance(sweep), false);
  });
});
