import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { truncateJson, truncateList, truncateText } from "../../provider/resources/state/sanitize";
import { sanitize } from "../../provider/resources/state/sanitize";
import { operationOutputs } from "../../provider/resources/state/record";
import { hasUnknown, unknownValue } from "../../provider/resources/inputs/schema";

const signature = "4dabf18193072939515e22adb298388d";
const limit = 16 * 1024;
const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

describe("a service's JSON in the state", () => {
  it("is left as it is where it is harmless", () => {
    const value = { "@type": "t", list: [1, "a", true, null, { deep: [] }], text: "ü😀", empty: {} };
    assert.deepEqual(sanitize(value), value);
  });

  it("can't pass for a secret, an asset or a reference of Pulumi's", () => {
    const secret = { [signature]: "1b47061264138c4ac30d75fd1eb44270", value: "x" };
    assert.deepEqual(sanitize({ a: [{ b: secret }] }), {
      a: [{ b: { [`(${signature})`]: "1b47061264138c4ac30d75fd1eb44270", value: "x" } }],
    });
    const { runtime } = pulumi as unknown as { runtime: { specialSigKey: string; unknownValue: string } };
    assert.deepEqual([signature, unknownValue], [runtime.specialSigKey, runtime.unknownValue]);
  });

  for (const sentinel of [
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
  ]) {
    it(`can't pass for a value not known yet (${sentinel})`, () => {
      assert.deepEqual(sanitize({ a: [sentinel] }), { a: [`(${sentinel})`] });
      assert.equal(sanitize(sentinel), `(${sentinel})`);
    });
  }

  it("can't be the code of a provider, nor reach a prototype", () => {
    const value = JSON.parse('{"__proto__": {"x": 1}, "a": {"__proto__": 1, "__provider": "code"}}') as object;
    const fitted = sanitize(value as Record<string, unknown>);
    assert.deepEqual(JSON.stringify(fitted), '{"a":{"(__provider)":"code"}}');
    assert.equal(Object.getPrototypeOf(fitted), Object.prototype);
  });

  it("has no unpaired surrogates, in values or keys", () => {
    assert.deepEqual(sanitize({ "k\ud800": ["v\udc00"] }), { "k\ufffd": ["v\ufffd"] });
  });

  it("has no numbers that JSON can't tell", () => {
    assert.deepEqual(sanitize(JSON.parse('{"a": 1e999, "b": -1e999}') as Record<string, unknown>), {
      a: "Infinity",
      b: "-Infinity",
    });
  });

  it("is cut where it is nested too deeply", () => {
    let deep: unknown = "end";
    for (let level = 0; level < 50_000; level++) deep = level % 2 ? [deep] : { a: deep };
    const text = JSON.stringify(sanitize({ deep }));
    assert.match(text, /"\(cut: nested too deeply\)"/);
    assert.ok(text.length < 1000);
    let shallow: unknown = "end";
    for (let level = 0; level < 31; level++) shallow = [shallow];
    assert.deepEqual(sanitize({ shallow }), { shallow });
  });
});

describe("a value kept up to 16 KB", () => {
  const filled = (size: number) => ({ "@type": "t", text: "x".repeat(size - bytes({ "@type": "t", text: "" })) });

  it("is kept whole at the limit, and cut one byte above it", () => {
    const most = filled(limit);
    assert.equal(bytes(most), limit);
    assert.equal(truncateJson(most), most);
    const cut = truncateJson(filled(limit + 1));
    assert.equal(cut["@type"], "t");
    assert.equal(cut["cut"], `the first ${limit} of ${limit + 1} bytes`);
    assert.equal(cut["json"], JSON.stringify(filled(limit + 1)).slice(0, limit));
  });

  it("is measured in bytes and cut between characters", () => {
    const cut = truncateJson({ text: "€".repeat(limit / 2) });
    const json = String(cut["json"]);
    assert.ok(Buffer.byteLength(json) <= limit && Buffer.byteLength(json) > limit - 3, String(Buffer.byteLength(json)));
    assert.match(json, /€$/);
    assert.equal("@type" in cut, false);
  });

  it("does not keep a type that is long itself", () => {
    assert.equal("@type" in truncateJson({ "@type": "t".repeat(limit) }), false);
  });

  it("may be a list or a text", () => {
    const list = [1, 2];
    assert.equal(truncateList(list), list);
    assert.match(
      JSON.stringify(truncateList(["x".repeat(limit)])),
      /^\[\{"cut":"the first 16384 of 16388 bytes","json":/,
    );
    assert.equal(truncateText("x".repeat(limit)), "x".repeat(limit));
    assert.equal(
      truncateText("x".repeat(limit + 1)),
      `${"x".repeat(limit)}… (cut: the first ${limit} of ${limit + 1} bytes)`,
    );
  });
});

describe("the outputs of an operation", () => {
  it("hold what was read, and nothing for what was not there", () => {
    assert.deepEqual(operationOutputs({ name: "operations/x", done: false }), { done: false });
    const metadata = { "@type": "t", operationType: "CREATE_ENTITLEMENT" };
    const response = { "@type": "r" };
    assert.deepEqual(operationOutputs({ name: "operations/x", done: true, metadata, response }), {
      done: true,
      metadata,
      response,
      operationType: "CREATE_ENTITLEMENT",
    });
  });

  it("tell an error by number and name", () => {
    const error = { code: 1, message: "gone", details: [{ a: 1 }] };
    assert.deepEqual(operationOutputs({ name: "operations/x", done: true, error }), {
      done: true,
      error: { code: 1, status: "CANCELLED", message: "gone", details: [{ a: 1 }] },
    });
  });

  it("have no operation type that is no text", () => {
    assert.equal("operationType" in operationOutputs({ name: "x", done: true, metadata: { operationType: 5 } }), false);
  });

  it("are fit and bounded, all of them", () => {
    const message = { [signature]: "x", text: "x".repeat(limit) };
    const outputs = operationOutputs({
      name: "operations/x",
      done: true,
      metadata: { ...message, operationType: unknownValue },
      response: message,
      error: { code: 13, message: unknownValue, details: [message] },
    });
    assert.equal(outputs["operationType"], `(${unknownValue})`);
    assert.equal((outputs["error"] as { message: string }).message, `(${unknownValue})`);
    const texts = [outputs["metadata"], outputs["response"], (outputs["error"] as { details: unknown[] }).details[0]];
    for (const cut of texts as { cut: string; json: string }[]) {
      assert.match(cut.cut, /^the first 16384 of \d+ bytes$/);
      assert.match(cut.json, /"\(4dabf18193072939515e22adb298388d\)"/);
    }
  });
});

describe("a value not known yet", () => {
  it("is found at any depth", () => {
    assert.ok(hasUnknown(unknownValue));
    assert.ok(hasUnknown({ a: [{ b: unknownValue }] }));
    for (const known of [null, undefined, 1, "x", `x${unknownValue}`, [], {}, { [unknownValue]: 1 }]) {
      assert.equal(hasUnknown(known), false);
    }
  });
});
