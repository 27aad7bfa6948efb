import assert from "node:assert/strict";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

const signatureKey = "4dabf18193072939515e22adb298388d";
const unknownValue =
  /^(04da6b54-80e4-46f7-96ec-b56ff0331ba9|1c4a061d-8072-4f0a-a4cb-0ff528b18fe7|3eeb2bf0-c639-47a8-9e75-3b44932eb421|6a19a0b0-7e62-4c92-b797-7f8e31da9cc2|030794c1-ac77-496b-92df-f27374a8bd58|e48ece36-62e2-4504-bad9-02848725956a|dd056dcd-154b-4c76-9bd3-c8f88648b5ff)$/;

/** The largest size of the outputs of one operation: four values of 16 KB as text in JSON, and the rest. */
const maxBytes = 160 * 1024;

/** Asserts that outputs reach the engine and return unchanged, and contain none of Pulumi's special values. */
export function assertSound(outputs: Readonly<Record<string, unknown>>): void {
  const sent = Struct.fromJavaScript(outputs as Parameters<typeof Struct.fromJavaScript>[0]);
  const arrived = Struct.deserializeBinary(sent.serializeBinary()).toJavaScript();
  assert.deepEqual(arrived, outputs);
  assert.ok(Buffer.byteLength(JSON.stringify(outputs)) <= maxBytes, "within bounds");
  for (const value of Object.values(outputs)) assertHarmless(value);
}

function assertHarmless(value: unknown): void {
  if (typeof value === "string") {
    assert.ok(value.isWellFormed());
    assert.doesNotMatch(value, unknownValue);
  }
  if (typeof value === "number") assert.ok(Number.isFinite(value));
  if (typeof value !== "object" || value === null) return;
  assert.ok(Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype);
  for (const [key, element] of Object.entries(value)) {
    assert.ok(key.isWellFormed() && ![signatureKey, "__provider", "__proto__"].includes(key), key);
    assertHarmless(element);
  }
}

/** Asserts that a message is one line that a terminal can show, and no longer than a screen. */
export function assertShowable(message: string): void {
  assert.notEqual(message, "");
  assert.doesNotMatch(message, /\p{Cc}|\p{Cs}|\p{Zl}|\p{Zp}|\p{Bidi_Control}/u);
  assert.ok(Buffer.byteLength(message) <= 4 * 1024 + 16, "within bounds");
}

/** Returns a function that fails if the prototypes of objects and arrays have changed. */
export function watchPrototypes(): () => void {
  const before = [Object.prototype, Array.prototype].map((prototype) => Object.getOwnPropertyNames(prototype));
  return () => {
    const after = [Object.prototype, Array.prototype].map((prototype) => Object.getOwnPropertyNames(prototype));
    assert.deepEqual(after, before);
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  };
}
