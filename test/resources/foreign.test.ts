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
  it("stays unchanged when Pulumi interprets no part of it", () => {
    const value = { "@type": "t", list: [1, "a", true, null, { deep: [] }], text: "ü😀", empty: {} };
    assert.deepEqual(sanitize(value), value);
  });

  it("can't pass as a secret, an asset or a reference of Pulumi", () => {
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
    it(`can't pass as ${sentinel}, a Pulumi marker of an unknown value`, () => {
      assert.deepEqual(sanitize({ a: [sentinel] }), { a: [`(${sentinel})`] });
      assert.equal(sanitize(sentinel), `(${sentinel})`);
    });
  }

  it("can't pass as the code of a provider or change a prototype", () => {
    const value = JSON.parse('{"__proto__": {"x": 1}, "a": {"__proto__": 1, "__provider": "code"}}') as object;
    const fitted = sanitize(value as Record<string, unknown>);
    assert.deepEqual(JSON.stringify(fitted), '{"a":{"(__provider)":"code"}}');
    assert.equal(Object.getPrototypeOf(fitted), Object.prototype);
  });

  it("has no unpaired surrogates in values or keys", () => {
    assert.deepEqual(sanitize({ "k\ud800": ["v\udc00"] }), { "k\ufffd": ["v\ufffd"] });
  });

  it("holds infinite numbers as the texts Infinity and -Infinity", () => {
    assert.deepEqual(sanitize(JSON.parse('{"a": 1e999, "b": -1e999}') as Record<string, unknown>), {
      a: "Infinity",
      b: "-Infinity",
    });
  });

  it("is truncated when it's nested more than 32 levels deep", () => {
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

describe("a value that the state keeps up to 16 KB", () => {
  const filled = (size: number) => ({ "@type": "t", text: "x".repeat(size - bytes({ "@type": "t", text: "" })) });

  it("is kept whole at 16384 bytes and truncated at 16385 bytes", () => {
    const most = filled(limit);
    assert.equal(bytes(most), limit);
    assert.equal(truncateJson(most), most);
    const cut = truncateJson(filled(limit + 1));
    assert.equal(cut["@type"], "t");
    assert.equal(cut["cut"], `the first ${limit} of ${limit + 1} bytes`);
    assert.equal(cut["json"], JSON.stringify(filled(limit + 1)).slice(0, limit));
  });

  it("is measured in bytes and truncated between characters", () => {
    const cut = truncateJson({ text: "€".repeat(limit / 2) });
    const json = String(cut["json"]);
    assert.ok(Buffer.byteLength(json) <= limit && Buffer.byteLength(json) > limit - 3, String(Buffer.byteLength(json)));
    assert.match(json, /€$/);
    assert.equal("@type" in cut, false);
  });

  it("loses its @type when the @type alone exceeds the limit", () => {
    assert.equal("@type" in truncateJson({ "@type": "t".repeat(limit) }), false);
  });

  it("can be a list or a text, which have the same limit", () => {
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
  it("hold each field of the response and omit absent fields", () => {
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

  it("hold the number and the name of an error's code", () => {
    const error = { code: 1, message: "gone", details: [{ a: 1 }] };
    assert.deepEqual(operationOutputs({ name: "operations/x", done: true, error }), {
      done: true,
      error: { code: 1, status: "CANCELLED", message: "gone", details: [{ a: 1 }] },
    });
  });

  it("omit an operation type that isn't a text", () => {
    assert.equal("operationType" in operationOutputs({ name: "x", done: true, metadata: { operationType: 5 } }), false);
  });

  it("are sanitized and truncated in metadata, response and error", () => {
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

describe("an unknown value", () => {
  it("is found at any depth of the arguments", () => {
    assert.ok(hasUnknown(unknownValue));
    assert.ok(hasUnknown({ a: [{ b: unknownValue }] }));
    for (const known of [null, undefined, 1, "x", `x${unknownValue}`, [], {}, { [unknownValue]: 1 }]) {
      assert.equal(hasUnknown(known), false);
    }
  });
});
