import assert from "node:assert/strict";
import fc from "fast-check";
import { Deadline } from "../../../provider/common/deadline";
import { OperationsClient } from "../../../provider/operations/client";
import { SecretSearch } from "../../security/secretSearch";
import { startWire, wired } from "./wire";

const name = "operations/AbC";
const tokenCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=";
const tokens = fc
  .array(fc.constantFrom(...Array.from(tokenCharacters)), { minLength: 24, maxLength: 300 })
  .map((characters) => `ya29.${characters.join("")}`);

const escaped = (escape: (code: number) => string) => (text: string) =>
  Array.from(text)
    .map((character) => escape(character.charCodeAt(0)))
    .join("");
const hexOf = (code: number, digits: number) => code.toString(16).padStart(digits, "0");

type Encoding = (text: string) => string;
const encodings: readonly Encoding[] = [
  (text) => text,
  encodeURIComponent,
  encodeURI,
  (text) => encodeURIComponent(text).replace(/%../g, (escape) => escape.toLowerCase()),
  (text) => new URLSearchParams({ text }).toString(),
  (text) => JSON.stringify(text),
  (text) => JSON.stringify({ text }).replaceAll("/", "\\/"),
  (text) =>
    text.replaceAll("&", "&amp;").replaceAll("/", "&sol;").replaceAll("=", "&equals;").replaceAll("+", "&plus;"),
  escaped((code) => `%${hexOf(code, 2)}`),
  escaped((code) => `\\u${hexOf(code, 4)}`),
  escaped((code) => `\\u${hexOf(code, 4).toUpperCase()}`),
  escaped((code) => `&#${code};`),
  escaped((code) => `&#x${hexOf(code, 2)};`),
];
/** A search can't see through these encodings, so only the first encoding of a text can be one of them. */
const opaque: readonly Encoding[] = [
  (text) => text,
  (text) => text,
  ...(["base64", "base64url", "hex"] as const).flatMap((encoding): Encoding[] => [
    (text) => Buffer.from(text).toString(encoding),
    (text) => Buffer.from(`Bearer ${text}`).toString(encoding),
    (text) => Buffer.from(`{"t":"${text}"}`).toString(encoding),
  ]),
];

interface Echo {
  readonly token: string;
  readonly echo: string;
}

const echoes: fc.Arbitrary<Echo> = fc
  .tuple(
    tokens,
    fc.constantFrom(...opaque),
    fc.array(fc.constantFrom(...encodings), { maxLength: 3 }),
    fc.string({ maxLength: 300 }),
    fc.string({ maxLength: 20 }),
  )
  .map(([token, first, others, before, after]) => ({
    token,
    echo: `${before} ${others.reduce((text, encode) => encode(text), first(token))} ${after}`,
  }));

/** Bodies of JSON or text that contain the echo. */
const bodies: readonly ((echo: string) => unknown)[] = [
  (echo) => ({ name, done: true, response: { "@type": "t", a: [[{ b: echo }]] } }),
  (echo) => ({ name, done: true, metadata: { [echo]: { [echo]: [echo] } } }),
  (echo) => ({ name, done: true, error: { code: 13, message: echo, details: [{ [echo]: echo }] } }),
  (echo) => ({ name, metadata: { "@type": echo } }),
  (echo) => ({ error: { code: 400, status: "INVALID_ARGUMENT", message: echo, details: [{ "@type": "t", echo }] } }),
  (echo) => ({ error: { status: echo, message: echo } }),
  (echo) => [echo],
  (echo) => `<html>${"x".repeat(echo.length % 200)}${echo}`,
  (echo) => `${JSON.stringify({ name, echo }).slice(0, -1)}, `,
];

/** Checks that no error and no operation contains a piece of a token that the server repeats in any encodings. */
export async function secretsStayHidden(numRuns: number): Promise<number> {
  let answer: Buffer = Buffer.alloc(0);
  const wire = await startWire(() => answer);
  let cases = 0;
  try {
    await fc.assert(
      fc.asyncProperty(
        echoes,
        fc.constantFrom(...bodies),
        fc.constantFrom(200, 400, 404),
        async (told, body, status) => {
          cases++;
          const made = body(told.echo);
          answer = wired(status, typeof made === "string" ? made : JSON.stringify(made));
          const headers = () => Promise.resolve({ authorization: `Bearer ${told.token}` });
          const client = new OperationsClient({ endpoint: wire.endpoint, version: "v1", headers });
          const shown = await client.get(name, Deadline.after(0)).then(
            (read) => JSON.stringify(read),
            (error: unknown) => `${String((error as Error).stack)} ${JSON.stringify(error)}`,
          );
          assertHidden(shown, told.token);
        },
      ),
      { numRuns },
    );
  } finally {
    await wire.stop();
  }
  return cases;
}

/** Searches the text as it is, and after each of several rounds that decode all escapes. */
function assertHidden(shown: string, token: string): void {
  const search = new SecretSearch([{ source: "the token", value: token }]);
  for (let text = shown, depth = 0; depth < 8; depth++) {
    assert.equal(search.find(text), undefined, text);
    text = text
      .replace(/\\u([\da-f]{4})|%([\da-f]{2})|&#x([\da-f]+);/gi, (_escape, a?: string, b?: string, c?: string) =>
        String.fromCharCode(parseInt(a ?? b ?? c ?? "", 16)),
      )
      .replace(/&#(\d+);/g, (_escape, code: string) => String.fromCharCode(Number(code)))
      .replace(/\\(["\\/])/g, "$1")
      .replaceAll("&sol;", "/")
      .replaceAll("&equals;", "=")
      .replaceAll("&plus;", "+")
      .replaceAll("&amp;", "&");
  }
}
