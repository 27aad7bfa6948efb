import assert from "node:assert/strict";
import type { Emulator, Fault } from "../../provider/emulator";
import { call, Emulators, errorOf, raw } from "./caller";

const name = "operations/AbC";

describe("a fault", () => {
  const emulators = new Emulators();
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

  describe("befalls", () => {
    it("the method and the operation that it names, and no other", async () => {
      emulator.fault({ method: "cancel", name, then: { status: 503 } });
      assert.equal((await cancel("operations/other")).status, 200);
      assert.equal((await get()).status, 200);
      assert.equal((await cancel()).status, 503);
    });

    it("the n-th matching call, some of them, or a range", async () => {
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

    it("the n-th call of every operation, where counted so", async () => {
      emulator.fault({ name: /^operations\//, calls: 1, perOperation: true, then: { status: 500 } });
      assert.deepEqual(await statuses(2), [500, 200]);
      assert.deepEqual(await statuses(2, "operations/other"), [500, 200]);
    });

    it("a share of the calls, the same for the same seed", async () => {
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

    it("as the first of several rules says, each counting all calls", async () => {
      emulator.fault({ calls: 1, then: { status: 500 } });
      emulator.fault({ calls: [1, 2], then: { status: 503 } });
      assert.deepEqual(await statuses(3), [500, 503, 200]);
    });
  });

  describe("may be", () => {
    it("an error in the form of AIP-193, not carried out", async () => {
      emulator.fault({ method: "cancel", then: { status: 429, retryAfter: 2, retryInfo: 1.5, message: "Slower." } });
      const answered = await cancel();
      assert.equal(answered.headers.get("retry-after"), "2");
      assert.deepEqual(errorOf(answered), {
        code: 429,
        message: "Slower.",
        status: "RESOURCE_EXHAUSTED",
        details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "1.5s" }],
      });
      assert.equal(isCancelRequested(), false);
    });

    it("a Retry-After that is a date", async () => {
      emulator.fault({ then: { status: 503, retryAfter: new Date(0) } });
      assert.equal((await get()).headers.get("retry-after"), "Thu, 01 Jan 1970 00:00:00 GMT");
    });

    it("an error with a code of its own, or with a body that is no AIP-193", async () => {
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

    it("an error told about a call that was carried out", async () => {
      emulator.fault({ method: "cancel", then: { status: 504 }, carriedOut: true });
      assert.equal((await cancel()).status, 504);
      assert.equal(isCancelRequested(), true);
    });

    it("an answer of another shape to a call that was carried out", async () => {
      emulator.fault({ method: "cancel", then: { body: "html" } });
      const answered = await cancel();
      assert.deepEqual([answered.status, answered.json], [200, undefined]);
      assert.equal(isCancelRequested(), true);
    });

    it("a body that ends before its length is reached", async () => {
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
      it(`a connection that is reset: ${reset}`, async () => {
        emulator.fault({ then: { reset } });
        const { status, text, error } = await raw(emulator, `/v1/${name}:cancel`, {}, "POST");
        assert.deepEqual(
          { status, error, carriedOut: isCancelRequested(), body: text !== "" },
          { ...expected, error: "ECONNRESET" },
        );
      });
    }

    it("a lost answer: the cancel is carried out, and nobody says so", async () => {
      emulator.fault({ method: "cancel", then: "lostAnswer" });
      assert.deepEqual(await raw(emulator, `/v1/${name}:cancel`, {}, "POST"), { text: "", error: "ECONNRESET" });
      assert.equal(isCancelRequested(), true);
      assert.equal(emulator.calls.last()?.status, undefined);
    });

    it("a dropped call: answered OK, and not carried out", async () => {
      emulator.fault({ method: "cancel", then: "dropped" });
      const answered = await cancel();
      assert.deepEqual([answered.status, answered.json], [200, {}]);
      assert.equal(isCancelRequested(), false);
    });

    it("no answer at all, until the caller gives up", async () => {
      emulator.fault({ method: "cancel", then: "noAnswer" });
      const given = new AbortController();
      const asked = fetch(`${emulator.endpoint}/v1/${name}:cancel`, { method: "POST", signal: given.signal });
      await emulator.calls.received({ method: "cancel" });
      given.abort();
      await assert.rejects(asked, { name: "AbortError" });
      assert.equal(isCancelRequested(), false);
    });

    it("a read that goes back in time, in lists too", async () => {
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

    it("the answer of another operation", async () => {
      emulator.fault({ method: "get", then: { answersFor: "operations/other" } });
      assert.deepEqual((await get()).json, { name: "operations/other" });
    });

    it("a redirect, not carried out", async () => {
      emulator.fault({ then: { redirect: "http://elsewhere.invalid/", status: 307 } });
      const answered = await cancel();
      assert.deepEqual([answered.status, answered.headers.get("location")], [307, "http://elsewhere.invalid/"]);
      assert.equal(isCancelRequested(), false);
    });

    it("a stale token: 401 until another one comes", async () => {
      emulator.fault({ calls: 2, then: "staleToken" });
      const as = async (token: string) =>
        (await call(emulator, "GET", `/v1/${name}`, { headers: { authorization: `Bearer ${token}` } })).status;
      assert.deepEqual(
        [await as("a"), await as("a"), await as("a"), await as("b"), await as("a")],
        [200, 401, 401, 200, 401],
      );
    });

    it("a stale token from the first call on, where no call is named", async () => {
      emulator.fault({ then: "staleToken" });
      const as = async (token: string) =>
        (await call(emulator, "GET", `/v1/${name}`, { headers: { authorization: `Bearer ${token}` } })).status;
      assert.deepEqual([await as("a"), await as("a"), await as("b"), await as("b")], [401, 401, 200, 200]);
    });

    it("a reset within the answer to a call that was not carried out", async () => {
      emulator.fault({ method: "cancel", then: { reset: "withinBody" }, carriedOut: false });
      const { status, error } = await raw(emulator, `/v1/${name}:cancel`, {}, "POST");
      assert.deepEqual([status, error, isCancelRequested()], [200, "ECONNRESET", false]);
    });

    it("a delay, during which the call has taken effect already", async () => {
      emulator.fault({ method: "cancel", calls: 1, delay: 2 ** 30 });
      const given = new AbortController();
      const asked = fetch(`${emulator.endpoint}/v1/${name}:cancel`, { method: "POST", signal: given.signal });
      await emulator.calls.received({ method: "cancel" });
      assert.equal((await get()).json !== undefined && isCancelRequested(), true);
      assert.equal(emulator.calls.mostAtOnce, 2);
      given.abort();
      await assert.rejects(asked);
      emulator.fault({ delay: 1 });
      assert.equal((await cancel()).status, 200);
    });

    it("a delay that ends when its rule is removed, and no other does", async () => {
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

  it("that is none is refused, rather than to test nothing", () => {
    assert.throws(() => emulator.fault({ then: "lostanswer" as Fault & string }), /"then" must be one of lostAnswer/);
    assert.throws(() => emulator.fault({ then: {} as Fault }), /"then" must be one of/);
    assert.throws(() => emulator.fault({ delay: -1 }), /"delay"/);
    assert.throws(() => emulator.fault({ probability: 2 }), /"probability"/);
  });
});
