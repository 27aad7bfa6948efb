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

describe("the response parser", () => {
  it("returns the JSON object of a successful response", () => {
    assert.deepEqual(read(200, { a: 1 }), { a: 1 });
    assert.deepEqual(read(204, "{}"), {});
  });

  it("throws an RpcError with the code, HTTP status, message, details and pause of a google.rpc error", () => {
    const details = [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "R" }, retryInfo("2.5s")];
    const error = thrown(RpcError, () =>
      read(403, { error: { code: 403, status: "PERMISSION_DENIED", message: "Not you.", details } }),
    );
    const { code, httpStatus, reason, retryAfter: pause } = error;
    assert.deepEqual([code, httpStatus, reason, pause], ["PERMISSION_DENIED", 403, "Not you.", 2500]);
    assert.deepEqual(error.details, details);
    assert.equal(error.message, "operations/AbC: the get call failed with PERMISSION_DENIED (HTTP 403): Not you");
  });

  it("throws an RpcError for a google.rpc error that has neither a message nor details", () => {
    const error = thrown(RpcError, () => read(404, { error: { status: "NOT_FOUND", message: null } }));
    assert.equal(error.message, "operations/AbC: the get call failed with NOT_FOUND (HTTP 404)");
    assert.deepEqual(error.details, []);
  });

  for (const [what, status, body] of [
    ["a page of HTML with 404", 404, "<!DOCTYPE html><title>Error 404</title>"],
    ["a page of HTML with 501", 501, "<html>Not Implemented</html>"],
    ["an error in Google's older format", 404, { error: { code: 404, message: "Not Found", errors: [] } }],
    ["an error with an unknown code", 501, { error: { code: 501, status: "Not Implemented", message: "" } }],
    ["an error whose status is a number", 404, { error: { status: 5 } }],
    ["an error in a list", 404, [{ error: { status: "NOT_FOUND" } }]],
    ["an error that is a string", 404, { error: "NOT_FOUND" }],
    ["JSON of another shape with 404", 404, { status: "NOT_FOUND" }],
    ["an empty body with 404", 404, ""],
    ["a truncated error", 404, '{"error": {"status": "NOT_FOUND"'],
    ["a page of HTML with 200", 200, "<html>Welcome</html>"],
    ["a list with 200", 200, []],
    ["null with 200", 200, "null"],
    ["a string with 200", 200, '"ok"'],
    ["an empty body with 200", 200, ""],
    ["truncated JSON with 200", 200, '{"name": "operat'],
    ["a redirect", 302, "<html>Moved</html>"],
  ] as const) {
    it(`throws an InvalidResponseError that names the endpoint for ${what}`, () => {
      const error = thrown(InvalidResponseError, () => read(status, body));
      assert.equal(error.httpStatus, status);
      const expected = `https://host.example/v1 responded to the get call with HTTP ${status}`;
      assert.ok(error.message.includes(expected), error.message);
      assert.match(error.message, /operations\/AbC: .*service\.endpoint, service\.version.*cancellation:endpoint/);
    });
  }

  it("throws an InvalidResponseError quickly for millions of nested levels, and for millions of lists", () => {
    const before = process.cpuUsage();
    for (const [start, end] of [
      ["[", "]"],
      ['{"a":', "}"],
      ["[],", ""],
    ] as const) {
      const levels = Math.floor(20_000_000 / (start.length + end.length + 1));
      const body = `{"name": "operations/AbC", "response": [${start.repeat(levels)}1${end.repeat(levels)}]}`;
      assert.match(thrown(InvalidResponseError, () => read(200, body)).message, /a body that isn't a JSON object/);
    }
    assert.ok(process.cpuUsage(before).user < 2_000_000);
  });

  it("returns a large body whose strings contain quotes and brackets", () => {
    const body = { name: '"[{\\"', metadata: { a: `${"[{".repeat(500_000)}"\\` }, response: { b: [[], {}, "}]"] } };
    assert.deepEqual(read(200, body), body);
  });

  it("throws an InvalidResponseError that mentions the redirect for a redirect", () => {
    assert.match(thrown(InvalidResponseError, () => read(301, "")).message, /a redirect, which the package/);
  });

  it("quotes an invalid body briefly, on one line and without terminal control characters", () => {
    const error = thrown(InvalidResponseError, () => read(404, `a\r\nb\t\u001b[31m\u202ec\ud800${"x".repeat(2000)}`));
    assert.match(error.message, /The response begins: a b \[31m c ?x{1,200}…$/);
    assert.ok(error.message.length < 500, String(error.message.length));
    assert.equal(/\p{C}/u.test(error.message), false);
  });

  it("reads the pause that an invalid response asks for", () => {
    assert.equal(thrown(InvalidResponseError, () => read(503, "busy", { "retry-after": "7" })).retryAfter, 7000);
  });
});

describe("the pause that a response asks for", () => {
  let clock: Clock;
  beforeEach(() => {
    clock = withGlobal(globalThis).install({ now: Date.parse("2026-01-01T00:00:00Z"), toFake: ["Date"] });
  });
  afterEach(() => {
    clock.uninstall();
  });
  const pause = (header: unknown, body: unknown = {}, date?: string) =>
    retryAfter({ status: 503, headers: { "retry-after": header, ...(date && { date }) }, body: "" }, body);

  it("can be a number of seconds in Retry-After", () => {
    assert.equal(pause("0"), 0);
    assert.equal(pause(" 120 "), 120_000);
    assert.equal(pause("1.5"), 1_500);
  });

  it("can be a date in Retry-After, and is zero for a past date", () => {
    assert.equal(pause("Thu, 01 Jan 2026 00:01:30 GMT"), 90_000);
    assert.equal(pause("Wed, 31 Dec 2025 00:00:00 GMT"), 0);
  });

  for (const form of [
    "Thu, 01 Jan 2026 00:01:30 GMT",
    "Thursday, 01-Jan-26 00:01:30 GMT",
    "Thu Jan  1 00:01:30 2026",
  ]) {
    it(`lasts from the time of the server's clock to the date "${form}"`, () => {
      const earlier = "Thu, 01 Jan 2026 00:01:00 GMT";
      // The local clock is a day fast.
      clock.setSystemTime(Date.parse("2026-01-02T00:00:00Z"));
      assert.equal(pause(form, {}, earlier), 30_000);
      assert.equal(pause(form, {}, "Thu, 01 Jan 2026 00:02:00 GMT"), 0);
      clock.setSystemTime(Date.parse("2026-01-01T00:00:00Z"));
      assert.equal(pause(form, {}, "no date"), 90_000);
    });
  }

  it("is infinite when its number of seconds is too large for a double", () => {
    const digits = "9".repeat(400);
    assert.equal(pause(digits), Infinity);
    assert.equal(pause(undefined, { error: { details: [retryInfo(`${digits}s`)] } }), Infinity);
  });

  it("can be in RetryInfo, which takes precedence over Retry-After", () => {
    assert.equal(pause("120", { error: { details: [{ "@type": "other" }, retryInfo("1.5s")] } }), 1500);
    assert.equal(pause(undefined, { error: { details: [retryInfo("3s")] } }), 3000);
  });

  it("is undefined when the response asks for no pause, or for an invalid one", () => {
    const numbers = ["-5", "-5x", "+5", "1e9", "0x10", "Infinity", "NaN", "3600.5.1", "1/2"];
    for (const header of [undefined, "soon", "", "Thursday", ["1"], ...numbers])
      assert.equal(pause(header), undefined, String(header));
    for (const delay of ["3", "-3s", 3, null, "xs", "Infinitys", "NaNs", "1e3s"]) {
      assert.equal(pause(undefined, { error: { details: [retryInfo(delay)] } }), undefined, String(delay));
    }
    assert.equal(pause(undefined, "text"), undefined);
  });
});
