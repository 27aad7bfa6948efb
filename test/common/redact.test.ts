import assert from "node:assert/strict";
import fc from "fast-check";
import { redact } from "../../provider/common/redact";
import { secretsStayHidden } from "../reliability/properties/redaction";

const token = "ya29.a0Af/B_by-C1d2E3f4+G5h6I7j8=K9l0.M1n2~O3p4/Q5r6s7t8==";
const json = (value: unknown) => JSON.stringify(value);
const percent = encodeURIComponent(token);
const unicode = Array.from(token)
  .map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
  .join("");
const each = (encode: (code: number) => string) =>
  Array.from(token)
    .map((c) => encode(c.charCodeAt(0)))
    .join("");

describe("redact", () => {
  for (const [what, text, redacted] of [
    ["a plain token", `Bearer ${token}.`, "Bearer [hidden]."],
    ["each of several tokens", `${token} ${token}`, "[hidden] [hidden]"],
    ["a token that encodeURIComponent encodes", `?t=${percent}&x`, "?t=[hidden]&x"],
    ["a token with lowercase percent escapes", percent.replace(/%../g, (escape) => escape.toLowerCase()), "[hidden]"],
    ["a token with percent escapes of percent escapes", encodeURIComponent(percent), "[hidden]"],
    ["a token that encodeURI encodes", encodeURI(token), "[hidden]"],
    ["a token in a field of a form", new URLSearchParams({ t: token, x: "y" }).toString(), "t=[hidden]&x=y"],
    ["a token with a percent escape for each character", each((code) => `%${code.toString(16)}`), "[hidden]"],
    ["a token with escaped slashes in JSON", `{"t":"${token.replaceAll("/", "\\/")}"}`, '{"t":"[hidden]"}'],
    ["a token with a JSON escape for each character", `{"${unicode}":1}`, '{"[hidden]":1}'],
    [
      "a token with uppercase JSON escapes",
      `"${unicode.replace(/u..../g, (digits) => `u${digits.slice(1).toUpperCase()}`)}"`,
      '"[hidden]"',
    ],
    [
      "a token in JSON within JSON",
      json(json({ [token]: json(`"${unicode}"`) })),
      json(json({ "[hidden]": json('"[hidden]"') })),
    ],
    [
      "a token with named HTML entities",
      token.replaceAll("/", "&sol;").replaceAll("=", "&equals;").replaceAll("_", "&lowbar;"),
      "[hidden]",
    ],
    ["a token in decimal HTML entities", each((code) => `&#${code};`), "[hidden]"],
    ["a token in hexadecimal HTML entities", each((code) => `&#x${code.toString(16)};`), "[hidden]"],
    [
      "a token in hexadecimal HTML entities with many zeros",
      each((code) => `&#x${"0".repeat(50)}${code.toString(16)};`),
      "[hidden]",
    ],
    ["a token in decimal HTML entities with many zeros", each((code) => `&#${"0".repeat(50)}${code};`), "[hidden]"],
    ["a token in HTML entities without semicolons", each((code) => `&#${code}`), "[hidden]"],
    ["a token in JavaScript escapes", each((code) => `\\x${code.toString(16)}`), "[hidden]"],
    [
      "a token whose first half is plain and whose second half is encoded",
      `${token.slice(0, 30)}${encodeURIComponent(token.slice(30))}`,
      "[hidden]",
    ],
    ["a token in hexadecimal", Buffer.from(token).toString("hex"), "[hidden]"],
    ["a token in uppercase hexadecimal", Buffer.from(token).toString("hex").toUpperCase(), "[hidden]"],
    ["a token in base64", Buffer.from(token).toString("base64"), "[hidden]"],
    ["a token in base64url", Buffer.from(token).toString("base64url"), "[hidden]"],
    [
      "a token in base64 with a percent escape for the padding",
      Buffer.from(`Bearer ${token}`).toString("base64").replaceAll("=", "%3D"),
      undefined,
    ],
    [
      "a token in base64 over several lines",
      Buffer.from(`x${token}`).toString("base64").replace(/.{16}/g, "$&\r\n"),
      undefined,
    ],
    [
      "a token in base64 over several lines that end in spaces",
      Buffer.from(`x${token}`).toString("base64").replace(/.{16}/g, "$&  \r\n\t"),
      undefined,
    ],
    ["the beginning of a token that a server truncated", `starts with ${token.slice(0, 30)}…`, "starts with [hidden]…"],
  ] as const) {
    it(`redacts ${what}`, () => {
      const result = redact(text, [token]);
      if (redacted !== undefined) assert.equal(result, redacted);
      else assert.match(result, /^.{0,20}\[hidden\].{0,20}$/s);
    });
  }

  it("redacts a token at any offset of a longer text in base64", () => {
    for (const before of ["", "a", "ab", "Bearer ", "user:"]) {
      for (const after of ["", "z", "zz", "\n"]) {
        const text = Buffer.from(before + token + after).toString("base64");
        assert.match(redact(text, [token]), /^[\w+/]{0,12}\[hidden\][\w+/=]{0,6}$/);
      }
    }
  });

  it("keeps JSON valid and the text beside a secret unchanged", () => {
    const value = { a: [`x ${token} \\ "y" %25 &amp;`, { [`k${token}`]: null }], "\u2028": "\n\t☃" };
    const expected = { a: ['x [hidden] \\ "y" %25 &amp;', { "k[hidden]": null }], "\u2028": "\n\t☃" };
    assert.deepEqual(JSON.parse(redact(json(value), [token])), expected);
    assert.deepEqual(JSON.parse(redact(JSON.stringify(value, null, 2), [token])), expected);
  });

  it("redacts a token that is encoded a hundred times", () => {
    for (const [first, encode] of [
      [percent, (text: string) => text.replaceAll("%", "%25")],
      [each((code) => `&#${code};`), (text: string) => text.replaceAll("&", "&amp;")],
      [unicode, (text: string) => text.replaceAll("\\", "\\u005c")],
    ] as const) {
      let text: string = first;
      for (let time = 0; time < 100; time++) text = encode(text);
      assert.equal(redact(`${text}.`, [token]), "[hidden].");
    }
    let text = token;
    for (let time = 0; time < 12; time++) text = json(`"${text}`);
    assert.doesNotMatch(redact(text, [token]), /a0Af|s7t8/);
  });

  it("redacts a token with JSON escapes for each character that is encoded in JSON again", () => {
    const inUnicode = (text: string) =>
      Array.from(text)
        .map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`)
        .join("");
    for (const text of [inUnicode(unicode), json(inUnicode(json(unicode))), inUnicode(encodeURIComponent(unicode))]) {
      assert.match(redact(json(text), [token]), /^"(\W|u0022|u005c)*\[hidden\](\W|u0022|u005c)*"$/);
    }
  });

  it("keeps JSON valid when a secret is digits, spans several values, or begins within an escape", () => {
    const redacted = (value: unknown, secret: string): unknown => JSON.parse(redact(json(value), [secret]));
    const value = { a: 1234567890123, b: [12345678, -1.5e-9, true], c: "12345678", "12345678": null };
    const expected = { a: "[hidden]", b: ["[hidden]", -1.5e-9, true], c: "[hidden]", "[hidden]": null };
    assert.deepEqual(redacted(value, "12345678"), expected);
    assert.deepEqual(JSON.parse(redact(JSON.stringify(value, null, 2), ["12345678"])), expected);
    assert.deepEqual(redacted([12345678, 87654321], "12345678,87654321"), ["[hidden]", "[hidden]"]);
    assert.deepEqual(redacted({ a: "secret", b: "value" }, 'secret","b":"value'), {
      a: "[hidden]",
      "[hidden]": "[hidden]",
    });
    assert.deepEqual(redacted("a\nsecret-8", "nsecret-8"), "a[hidden]");
  });

  it("keeps JSON valid when any part of the text is a secret", () => {
    const values = fc.tuple(fc.jsonValue(), fc.nat(), fc.integer({ min: 8, max: 40 }), fc.constantFrom(0, 2));
    fc.assert(
      fc.property(values, ([value, from, size, indent]) => {
        const text = JSON.stringify([value], null, indent);
        const start = from % text.length;
        JSON.parse(redact(text, [text.slice(start, start + size)]));
      }),
      { numRuns: 2_000 },
    );
  });

  it("redacts overlapping occurrences of a short secret", () => {
    assert.equal(redact("x".repeat(100) + "abcabcabcabca", ["abcabcab"]), `${"x".repeat(100)}[hidden]ca`);
    assert.equal(redact(`${"a".repeat(100)}b`, ["a".repeat(8)]), "[hidden]b");
  });

  it("redacts several secrets, of which a short one only as a whole", () => {
    assert.equal(redact(`a ${token} b p%40ssw0rd! c`, [token, "p@ssw0rd!"]), "a [hidden] b [hidden] c");
  });

  it("redacts a private key on one line or on several lines", () => {
    const key = `-----BEGIN PRIVATE KEY-----\n${"MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n".repeat(3)}-----END PRIVATE KEY-----\n`;
    for (const text of [key, json(key), key.replaceAll("\n", " "), key.replaceAll("\n", ""), json(json(key))]) {
      assert.doesNotMatch(redact(`key: ${text}`, [key]), /MIIEvQ|AASC/);
    }
  });

  it("leaves a text unchanged when it holds no secret or when the secret is too short", () => {
    for (const text of ["", "\\", "%", "&", "\\u12", "%zz&#;&nope;\\", '{"a":"\\u0041%41"}', "a\r\nb", "\ud800"]) {
      assert.equal(redact(text, [token]), text);
    }
    assert.equal(redact("a short one", ["short", ""]), "a short one");
  });

  it("redacts a secret in 100 random cases", async () => {
    assert.equal(await secretsStayHidden(100), 100);
  }).timeout(60_000);
});
