import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { cleanUps } from "../support/cleanUps";
import { type Canned, startServer } from "../support/server";
import { withoutChance } from "../support/withoutChance";
import { hostileJson, hostileTexts } from "./hostileValues";
import { name, providerFor, Resource } from "./resource";
import { assertShowable, assertSound, watchPrototypes } from "./soundness";
import { silence } from "../support/silence";

const operation = (rest: string) => `{"name": "${name}", "done": true, ${rest}}`;
const brief = { create: "1s", update: "1s" };
const count = (text: string, character: string) => text.split(character).length - 1;

describe("a hostile service", () => {
  silence();
  withoutChance();
  const { stopping } = cleanUps();
  const assertPrototypes = watchPrototypes();
  afterEach(assertPrototypes);

  /** Creates a resource. The cancel and then the reads get these responses in turn, and the last one repeatedly. */
  async function create(answers: readonly Canned[], inputs: object = {}) {
    const server = stopping(await startServer(...answers));
    const resource = new Resource(providerFor(server.endpoint), { operation: name, ...inputs });
    return { resource, server, ...(await resource.up()) };
  }
  const reading = (text: string, inputs: object = {}) => create([{ json: {} }, { text }], inputs);

  describe("a hostile operation", () => {
    for (const [what, json] of Object.entries(hostileJson)) {
      for (const [place, body, outcome] of [
        ["response", operation(`"response": ${json}`), "succeeded"],
        ["metadata", operation(`"metadata": ${json}`), "succeeded"],
        [
          "error details",
          operation(`"error": {"code": 1, "message": "", "details": [${json}, [${json}]]}`),
          "cancelled",
        ],
      ] as const) {
        if (Buffer.byteLength(body) > 32 * 1024 * 1024) continue;
        it(`leaves sound outputs with ${what} in the ${place}`, async () => {
          const { ended, message, resource } = await reading(body);
          assert.deepEqual([ended, message], ["done", ""]);
          assert.equal(resource.state?.["outcome"], outcome);
          const { __provider, ...outputs } = resource.state;
          assert.ok(__provider);
          assertSound(outputs);
          // Later steps start from the recorded outputs.
          assert.equal((await resource.refresh()).ended, "done");
          assert.equal(resource.state["outcome"], outcome);
        }).timeout(60_000);
      }
    }

    for (const [what, text] of Object.entries(hostileTexts)) {
      it(`leaves sound outputs with ${what} in the error message`, async () => {
        const body = operation(`"error": {"code": 13, "message": ${JSON.stringify(text)}, "details": []}`);
        const { ended, message, resource } = await reading(body, { expect: ["cancelled"] });
        assert.equal(ended, "partial");
        assertShowable(message);
        assert.match(message, /failed with INTERNAL/);
        const { __provider, ...outputs } = resource.state ?? {};
        assert.ok(__provider);
        assertSound(outputs);
      });
    }

    it("keeps an error code that isn't a google.rpc code", async () => {
      for (const [code, kept] of [
        ["9223372036854775808", 2 ** 63],
        ["-1", -1],
        ["1.0", 1],
      ] as const) {
        const { resource } = await reading(operation(`"error": {"code": ${code}}`));
        assert.equal((resource.state?.["error"] as { code: number }).code, kept);
        assert.equal(resource.state?.["outcome"], kept === 1 ? "cancelled" : "failed");
      }
    });
  });

  describe("an invalid response to a read", () => {
    for (const [what, text] of [
      ...Object.entries(hostileJson),
      ["only a list nested 100,000 levels deep", "[".repeat(100_000) + "]".repeat(100_000)],
      ["an unclosed list", "[".repeat(100_000)],
      ["an infinite done field", `{"name": "${name}", "done": 1e400}`],
      ["an infinite error code", operation('"error": {"code": 1e400}')],
      ["an error code that is a string", operation('"error": {"code": "1"}')],
      ["an error that is a list", operation('"error": [1]')],
      ["a response that is a list", operation('"response": [1]')],
      ["a name that is an object", `{"name": {"toString": "${name}"}, "done": true}`],
      ["a name in a prototype", `{"__proto__": {"name": "${name}", "done": true}}`],
      ["only NUL characters", "\0".repeat(10_000)],
      ["bytes that aren't UTF-8", Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0x7b, 0x7d]).toString("latin1")],
    ] as const) {
      it(`fails the step with a one-line message when its body has ${what}`, async () => {
        const { ended, message, resource, server } = await reading(text);
        assert.equal(ended, "partial");
        assertShowable(message);
        assert.match(message, /responded to the get call with HTTP 200 and a \w+/);
        assert.equal(resource.state?.["outcome"], "cancelling");
        assert.equal(server.received.length, 1 + 5);
      }).timeout(60_000);
    }

    for (const [what, text] of Object.entries(hostileTexts)) {
      it(`is quoted with at most 200 characters when its body has ${what}`, async () => {
        const { message } = await reading(`Sorry. ${text}`);
        assertShowable(message);
        const [, shown = assert.fail()] = /The response begins: (.*)\. The next run/.exec(message) ?? [];
        assert.match(shown, /^Sorry\./);
        assert.ok(shown.length <= 200);
      });
    }
  });

  describe("the message for an error of a hostile service", () => {
    for (const [what, text] of Object.entries(hostileTexts)) {
      for (const [step, answers] of [
        ["cancel", []],
        ["get", [{ json: {} }]],
      ] as const) {
        it(`is one short line when a ${step} gets an error with ${what}`, async () => {
          const refusal = { status: 400, json: { error: { code: 400, status: "INVALID_ARGUMENT", message: text } } };
          const { message, server } = await create([...answers, refusal]);
          assertShowable(message);
          assert.match(message, new RegExp(`the ${step} call failed with INVALID_ARGUMENT \\(HTTP 400\\)`));
          assert.ok(count(message, "☃") <= 500 && message.length < 1000, String(message.length));
          assert.equal(server.received.length, answers.length + 1);
        });
      }
    }

    it("contains the service's whole message when that message fits", async () => {
      const words =
        "Cloud Channel API has not been used in project 123456789012 before or it is disabled. Enable it by visiting " +
        "https://console.developers.google.com/apis/api/cloudchannel.googleapis.com/overview?project=123456789012 then " +
        "retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry";
      const json = { error: { code: 400, status: "INVALID_ARGUMENT", message: `${words}.` } };
      assert.ok((await create([{ status: 400, json }])).message.endsWith(words));
    });

    for (const [what, json] of Object.entries(hostileJson)) {
      it(`isn't changed by ${what} in the error's details`, async () => {
        const text = `{"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "No.", "details": [${json}]}}`;
        const { ended, message } = await create([{ status: 400, text }]);
        assert.equal(ended, "failed");
        assert.equal(message, `${name}: the cancel call failed with INVALID_ARGUMENT (HTTP 400): No`);
      }).timeout(60_000);
    }

    for (const [what, error] of [
      ["a status that Object.prototype has", { status: "toString" }],
      ["a status that is a list", { status: ["NOT_FOUND"] }],
      ["a message that is an object", { status: "NOT_FOUND", message: {} }],
      ["details that are an object", { status: "NOT_FOUND", details: { length: 1 } }],
    ] as const) {
      it(`reports an invalid response for ${what}`, async () => {
        const { ended, message } = await create([{ status: 404, json: { error } }]);
        assert.equal(ended, "failed");
        assert.match(message, /HTTP 404 and a body that isn't a google\.rpc error/);
      });
    }

    for (const [what, header, details, isTooLong] of [
      ["a pause of 400 digits", "9".repeat(400), [], true],
      ["a pause until a past date", "Thu, 01 Jan 1970 00:00:00 GMT", [], false],
      [
        "an infinite pause",
        "1",
        [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${"9".repeat(400)}s` }],
        true,
      ],
      [
        "a pause that is an object",
        "1",
        [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: {} }],
        false,
      ],
    ] as const) {
      it(`comes ${isTooLong ? "at once" : "after the step's time limit"} for ${what}`, async () => {
        const json = { error: { code: 503, status: "UNAVAILABLE", message: "Later.", details } };
        const answer = { status: 503, json, headers: { "retry-after": header } };
        const { ended, message, server } = await create([answer], { customTimeouts: brief });
        assert.equal(ended, "partial");
        assertShowable(message);
        assert.equal(message.includes("asks for a pause of more than a year"), isTooLong, message);
        if (isTooLong) assert.equal(server.received.length, 1);
      });
    }
  });

  describe("an oversized or malformed response", () => {
    const streaming =
      (chunk: string | Buffer, interval: number): Canned =>
      (_request, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        const timer = setInterval(() => response.write(chunk), interval);
        response.on("close", () => {
          clearInterval(timer);
        });
      };
    const pouring: Canned = (_request, response) => {
      const chunk = Buffer.alloc(1024 * 1024, " ");
      const pour = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on("drain", pour);
      pour();
    };
    const raw =
      (...parts: string[]): Canned =>
      (_request, response) => {
        for (const part of parts) response.socket?.write(part);
        response.socket?.end();
      };
    const padding = "x".repeat(64 * 1024);

    for (const [what, answer, told] of [
      ["40 MB", { text: `{"name": "${name}", "x": "${"x".repeat(40 * 1024 * 1024)}"}` }, /a body of more than 32 MB/],
      ["40 MB of HTML", { status: 404, text: "<html>".repeat(7_000_000) }, /a body of more than 32 MB/],
      [
        "100 MB that are compressed to 100 KB",
        {
          headers: { "content-encoding": "gzip" },
          bytes: gzipSync(Buffer.alloc(100 * 1024 * 1024, " ")),
        },
        /a body of more than 32 MB/,
      ],
      ["a fast endless body", pouring, /a body of more than 32 MB/],
      ["a slow endless body", streaming(" ", 20), /timed out/],
      ["headers of 64 KB", raw(`HTTP/1.1 200 OK\r\nX: ${padding}\r\nContent-Length: 2\r\n\r\n{}`), /no response/],
      ["20,000 headers", raw("HTTP/1.1 200 OK\r\n", "A: b\r\n".repeat(20_000), "\r\n{}"), /no response/],
      ["a status line of 64 KB", raw(`HTTP/1.1 200 ${padding}\r\nContent-Length: 2\r\n\r\n{}`), /no response/],
      ["a protocol other than HTTP", raw("SSH-2.0-OpenSSH_9.6\r\n"), /no response/],
      [
        "two content lengths",
        raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\n{}"),
        /no response/,
      ],
      [
        "a content length and chunks",
        raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}"),
        /no response/,
      ],
      ["invalid gzip content", { headers: { "content-encoding": "gzip" }, text: "{}" }, /no response/],
    ] as const) {
      const canned: Canned =
        "bytes" in answer
          ? (_request, response) => {
              response.writeHead(200, answer.headers).end(answer.bytes);
            }
          : answer;
      for (const [method, before, outcome] of [
        ["cancel", [], "running"],
        ["get", [{ json: {} }], "cancelling"],
      ] as const) {
        it(`fails a ${method} when it has ${what}`, async () => {
          const { ended, message, resource } = await create([...before, canned], { customTimeouts: brief });
          assert.equal(ended, method === "cancel" && message.includes("HTTP 404") ? "failed" : "partial", message);
          assert.match(message, told);
          assertShowable(message);
          if (resource.state) assert.equal(resource.state["outcome"], outcome);
        }).timeout(60_000);
      }
    }
  });
});
