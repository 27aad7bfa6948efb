import assert from "node:assert/strict";
import { type Emulator, type FaultRule, startEmulator } from "../../provider/emulator";
import { call, Emulators, errorOf, raw } from "./caller";

const name = "operations/AbC";

describe("a fault", () => {
  const emulators = new Emulators(startEmulator);
  let emulator: Emulator;
  beforeEach(async () => {
    emulator = await emulators.start({ operations: [{ name }, { name: "operations/other" }] });
  });
  afterEach(emulators.stop);

  const get = (of = name) => call(emulator, "GET", `/v1/${of}`);
  const cancel = (of = name) => call(emulator, "POST", `/v1/${of}:cancel`);
  const statuses = async (count: number, of = name) => {
    const all: number[] = [];
    while (all.length < count) all.push((await get(of)).status);
    return all;
  };
  const isCancelRequested = () => emulator.operation(name)?.cancelRequested;

  describe("a fault rule", () => {
    it("applies to its method and operation only", async () => {
      emulator.fault({ method: "cancel", name, then: { status: 503 } });
      assert.equal((await cancel("operations/other")).status, 200);
      assert.equal((await get()).status, 200);
      assert.equal((await cancel()).status, 503);
    });

    it("applies to one call, several calls, or a range of calls", async () => {
      for (const [calls, expected] of [
        [2, [200, 500, 200, 200]],
        [
          [1, 3],
          [500, 200, 500, 200],
        ],
        [{ from: 2, to: 3 }, [200, 500, 500, 200]],
        [{ from: 3 }, [200, 200, 500, 500]],
        [undefined, [500, 500, 500, 500]],
      ] as const) {
        const fault = emulator.fault({
          method: ["get", "list"],
          ...(calls !== undefined && { calls }),
          then: { status: 500 },
        });
        assert.deepEqual(await statuses(4), expected);
        assert.equal(fault.hits, expected.filter((status) => status === 500).length);
        fault.remove();
      }
    });

    it("counts the calls of each operation separately with perOperation", async () => {
      emulator.fault({ name: /^operations\//, calls: 1, perOperation: true, then: { status: 500 } });
      assert.deepEqual(await statuses(2), [500, 200]);
      assert.deepEqual(await statuses(2, "operations/other"), [500, 200]);
    });

    it("applies to a random share of the calls, which is the same for the same seed", async () => {
      const drawn = async (seed: number) => {
        emulator = await emulators.start({ seed, operations: [{ name }] });
        emulator.fault({ probability: 0.5, then: { status: 500 } });
        return (await statuses(24)).join();
      };
      const first = await drawn(3);
      assert.match(first, /200/);
      assert.match(first, /500/);
      assert.equal(await drawn(3), first);
      assert.notEqual(await drawn(4), first);
    });

    it("yields to an earlier rule, and still counts the call", async () => {
      emulator.fault({ calls: 1, then: { status: 500 } });
      emulator.fault({ calls: [1, 2], then: { status: 503 } });
      assert.deepEqual(await statuses(3), [500, 503, 200]);
    });
  });

  describe("a fault of each kind", () => {
    it("returns an error in the format of AIP-193, and doesn't carry out the call", async () => {
      emulator.fault({ method: "cancel", then: { status: 429, retryAfter: 2, retryInfo: 1.5, message: "Slower." } });
      const response = await cancel();
      assert.equal(response.headers.get("retry-after"), "2");
      assert.deepEqual(errorOf(response), {
        code: 429,
        message: "Slower.",
        status: "RESOURCE_EXHAUSTED",
        details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "1.5s" }],
      });
      assert.equal(isCancelRequested(), false);
    });

    it("returns an error with a date in Retry-After", async () => {
      emulator.fault({ then: { status: 503, retryAfter: new Date(0) } });
      assert.equal((await get()).headers.get("retry-after"), "Thu, 01 Jan 1970 00:00:00 GMT");
    });

    it("returns an error with another code or another body", async () => {
      emulator.fault({ calls: 1, then: { status: 400, code: "FAILED_PRECONDITION" } });
      emulator.fault({ calls: 2, then: { status: 502, body: "html" } });
      emulator.fault({ calls: 3, then: { status: 404, body: "empty" } });
      emulator.fault({ calls: 4, then: { status: 404, body: { json: [1] } } });
      emulator.fault({ calls: 5, then: { status: 404, body: { text: "{", contentType: "application/json" } } });
      assert.equal(errorOf(await get()).status, "FAILED_PRECONDITION");
      assert.match((await get()).text, /^<!DOCTYPE html>/);
      assert.equal((await get()).text, "");
      assert.deepEqual((await get()).json, [1]);
      const last = await get();
      assert.deepEqual([last.text, last.headers.get("content-type")], ["{", "application/json"]);
    });

    it("returns an error for a call that is carried out", async () => {
      emulator.fault({ method: "cancel", then: { status: 504 }, carriedOut: true });
      assert.equal((await cancel()).status, 504);
      assert.equal(isCancelRequested(), true);
    });

    it("returns another body for a call that is carried out", async () => {
      emulator.fault({ method: "cancel", then: { body: "html" } });
      const response = await cancel();
      assert.deepEqual([response.status, response.json], [200, undefined]);
      assert.equal(isCancelRequested(), true);
    });

    it("closes the connection before the body's length is reached", async () => {
      emulator.fault({ then: { body: "truncated" } });
      const { status, text, error } = await raw(emulator, `/v1/${name}`);
      assert.deepEqual([status, error], [200, "ECONNRESET"]);
      assert.ok(text.length > 0 && text.length < JSON.stringify({ name }).length);
    });

    for (const [reset, expected] of [
      ["beforeHeaders", { status: undefined, carriedOut: false, body: false }],
      ["withinHeaders", { status: undefined, carriedOut: true, body: false }],
      ["afterHeaders", { status: 200, carriedOut: true, body: false }],
      ["withinBody", { status: 200, carriedOut: true, body: true }],
    ] as const) {
      it(`resets the connection with reset: "${reset}"`, async () => {
        emulator.fault({ then: { reset } });
        const { status, text, error } = await raw(emulator, `/v1/${name}:cancel`, {}, "POST");
        assert.deepEqual(
          { status, error, carriedOut: isCancelRequested(), body: text !== "" },
          { ...expected, error: "ECONNRESET" },
        );
      });
    }

    it("carries out the call and loses the response", async () => {
      emulator.fault({ method: "cancel", then: "lostAnswer" });
      assert.deepEqual(await raw(emulator, `/v1/${name}:cancel`, {}, "POST"), { text: "", error: "ECONNRESET" });
      assert.equal(isCancelRequested(), true);
      assert.equal(emulator.calls.last()?.status, undefined);
    });

    it("returns OK without carrying out the call", async () => {
      emulator.fault({ method: "cancel", then: "dropped" });
      const response = await cancel();
      assert.deepEqual([response.status, response.json], [200, {}]);
      assert.equal(isCancelRequested(), false);
    });

    it("never responds with noAnswer", async () => {
      emulator.fault({ method: "cancel", then: "noAnswer" });
      const controller = new AbortController();
      const request = fetch(`${emulator.endpoint}/v1/${name}:cancel`, { method: "POST", signal: controller.signal });
      await emulator.calls.received({ method: "cancel" });
      controller.abort();
      await assert.rejects(request, { name: "AbortError" });
      assert.equal(isCancelRequested(), false);
    });

    it("returns a done operation as running, also in lists", async () => {
      emulator.settle(name, "cancelled");
      emulator.fault({ calls: [2, 3], then: "goesBack" });
      assert.equal(((await get()).json as { done?: true }).done, true);
      assert.deepEqual((await get()).json, { name });
      assert.deepEqual((await call(emulator, "GET", "/v1/operations?pageSize=1")).json, {
        operations: [{ name }],
        nextPageToken: ((await call(emulator, "GET", "/v1/operations?pageSize=1")).json as Record<string, unknown>)[
          "nextPageToken"
        ],
      });
      assert.equal(((await get()).json as { done?: true }).done, true);
    });

    it("returns another operation's name", async () => {
      emulator.fault({ method: "get", then: { answersFor: "operations/other" } });
      assert.deepEqual((await get()).json, { name: "operations/other" });
    });

    it("redirects without carrying out the call", async () => {
      emulator.fault({ then: { redirect: "http://elsewhere.invalid/", status: 307 } });
      const response = await cancel();
      assert.deepEqual([response.status, response.headers.get("location")], [307, "http://elsewhere.invalid/"]);
      assert.equal(isCancelRequested(), false);
    });

    it("refuses the token of the selected call, and accepts another", async () => {
      emulator.fault({ calls: 2, then: "staleToken" });
      const as = async (token: string) =>
        (await call(emulator, "GET", `/v1/${name}`, { headers: { authorization: `Bearer ${token}` } })).status;
      assert.deepEqual(
        [await as("a"), await as("a"), await as("a"), await as("b"), await as("a")],
        [200, 401, 401, 200, 401],
      );
    });

    it("refuses the token of the first call when no calls are selected", async () => {
      emulator.fault({ then: "staleToken" });
      const as = async (token: string) =>
        (await call(emulator, "GET", `/v1/${name}`, { headers: { authorization: `Bearer ${token}` } })).status;
      assert.deepEqual([await as("a"), await as("a"), await as("b"), await as("b")], [401, 401, 200, 200]);
    });

    it("resets the connection within the response to a call that isn't carried out", async () => {
      emulator.fault({ method: "cancel", then: { reset: "withinBody" }, carriedOut: false });
      const { status, error } = await raw(emulator, `/v1/${name}:cancel`, {}, "POST");
      assert.deepEqual([status, error, isCancelRequested()], [200, "ECONNRESET", false]);
    });

    it("delays the response to a call that takes effect at once", async () => {
      emulator.fault({ method: "cancel", calls: 1, delay: 2 ** 30 });
      const controller = new AbortController();
      const request = fetch(`${emulator.endpoint}/v1/${name}:cancel`, { method: "POST", signal: controller.signal });
      await emulator.calls.received({ method: "cancel" });
      assert.equal((await get()).json !== undefined && isCancelRequested(), true);
      assert.equal(emulator.calls.mostAtOnce, 2);
      controller.abort();
      await assert.rejects(request);
      emulator.fault({ delay: 1 });
      assert.equal((await cancel()).status, 200);
    });

    it("ends its own delay when the rule is removed", async () => {
      const [one, other] = [1, 2].map((number) => emulator.fault({ method: "get", calls: number, delay: 2 ** 30 }));
      const first = get().then(() => "first");
      await emulator.calls.received({ method: "get" }, 1);
      const second = get().then(() => "second");
      await emulator.calls.received({ method: "get" }, 2);
      other?.remove();
      assert.equal(await Promise.race([first, second]), "second");
      one?.remove();
      await first;
    });
  });

  it("never applies to the emulator's own methods", async () => {
    emulator = await emulators.start({ admin: true, operations: [{ name }] });
    const fault = emulator.fault({ then: { status: 503 } });
    assert.equal((await call(emulator, "POST", "/emulator/operations")).status, 200);
    assert.equal((await get()).status, 503);
    assert.equal(fault.hits, 1);
  });

  it("applies from the start when it is in the options", async () => {
    emulator = await emulators.start({ operations: [{ name }], faults: [{ calls: 1, then: { status: 500 } }] });
    assert.deepEqual(await statuses(2), [500, 200]);
  });

  it("is refused when it is invalid, with the property's name", () => {
    for (const [rule, message] of [
      [[], /a fault must be an object/],
      [{}, /needs "then" or "delay"/],
      [{ metod: "get", delay: 1 }, /a fault has no property "metod". Did you mean "method"\?/],
      [{ method: "admin", delay: 1 }, /"method" of a fault must be one or several of get, list, cancel, delete/],
      [{ method: [], delay: 1 }, /"method"/],
      [{ name: "", delay: 1 }, /"name" of a fault must be a nonempty string/],
      [{ calls: 0, delay: 1 }, /"calls" of a fault must be a number, a list of numbers, or \{ from, to\? \}/],
      [{ calls: [1, "2"], delay: 1 }, /"calls"/],
      [{ calls: { from: 3, to: 2 }, delay: 1 }, /"calls"/],
      [{ perOperation: "yes", delay: 1 }, /"perOperation" of a fault must be true or false/],
      [{ delay: -1 }, /"delay" of a fault must be a number of milliseconds/],
      [{ delay: 2 ** 31 }, /"delay"/],
      [{ probability: 2, delay: 1 }, /"probability" of a fault must be a number from 0 to 1/],
      [{ then: "lostanswer" }, /"then" of a fault must be one of lostAnswer/],
      [{ then: {} }, /"then" of a fault must be one of lostAnswer, .*, or an object with status, body/],
      [{ then: { status: 5030 } }, /"status" of "then" of a fault must be an HTTP status from 200 to 599/],
      [
        { then: { status: 503, retryafter: 1 } },
        /"then" of a fault has no property "retryafter". Did you mean "retryAfter"/,
      ],
      [{ then: { status: 503, code: "UNAVAILABEL" } }, /"code" of "then" of a fault must be one of OK/],
      [{ then: { body: "htm" } }, /"body" of "then" of a fault must be one of html, empty, truncated/],
      [{ then: { body: {} } }, /"body" of "then" of a fault must be "html"/],
      [{ then: { reset: "inTheMiddle" } }, /"reset" of "then" of a fault must be one of beforeHeaders/],
    ] as const) {
      assert.throws(() => emulator.fault(rule as FaultRule), message, JSON.stringify(rule));
    }
  });
});
