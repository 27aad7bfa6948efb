import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { SecretSearch } from "./secretSearch";

describe("the search for secrets", () => {
  const key = Array.from({ length: 5 }, () => randomBytes(48).toString("base64")).join("\n");
  const token = `ya29.${randomBytes(40).toString("base64")}`;
  const search = new SecretSearch([
    { source: "the key", value: key },
    { source: "the token", value: token },
  ]);
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const line = key.split("\n")[2] ?? "";

  for (const [form, text] of Object.entries({
    unchanged: key,
    "on one line": key.replaceAll("\n", ""),
    "in JSON": JSON.stringify({ key }),
    "in JSON within JSON": JSON.stringify({ file: JSON.stringify({ key }) }),
    "percent-encoded": encodeURIComponent(key).slice(100),
    "percent-encoded in lowercase": encodeURIComponent(key).replace(/%../g, (escape) => escape.toLowerCase()),
    "in base64": base64(key),
    "in base64 after other text": base64(`user:${key}`),
    "in base64 between other text": base64(`"${key}\n`),
    "in base64 of JSON": base64(JSON.stringify({ key })),
    "in base64url": Buffer.from(key).toString("base64url"),
    "in hexadecimal": Buffer.from(key).toString("hex"),
    "in uppercase hexadecimal": Buffer.from(key).toString("hex").toUpperCase(),
    "as a piece of 12 characters": line.slice(7, 19),
    "as a piece of 12 characters in base64": base64(line.slice(7, 19)).slice(2),
  })) {
    it(`finds a key ${form}`, () => {
      assert.equal(search.find(`before ${text} after`)?.source, "the key");
    });
  }

  it("returns the source of a secret and the text before it, without the secret itself", () => {
    const found = search.find(`authorization: Bearer ${token}`);
    assert.deepEqual(found, { source: "the token", context: "authorization: Bearer «HERE»" });
  });

  it("finds nothing in a text without a secret", () => {
    const others = Array.from({ length: 200 }, () => randomBytes(300).toString("base64")).join("\n");
    assert.equal(search.find(others), undefined);
    assert.equal(search.find(line.slice(0, 11)), undefined);
    assert.equal(search.find(""), undefined);
  });
});
