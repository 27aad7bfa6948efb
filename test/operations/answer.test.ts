import assert from "node:assert/strict";
import { withGlobal, type Clock } from "@sinonjs/fake-timers";
import { parseResponse, retryAfter } from "../../provider/operations/response";
import { RpcError, InvalidResponseError } from "../../provider/operations/errors";

const call = { method: "get", name: "operations/AbC", base: "https://host.example/v1" } as const;
const retryInfo = (retryDelay: unknown) => ({ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay });

function read(status: number, body: unknown, headers: Record<string, unknown> = {}): unknown {
  return parseResponse(call, { status, headers, body: typeof body === "string" ? body : JSON.stringify(body) });
}

function thrown<T extends Error>(type: new (...args: never[]) => T, act: () => unknown): T {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof type, String(error));
    return error;
  }
  return assert.fail("nothing was thrown");
}

describe("an answer", () => {
  it("of success is its JSON object", () => {
    assert.deepEqual(read(200, { a: 1 }), { a: 1 });
    assert.deepEqual(read(204, "{}"), {});
  });

  it("that is an error of the service tells code, status, words, details and the pause that is asked for", () => {
    const details = [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "R" }, retryInfo("2.5s")];
    const error = thrown(RpcError, () =>
      read(403, { error: { code: 403, status: "PERMISSION_DENIED", message: "Not you.", details } }),
    );
    const { code, httpStatus, reason, retryAfter: pause } = error;
    assert.deepEqual([code, httpStatus, reason, pause], ["PERMISSION_DENIED", 403, "Not you.", 2500]);
    assert.deepEqual(error.details, details);
    assert.equal(error.message, "operations/AbC: the get was answered PERMISSION_DENIED (HTTP 403): Not you");
  });

  it("that is an error without words and details is one all the same", () => {
    const error = thrown(RpcError, () => read(404, { error: { status: "NOT_FOUND", message: null } }));
    assert.equal(error.message, "operations/AbC: the get was answered NOT_FOUND (HTTP 404)");
    assert.deepEqual(error.details, []);
  });

  for (const [what, status, body] of [
    ["a page of HTML with 404", 404, "<!DOCTYPE html><title>Error 404</title>"],
    ["a page of HTML with 501", 501, "<html>Not Implemented</html>"],
    ["an error in an older form", 404, { error: { code: 404, message: "Not Found", errors: [] } }],
    ["an error with a code that is none", 501, { error: { code: 501, status: "Not Implemented", message: "" } }],
    ["an error with the code as its status", 404, { error: { status: 5 } }],
    ["an error in a list", 404, [{ error: { status: "NOT_FOUND" } }]],
    ["an error in words", 404, { error: "NOT_FOUND" }],
    ["JSON of another shape", 404, { status: "NOT_FOUND" }],
    ["nothing", 404, ""],
    ["an error that broke off", 404, '{"error": {"status": "NOT_FOUND"'],
    ["a page of HTML with 200", 200, "<html>Welcome</html>"],
    ["a list with 200", 200, []],
    ["null with 200", 200, "null"],
    ["a text with 200", 200, '"ok"'],
    ["nothing with 200", 200, ""],
    ["JSON that broke off with 200", 200, '{"name": "operat'],
    ["a redirect", 302, "<html>Moved</html>"],
  ] as const) {
    it(`that is ${what} is believed nothing, and names the endpoint`, () => {
      const error = thrown(InvalidResponseError, () => read(status, body));
      assert.equal(error.httpStatus, status);
      assert.ok(error.message.includes(`https://host.example/v1 answered the get with HTTP ${status}`), error.message);
      assert.match(error.message, /operations\/AbC: .*service\.endpoint, service\.version.*cancellation:endpoint/);
    });
  }

  it("that is nested millions of levels deep, or holds millions of lists, is believed nothing, within a second", () => {
    const before = process.cpuUsage();
    for (const [start, end] of [
      ["[", "]"],
      ['{"a":', "}"],
      ["[],", ""],
    ] as const) {
      const levels = Math.floor(20_000_000 / (start.length + end.length + 1));
      const body = `{"name": "operations/AbC", "response": [${start.repeat(levels)}1${end.repeat(levels)}]}`;
      assert.match(thrown(InvalidResponseError, () => read(200, body)).message, /a body that is no JSON object/);
    }
    assert.ok(process.cpuUsage(before).user < 2_000_000);
  });

  it("that is large is read with whatever its texts hold", () => {
    const body = { name: '"[{\\"', metadata: { a: `${"[{".repeat(500_000)}"\\` }, response: { b: [[], {}, "}]"] } };
    assert.deepEqual(read(200, body), body);
  });

  it("that redirects is called that", () => {
    assert.match(thrown(InvalidResponseError, () => read(301, "")).message, /a redirect, which is not followed/);
  });

  it("that is foreign is quoted briefly, on one line, and without what steers a terminal", () => {
    const error = thrown(InvalidResponseError, () => read(404, `a\r\nb\t\u001b[31m\u202ec\ud800${"x".repeat(2000)}`));
    assert.match(error.message, /The answer begins: a b \[31m cx{1,200}…$|The answer begins: a b \[31m c x{1,200}…$/);
    assert.ok(error.message.length < 500, String(error.message.length));
    assert.equal(/\p{C}/u.test(error.message), false);
  });

  it("that is foreign can ask for a pause too", () => {
    assert.equal(thrown(InvalidResponseError, () => read(503, "busy", { "retry-after": "7" })).retryAfter, 7000);
  });
});

describe("the pause that an answer asks for", () => {
  let clock: Clock;
  beforeEach(() => {
    clock = withGlobal(globalThis).install({ now: Date.parse("2026-01-01T00:00:00Z"), toFake: ["Date"] });
  });
  afterEach(() => {
    clock.uninstall();
  });
  const pause = (header: unknown, body: unknown = {}, date?: string) =>
    retryAfter({ status: 503, headers: { "retry-after": header, ...(date && { date }) }, body: "" }, body);

  it("comes in seconds", () => {
    assert.equal(pause("0"), 0);
    assert.equal(pause(" 120 "), 120_000);
    assert.equal(pause("1.5"), 1_500);
  });

  it("comes as a date, and one that is past asks for none", () => {
    assert.equal(pause("Thu, 01 Jan 2026 00:01:30 GMT"), 90_000);
    assert.equal(pause("Wed, 31 Dec 2025 00:00:00 GMT"), 0);
  });

  for (const form of [
    "Thu, 01 Jan 2026 00:01:30 GMT",
    "Thursday, 01-Jan-26 00:01:30 GMT",
    "Thu Jan  1 00:01:30 2026",
  ]) {
    it(`counts from the server's own clock to the date "${form}"`, () => {
      const earlier = "Thu, 01 Jan 2026 00:01:00 GMT";
      // The local clock is a day fast.
      clock.setSystemTime(Date.parse("2026-01-02T00:00:00Z"));
      assert.equal(pause(form, {}, earlier), 30_000);
      assert.equal(pause(form, {}, "Thu, 01 Jan 2026 00:02:00 GMT"), 0);
      clock.setSystemTime(Date.parse("2026-01-01T00:00:00Z"));
      assert.equal(pause(form, {}, "no date"), 90_000);
    });
  }

  it("is infinite where the number is beyond all bounds", () => {
    const digits = "9".repeat(400);
    assert.equal(pause(digits), Infinity);
    assert.equal(pause(undefined, { error: { details: [retryInfo(`${digits}s`)] } }), Infinity);
  });

  it("comes in RetryInfo, which says it best", () => {
    assert.equal(pause("120", { error: { details: [{ "@type": "other" }, retryInfo("1.5s")] } }), 1500);
    assert.equal(pause(undefined, { error: { details: [retryInfo("3s")] } }), 3000);
  });

  it("is absent where nothing, or nothing sensible, is said", () => {
    const numbers = ["-5", "-5x", "+5", "1e9", "0x10", "Infinity", "NaN", "3600.5.1", "1/2"];
    for (const header of [undefined, "soon", "", "Thursday", ["1"], ...numbers])
      assert.equal(pause(header), undefined, String(header));
    for (const delay of ["3", "-3s", 3, null, "xs", "Infinitys", "NaNs", "1e3s"]) {
      assert.equal(pause(undefined, { error: { details: [retryInfo(delay)] } }), undefined, String(delay));
    }
    assert.equal(pause(undefined, "text"), undefined);
  });
});
