import assert from "node:assert/strict";
import fc from "fast-check";
import { providerFor, Resource } from "../resource";
import { startWire, wired } from "./wire";

/** Parts that a name would need to leave its path, and harmless parts. */
const pieces = fc.constantFrom(
  ...["..", ".", "...", "%2e%2e", "%2E", "%2f", "%2F..%2F", "%", "%00", "%ff", "%zz", "\\", "..\\", ":cancel", ":"],
  ...["?", "?alt=media", "#", "#x", "//", "/", "/..", "/../", "@", "@host", ";", ";..", "&", "=", "+", "*", "**", "~"],
  ...["\r\n", "\r\nX: y", "\n", "\t", " ", "\0", "\u007f", "\u0085", "\u00a0", "\u2028", "\ufeff", "\u202e", "\u200b"],
  ...["\ud800", "\udc00", "😀", "é", "e\u0301", "．．", "／", "﹖", "İ", "ß", "operations", "projects/p", "v1", "v1/"],
  ...[
    "http:",
    "http://host",
    "https:\\\\host",
    "//host",
    "AbC",
    "Cg4+/w==",
    "a",
    "_",
    "-",
    "!",
    "'",
    "(",
    ")",
    "|",
    "^",
  ],
);
const text = fc.oneof(
  { weight: 4, arbitrary: fc.array(pieces, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("")) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.oneof(pieces, fc.string({ maxLength: 4 })), { maxLength: 5 })
      .map((parts) => parts.join("/")),
  },
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme", minLength: 1 }),
  fc.webPath(),
);
const names = fc.oneof(
  { weight: 3, arbitrary: text.map((rest) => `operations/${rest}`) },
  { weight: 1, arbitrary: text },
);

/** Matches a refusal of a name that no API has, but that can be called. */
const callable = /Cloud Channel's|begins with the API's version|ends with the method|has a host\b/;

/**
 * Checks that a valid name arrives, after decoding, as exactly that name below `/v1/`, followed only by `:cancel`. No
 * step sends an HTTP request for an invalid name.
 *
 * @returns the number of names, and how many of them were valid
 */
export async function namesStayInTheirPath(numRuns: number): Promise<{ cases: number; passed: number }> {
  const heads: string[] = [];
  const wire = await startWire((head) => {
    heads.push(head);
    return wired(200, "{}");
  });
  let cases = 0;
  let passed = 0;
  try {
    const provider = providerFor(wire.endpoint);
    await fc.assert(
      fc.asyncProperty(names, fc.boolean(), async (operation, elsewhere) => {
        cases++;
        heads.length = 0;
        const inputs = { operation, waitFor: "accepted", ...(elsewhere && { service: { endpoint: wire.endpoint } }) };
        const { failures } = await provider.check({}, inputs);
        const resource = new Resource(provider, inputs);
        const ending = await resource.up();
        if (failures.some(({ reason }) => !callable.test(reason))) {
          assert.equal(ending.ended, "failed");
          await new Resource(provider, inputs, { outcome: "running" }).refresh();
          await new Resource(provider, { ...inputs, cancelOn: "delete" }, { outcome: "running" }).destroy();
          assert.deepEqual(heads, []);
          return;
        }
        passed++;
        assert.deepEqual(ending, { ended: "done", message: "" });
        const [head = assert.fail(), ...others] = heads;
        assert.deepEqual(others, []);
        assertNamed(head, operation);
      }),
      { numRuns },
    );
  } finally {
    await wire.stop();
  }
  return { cases, passed };
}

function assertNamed(head: string, name: string): void {
  const [line = "", ...headers] = head.split("\r\n");
  const [, path = assert.fail(`${line} is no such request`)] =
    /^POST \/v1\/([\w.~%/-]+):cancel HTTP\/1\.1$/.exec(line) ?? [];
  assert.equal(decodeURIComponent(path), name);
  // An intermediary that parses the URL sees the same path, and no query.
  const url = new URL(`http://host/v1/${path}:cancel`);
  assert.deepEqual([url.pathname, url.search, url.hash, url.host], [`/v1/${path}:cancel`, "", "", "host"]);
  assert.ok(
    headers.every((header) =>
      /^(accept|content-length|user-agent|x-goog-api-client|host|connection|accept-encoding): /i.test(header),
    ),
    head,
  );
}
