import assert from "node:assert/strict";
import { PartialError, StepError } from "../../provider/resources/errors";
import { GrpcError } from "../../provider/hosts/grpcError";
import { toJson } from "../../provider/hosts/plain";

const defaults = { __provider: "exports.handler=…" };

describe("a value for the host", () => {
  it("is converted as JSON converts it, with each bigint as a string", () => {
    const value = {
      none: undefined,
      list: [undefined, 1n],
      big: 12345678901234567890n,
      date: new Date(0),
      nan: NaN,
      infinite: -Infinity,
      map: new Map([[1, 2]]),
      deep: { none: undefined, big: 1n, act: () => 1 },
    };
    assert.deepEqual(toJson(value), {
      list: [null, "1"],
      big: "12345678901234567890",
      date: "1970-01-01T00:00:00.000Z",
      nan: null,
      infinite: null,
      map: {},
      deep: { big: "1" },
    });
  });

  it("is a copy that the host can change, even if the original is frozen", () => {
    const frozen = Object.freeze({ a: Object.freeze({ b: Object.freeze([1]) }) });
    const copy = toJson(frozen) as { a: { b: number[] }; c?: number };
    copy.a.b.push(2);
    copy.c = 3;
    assert.deepEqual(copy, { a: { b: [1, 2] }, c: 3 });
    assert.deepEqual(frozen, { a: { b: [1] } });
  });
});

describe("an error for the host", () => {
  it("has only a message", () => {
    const original = Object.assign(new StepError("what happened"), { code: 404, details: "x", status: 5 });
    const error = new GrpcError(original, defaults);
    assert.ok(error instanceof Error);
    assert.deepEqual(
      [error.message, error.name, error.stack, String(error)],
      ["what happened", "", "", "what happened"],
    );
    for (const key of ["code", "details", "status", "id", "properties", "reasons"]) {
      assert.equal((error as unknown as Record<string, unknown>)[key], undefined, key);
    }
  });

  it("has the id, the outputs and the reason when the engine keeps the resource", () => {
    const outputs = Object.freeze({ operation: "operations/x", done: undefined, big: 1n });
    const { id, properties, reasons } = new GrpcError(new PartialError("timed out", "//h/x", outputs), defaults);
    assert.equal(id, "//h/x");
    assert.deepEqual(properties, { ...defaults, operation: "operations/x", big: "1" });
    assert.deepEqual(reasons, ["timed out"]);
  });

  it("has the default of an output that the step left out", () => {
    const error = new GrpcError(new PartialError("m", "i", { outcome: "running" }), { outcome: null, error: null });
    assert.deepEqual(error.properties, { outcome: "running", error: null });
  });

  for (const [what, thrown, message] of [
    ["undefined", undefined, "undefined"],
    ["null", null, "null"],
    ["a string", "text", "text"],
    ["a bigint", 1n, "1"],
    ["a TypeError", new TypeError("x is not a function"), "x is not a function"],
  ] as const) {
    it(`has a message when the provider throws ${what}`, () => {
      assert.equal(new GrpcError(thrown, defaults).message, message);
    });
  }

  describe("an error in the headers of a gRPC response", () => {
    it("has no unpaired surrogates", () => {
      const error = new GrpcError(new PartialError("a\ud800b", "i", {}), defaults);
      assert.deepEqual([error.message, error.reasons], ["a\ufffdb", ["a\ufffdb"]]);
      assert.doesNotThrow(() => encodeURI(error.message));
    });

    it("has a long message truncated between characters", () => {
      const error = new GrpcError(new Error("€".repeat(100_000)), defaults);
      assert.match(error.message, /^€{1365}… \(cut\)$/);
      assert.equal(new GrpcError(new Error("x".repeat(4096)), defaults).message, "x".repeat(4096));
    });

    const message = (size: number) => ({ "@type": "t", text: "x".repeat(size) });
    const sizes = [
      [3_000, 3_000, 3_000, 0],
      [16_000, 4_000, 100, 1],
      [16_000, 16_000, 4_000, 2],
      [16_000, 16_000, 16_000, 3],
    ] as const;
    for (const [response, metadata, details, cuts] of sizes) {
      it(`has ${cuts} truncated outputs for values of ${response}, ${metadata} and ${details} characters`, () => {
        const outputs = {
          operation: "operations/x",
          triggers: ["x".repeat(4000)],
          outcome: "failed",
          response: message(response),
          metadata: message(metadata),
          error: { code: 13, status: "INTERNAL", message: "m".repeat(details), details: [message(details)] },
        };
        const { properties = {} } = new GrpcError(new PartialError("m", "i", outputs), defaults);
        const size = Buffer.byteLength(JSON.stringify(properties));
        assert.ok(size <= 24 * 1024, String(size));
        for (const key of ["operation", "triggers", "outcome"] as const)
          assert.deepEqual(properties[key], outputs[key]);
        const cut = Object.values(properties).filter((value) => JSON.stringify(value).includes("A refresh reads it"));
        assert.equal(cut.length, cuts);
        const { code, status } = properties["error"] as { code: number; status: string };
        assert.deepEqual([code, status], [13, "INTERNAL"]);
      });
    }

    it("has the names of the first operations of a sweep, as many as fit", () => {
      const operations = Array.from({ length: 100 }, (_, index) => ({
        name: `operations/${index}/${"n".repeat(400)}`,
        outcome: "cancelling",
      }));
      const outputs = {
        all: true,
        report: "r".repeat(10_000),
        matched: 100,
        outcomes: { cancelling: 100 },
        operations,
      };
      const { properties = {} } = new GrpcError(new PartialError("m", "i", outputs), defaults);
      assert.ok(Buffer.byteLength(JSON.stringify(properties)) <= 24 * 1024);
      const kept = properties["operations"] as unknown[];
      assert.ok(kept.length > 20 && kept.length < 40, String(kept.length));
      assert.deepEqual(kept, operations.slice(0, kept.length));
      assert.deepEqual([properties["matched"], properties["outcomes"]], [100, { cancelling: 100 }]);
    });

    it("has lists of numbers truncated by their size in gRPC, which is larger than in JSON", () => {
      const outputs = { response: { list: Array.from({ length: 8000 }, () => 1) } };
      const { properties = {} } = new GrpcError(new PartialError("m", "i", outputs), defaults);
      assert.ok(JSON.stringify(properties["response"]).length < 200);
    });
  });
});
