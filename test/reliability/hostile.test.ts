import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { cleanUps } from "../support/cleanUps";
import { type Canned, startServer } from "../support/server";
import { withoutChance } from "../support/withoutChance";
import { hostileJson, hostileTexts } from "./hostileValues";
import { name, providerFor, Resource } from "./resource";
import { assertShowable, assertSound, watchPrototypes } from "./soundness";

const operation = (rest: string) => `{"name": "${name}", "done": true, ${rest}}`;
const brief = { create: "1s", update: "1s" };
const count = (text: string, character: string) => text.split(character).length - 1;

describe("a hostile service", () => {
  withoutChance();
  const { stopping } = cleanUps();
  const assertPrototypes = watchPrototypes();
  afterEach(assertPrototypes);

  /** Creates a resource whose cancel is answered so, and then its reads; the last answer again and again. */
  async function create(answers: readonly Canned[], inputs: object = {}) {
    const server = stopping(await startServer(...answers));
    const resource = new Resource(providerFor(server.endpoint), { operation: name, ...inputs });
    return { resource, server, ...(await resource.up()) };
  }
  const reading = (text: string, inputs: object = {}) => create([{ json: {} }, { text }], inputs);

  describe("leaves sound outputs, whatever it sends:", () => {
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
        it(`${what} in the ${place}`, async () => {
          const { ended, message, resource } = await reading(body);
          assert.deepEqual([ended, message], ["done", ""]);
          assert.equal(resource.state?.["outcome"], outcome);
          const { __provider, ...outputs } = resource.state;
          assert.ok(__provider);
          assertSound(outputs);
          // What was recorded is what later steps start from.
          assert.equal((await resource.refresh()).ended, "done");
          assert.equal(resource.state["outcome"], outcome);
        }).timeout(60_000);
      }
    }

    for (const [what, text] of Object.entries(hostileTexts)) {
      it(`${what} in an operation's error`, async () => {
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

    it("numbers of errors that are no codes", async () => {
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

  describe("is not believed, and told about in a line, when it answers a read with", () => {
    for (const [what, text] of [
      ...Object.entries(hostileJson),
      ["a list 100,000 deep", "[".repeat(100_000) + "]".repeat(100_000)],
      ["a list without an end", "[".repeat(100_000)],
      ["a done that is infinite", `{"name": "${name}", "done": 1e400}`],
      ["a code that is infinite", operation('"error": {"code": 1e400}')],
      ["a code that is a text", operation('"error": {"code": "1"}')],
      ["an error that is a list", operation('"error": [1]')],
      ["a response that is a list", operation('"response": [1]')],
      ["a name that is an object", `{"name": {"toString": "${name}"}, "done": true}`],
      ["a name in a prototype", `{"__proto__": {"name": "${name}", "done": true}}`],
      ["nothing but zeros", "\0".repeat(10_000)],
      ["bytes that are no UTF-8", Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0x7b, 0x7d]).toString("latin1")],
    ] as const) {
      it(what, async () => {
        const { ended, message, resource, server } = await reading(text);
        assert.equal(ended, "partial");
        assertShowable(message);
        assert.match(message, /answered the get with HTTP 200 and a(nother|) \w+/);
        assert.equal(resource.state?.["outcome"], "cancelling");
        assert.equal(server.received.length, 1 + 5);
      }).timeout(60_000);
    }

    for (const [what, text] of Object.entries(hostileTexts)) {
      it(`a text of ${what}`, async () => {
        const { message } = await reading(`Sorry. ${text}`);
        assertShowable(message);
        const [, shown = assert.fail()] = /The answer begins: (.*)\. The next run/.exec(message) ?? [];
        assert.match(shown, /^Sorry\./);
        assert.ok(shown.length <= 200);
      });
    }
  });

  describe("can't spoil the message of an error of its own", () => {
    for (const [what, text] of Object.entries(hostileTexts)) {
      for (const [step, answers] of [
        ["cancel", []],
        ["get", [{ json: {} }]],
      ] as const) {
        it(`to a ${step}, with ${what}`, async () => {
          const refusal = { status: 400, json: { error: { code: 400, status: "INVALID_ARGUMENT", message: text } } };
          const { message, server } = await create([...answers, refusal]);
          assertShowable(message);
          assert.match(message, new RegExp(`the ${step} was answered INVALID_ARGUMENT \\(HTTP 400\\)`));
          assert.ok(count(message, "☃") <= 500 && message.length < 1000, String(message.length));
          assert.equal(server.received.length, answers.length + 1);
        });
      }
    }

    it("and the words are kept where they fit", async () => {
      const words =
        "Cloud Channel API has not been used in project 123456789012 before or it is disabled. Enable it by visiting " +
        "https://console.developers.google.com/apis/api/cloudchannel.googleapis.com/overview?project=123456789012 then " +
        "retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry";
      const json = { error: { code: 400, status: "INVALID_ARGUMENT", message: `${words}.` } };
      assert.ok((await create([{ status: 400, json }])).message.endsWith(words));
    });

    for (const [what, json] of Object.entries(hostileJson)) {
      it(`with ${what} in its details`, async () => {
        const text = `{"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "No.", "details": [${json}]}}`;
        const { ended, message } = await create([{ status: 400, text }]);
        assert.equal(ended, "failed");
        assert.equal(message, `${name}: the cancel was answered INVALID_ARGUMENT (HTTP 400): No`);
      }).timeout(60_000);
    }

    for (const [what, error] of [
      ["a status that is inherited", { status: "toString" }],
      ["a status that is a list", { status: ["NOT_FOUND"] }],
      ["a message that is an object", { status: "NOT_FOUND", message: {} }],
      ["details that are an object", { status: "NOT_FOUND", details: { length: 1 } }],
    ] as const) {
      it(`with ${what}, which is none of the service's`, async () => {
        const { ended, message } = await create([{ status: 404, json: { error } }]);
        assert.equal(ended, "failed");
        assert.match(message, /HTTP 404 and a body that is no google\.rpc error/);
      });
    }

    for (const [what, header, details, isTooLong] of [
      ["a pause without an end", "9".repeat(400), [], true],
      ["a pause of a negative date", "Thu, 01 Jan 1970 00:00:00 GMT", [], false],
      [
        "a pause that is infinite",
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
      it(`with ${what}, which ends ${isTooLong ? "at once" : "with the step's own time"}`, async () => {
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

  describe("is given up on when it sends", () => {
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
      [
        "40 MB",
        { text: `{"name": "${name}", "x": "${"x".repeat(40 * 1024 * 1024)}"}` },
        /more than an answer can hold/,
      ],
      ["40 MB of HTML", { status: 404, text: "<html>".repeat(7_000_000) }, /more than an answer can hold/],
      [
        "100 MB that were packed into 100 KB",
        {
          headers: { "content-encoding": "gzip" },
          bytes: gzipSync(Buffer.alloc(100 * 1024 * 1024, " ")),
        },
        /more than an answer can hold/,
      ],
      ["a body without an end, fast", pouring, /more than an answer can hold/],
      ["a body without an end, drop by drop", streaming(" ", 20), /timed out/],
      ["headers of 64 KB", raw(`HTTP/1.1 200 OK\r\nX: ${padding}\r\nContent-Length: 2\r\n\r\n{}`), /no answer/],
      ["two thousand headers", raw("HTTP/1.1 200 OK\r\n", "A: b\r\n".repeat(20_000), "\r\n{}"), /no answer/],
      ["a status line of 64 KB", raw(`HTTP/1.1 200 ${padding}\r\nContent-Length: 2\r\n\r\n{}`), /no answer/],
      ["something else than HTTP", raw("SSH-2.0-OpenSSH_9.6\r\n"), /no answer/],
      ["two lengths", raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\n{}"), /no answer/],
      [
        "a length and chunks",
        raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}"),
        /no answer/,
      ],
      ["what is no gzip, though it says so", { headers: { "content-encoding": "gzip" }, text: "{}" }, /no answer/],
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
        it(`${what}, to a ${method}`, async () => {
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
