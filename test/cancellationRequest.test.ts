import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { CancellationRequest } from "../provider";

interface Registered {
  readonly type: string;
  readonly name: string;
  readonly id?: string;
  readonly inputs: Record<string, unknown>;
}

const type = "pulumi-nodejs:dynamic/cancellation:CancellationRequest";
const operation = "operations/AbC";

describe("a CancellationRequest in a program", () => {
  const registered: Registered[] = [];
  before(async () => {
    await pulumi.runtime.setMocks({
      newResource: ({ type, name, inputs, id }) => {
        registered.push({ type, name, inputs: inputs as Record<string, unknown>, ...(id ? { id } : {}) });
        return {
          id: id || `//cloudchannel.googleapis.com/${operation}`,
          state: { ...(inputs as object), outcome: "cancelled", done: true },
        };
      },
      call: () => ({}),
    });
  });
  beforeEach(() => {
    registered.length = 0;
  });

  const value = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));

  /** Waits for the registration of `request`, and returns the registered inputs. */
  async function inputsOf(request: CancellationRequest): Promise<Record<string, unknown>> {
    await value(request.urn);
    assert.equal(registered.length, 1);
    return registered[0]?.inputs ?? {};
  }

  it("is registered with its arguments, its name and its provider, and with nothing else", async () => {
    const { __provider, ...inputs } = await inputsOf(new CancellationRequest("r", { operation, triggers: [1] }));
    assert.deepEqual(inputs, { operation, triggers: [1], __resourceName: "r" });
    assert.equal(typeof __provider, "string");
    assert.deepEqual([registered[0]?.type, registered[0]?.name], [type, "r"]);
  });

  it("has the outputs that the provider returns", async () => {
    const request = new CancellationRequest("r", { operation });
    assert.equal(await value(request.outcome), "cancelled");
    assert.equal(await value(request.done), true);
    assert.equal(await value(request.operation), operation);
    assert.equal(await value(request.requestTime), undefined);
    assert.equal(await value(request.id), `//cloudchannel.googleapis.com/${operation}`);
  });

  it("doesn't have its name as an output", async () => {
    const request = new CancellationRequest("r", { operation });
    await value(request.urn);
    assert.equal("__resourceName" in request, false);
  });

  describe("the provider code of a CancellationRequest", () => {
    const code = async () => String((await inputsOf(new CancellationRequest("r", { operation })))["__provider"]);

    it("has at most 100 bytes and is the same in every version", async () => {
      const text = await code();
      assert.ok(Buffer.byteLength(text) <= 100, text);
      assert.doesNotMatch(text, /\d/);
    });

    it("loads the provider of this package", async () => {
      const module: { exports: { handler?: () => unknown } } = { exports: {} };
      const required: string[] = [];
      // The host evaluates the code in this way.
      // eslint-disable-next-line @typescript-eslint/no-implied-eval
      const evaluate = new Function("exports", "require", await code()) as (exports: object, require: unknown) => void;
      evaluate(module.exports, (id: string) => {
        required.push(id);
        return { request: "the provider" };
      });
      assert.equal(module.exports.handler?.(), "the provider");
      assert.deepEqual(required, ["pulumi-operation-cancellation/provider"]);
    });

    it("can't be replaced by the caller's arguments", async () => {
      const args = { operation, __provider: "mine", outcome: "cancelled" };
      const inputs = await inputsOf(new CancellationRequest("r", args));
      assert.notEqual(inputs["__provider"], "mine");
      assert.equal("outcome" in inputs, false);
    });
  });

  it("doesn't change the caller's arguments and options, which can be frozen", async () => {
    const args = Object.freeze({ operation, service: Object.freeze({ version: "v1" }), triggers: Object.freeze([1]) });
    const opts = Object.freeze({ protect: false, customTimeouts: Object.freeze({ create: "1m" }) });
    await inputsOf(new CancellationRequest("r", args as { operation: string }, opts));
    assert.deepEqual(args, { operation, service: { version: "v1" }, triggers: [1] });
    assert.deepEqual(opts, { protect: false, customTimeouts: { create: "1m" } });
  });

  it("passes its customTimeouts to the provider as an argument", async () => {
    const customTimeouts = { create: "1m", delete: "2m" };
    const inputs = await inputsOf(new CancellationRequest("r", { operation }, { customTimeouts }));
    assert.deepEqual(inputs["customTimeouts"], customTimeouts);
  });

  it("passes customTimeouts that aren't an object unchanged, so that the provider refuses them", async () => {
    const opts = { customTimeouts: "5m" as pulumi.CustomTimeouts };
    assert.equal((await inputsOf(new CancellationRequest("r", { operation }, opts)))["customTimeouts"], "5m");
  });

  it("accepts arguments that are outputs", async () => {
    const args = { operation: pulumi.output(operation), service: pulumi.output({ version: pulumi.output("v1") }) };
    const { __provider, ...inputs } = await inputsOf(new CancellationRequest("r", args));
    assert.deepEqual(inputs, { operation, service: { version: "v1" }, __resourceName: "r" });
    assert.ok(__provider);
  });

  it("is looked up by its ID and its known state", async () => {
    const id = "//cloudchannel.googleapis.com/operations/AbC";
    const request = CancellationRequest.get("r", id, { subject: "a@b" });
    const { __provider, ...inputs } = await inputsOf(request);
    assert.deepEqual(inputs, { subject: "a@b", __resourceName: "r" });
    assert.ok(__provider);
    assert.equal(registered[0]?.id, id);
    assert.equal(await value(request.id), id);
    assert.equal(await value(request.outcome), "cancelled");
  });

  it("is recognized by isInstance, even from another copy of the package", async () => {
    const request = new CancellationRequest("r", { operation });
    await value(request.urn);
    assert.ok(CancellationRequest.isInstance(request));
    assert.ok(CancellationRequest.isInstance({ __pulumiType: type }));
    for (const other of [undefined, null, {}, "x", { __pulumiType: "other" }]) {
      assert.equal(CancellationRequest.isInstance(other), false);
    }
  });
});
