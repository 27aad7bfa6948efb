import assert from "node:assert/strict";
import { type Clock, install } from "@sinonjs/fake-timers";
import { CircuitBreaker } from "../../provider/operations/circuitBreaker";
import type { Code } from "../../provider/common/rpcCodes";
import { Deadline } from "../../provider/common/deadline";
import {
  type Call,
  NoListenerError,
  NoResponseError,
  PausedError,
  RpcError,
  InvalidResponseError,
} from "../../provider/operations/errors";
import { retrying } from "../../provider/operations/retry";

const callOf = (name: string): Call => ({ method: "get", name, base: "https://example.com/v1" });
const rpc = (name: string, code: Code, httpStatus: number, retryAfter?: number) =>
  new RpcError(callOf(name), code, httpStatus, "", [], retryAfter);
const unavailable = (name: string) => rpc(name, "UNAVAILABLE", 503);

/** The errors of calls for a broken operation, or to a host that is down. */
const failures: Readonly<Record<string, (name: string) => Error>> = {
  "HTTP 500": (name) => rpc(name, "INTERNAL", 500),
  "HTTP 503": unavailable,
  "a page of HTML with 502": (name) => new InvalidResponseError(callOf(name), 502, "a flaw"),
  "a reset": (name) => new NoResponseError(callOf(name), "ECONNRESET", false),
  "a timeout": (name) => new NoResponseError(callOf(name), "ETIMEDOUT", false),
};

describe("the circuit breaker of a host", () => {
  let clock: Clock;
  let circuitBreaker: CircuitBreaker;
  /** The calls that were made, in order. */
  let made: { name: string; time: number }[];
  const { random } = Math;
  beforeEach(() => {
    clock = install();
    circuitBreaker = new CircuitBreaker();
    made = [];
    Math.random = () => 0;
  });
  afterEach(() => {
    clock.uninstall();
    Math.random = random;
  });

  const namesOf = (count: number, kind = "n") => Array.from({ length: count }, (_, index) => `${kind}-${index}`);
  const madeNames = () => made.map(({ name }) => name);

  /** Makes one call, without retries. Returns its result or its error. */
  function execute(name: string, error?: Error, { allowance = 600_000, takes = 0 } = {}): Promise<unknown> {
    const attempt = async () => {
      made.push({ name, time: clock.now });
      if (takes > 0) await new Promise((resolve) => setTimeout(resolve, takes));
      if (error) throw error;
      return "done";
    };
    return circuitBreaker.execute(callOf(name), Deadline.after(allowance), attempt).catch((reason: unknown) => reason);
  }

  async function fail(names: readonly string[], failure: (name: string) => Error = unavailable): Promise<void> {
    for (const name of names) await execute(name, failure(name));
  }

  /** Makes a call until it gets a response, as the client does. */
  function retry(name: string, failure: () => Error | undefined, takes = 0): Promise<unknown> {
    const deadline = Deadline.after(3_600_000);
    const attempt = async () => {
      made.push({ name, time: clock.now });
      if (takes > 0) await new Promise((resolve) => setTimeout(resolve, takes));
      const error = failure();
      if (error) throw error;
      return name;
    };
    return retrying(deadline, () => circuitBreaker.execute(callOf(name), deadline, attempt));
  }

  /** Returns the number of calls at each moment after `start`. */
  function rounds(start = 0): number[] {
    const counts = new Map<number, number>();
    for (const { time } of made.filter((call) => call.time > start)) counts.set(time, (counts.get(time) ?? 0) + 1);
    return [...counts.values()];
  }

  /** Returns whether a call is made at once. The call's response closes the circuit. */
  async function isClosed(): Promise<boolean> {
    const before = made.length;
    await execute("is-closed", undefined, { allowance: 0 });
    return made.length > before;
  }

  it("makes a call at once before any call has failed", async () => {
    assert.equal(await execute("a", undefined, { allowance: 0 }), "done");
  });

  describe("a closed circuit", () => {
    for (const [what, failure] of Object.entries(failures)) {
      it(`opens after ${what} for ten different names in a row`, async () => {
        await fail(namesOf(9, "a"), failure);
        assert.ok(await isClosed());
        await fail(namesOf(10, "b"), failure);
        assert.ok(!(await isClosed()));
      });
    }

    it("stays closed after any number of failures of nine names", async () => {
      for (let round = 0; round < 100; round++) await fail(namesOf(9));
      assert.ok(await isClosed());
    });

    for (const [what, error] of [
      ["a result", undefined],
      ["a 404", rpc("answered", "NOT_FOUND", 404)],
      ["a 403", rpc("answered", "PERMISSION_DENIED", 403)],
      ["a page of HTML with 404", new InvalidResponseError(callOf("answered"), 404, "a flaw")],
    ] as const) {
      it(`stays closed when ${what} comes between two runs of nine failures`, async () => {
        await fail(namesOf(9, "a"));
        await execute("answered", error);
        await fail(namesOf(9, "b"));
        assert.ok(await isClosed());
      });
    }

    for (const [what, error] of [
      ["a credential error", new Error("no token")],
      ["a TypeError", new TypeError("a defect")],
      ["a name that does not resolve", new NoResponseError(callOf("other"), "ENOTFOUND", true)],
    ] as const) {
      it(`opens neither sooner nor later when ${what} comes between the failures`, async () => {
        await fail(namesOf(9));
        await execute("other", error);
        await execute("another", error);
        assert.equal(
          await execute("n-0", unavailable("n-0"), { allowance: 0 }).then(String),
          String(unavailable("n-0")),
        );
        await fail(["n-10"]);
        assert.ok(!(await isClosed()));
      });
    }

    it("counts the failure of a name again after a response for that name", async () => {
      await fail(namesOf(9));
      for (const name of namesOf(9)) await execute(name);
      await fail(namesOf(10));
      assert.ok(!(await isClosed()));
    });

    it("opens at most once for 60 operations that stay broken", async () => {
      const broken = namesOf(60, "broken");
      await fail(broken.slice(0, 10));
      const first = execute("healthy");
      await clock.tickAsync(500);
      assert.equal(await first, "done");
      for (let round = 0; round < 20; round++) {
        // In the first round, the healthy operation's polls keep the failures of new names in a row below ten.
        for (const [index, name] of broken.entries()) {
          if (round === 0 && index % 5 === 0) await execute("healthy");
          await fail([name]);
        }
      }
      assert.ok(await isClosed());
    });
  });

  describe("an open circuit", () => {
    beforeEach(async () => {
      await fail(namesOf(10));
      made = [];
    });

    it("sends rounds of 1, 2, 4, 8 and then 16 probes, each of another name, at growing intervals", async () => {
      for (const name of namesOf(100)) void retry(name, () => unavailable(name), 50);
      await clock.tickAsync(36_000);
      assert.deepEqual(rounds(), [1, 2, 4, 8, 16, 16, 16]);
      assert.deepEqual(
        [...new Set(made.map(({ time }) => time))].map((time, index, times) => time - (times[index - 1] ?? 0)),
        [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000],
      );
      assert.equal(new Set(madeNames()).size, 63);
    });

    for (const chance of [0, 0.5, 0.999]) {
      it(`makes fewer than two calls a second to a host that is down when Math.random() is ${chance}`, async () => {
        Math.random = () => chance;
        for (const name of namesOf(300)) void retry(name, () => unavailable(name), 5);
        await clock.tickAsync(60_000);
        assert.ok(made.length > 60 && made.length < 120, `${made.length} calls in a minute`);
      });
    }

    it("starts new rounds of probes while earlier probes hang", async () => {
      for (const name of namesOf(100)) void execute(name, unavailable(name), { takes: 30_000 });
      await clock.tickAsync(16_000);
      assert.deepEqual(rounds(), [1, 2, 4, 8, 16]);
    });

    it("never has two probes of one name in flight", async () => {
      for (let count = 0; count < 5; count++) void execute("n-0", unavailable("n-0"), { takes: 12_000 });
      await clock.tickAsync(11_000);
      assert.equal(made.length, 1);
    });

    it("makes the waiting call of a healthy operation while calls of broken operations keep arriving", async () => {
      const settled: unknown[] = [];
      void execute("healthy").then((result) => settled.push(result));
      for (let count = 0; count < 300 && settled.length === 0; count++) {
        const name = `late-${count}`;
        void execute(name, unavailable(name));
        await clock.tickAsync(100);
      }
      assert.deepEqual(settled, ["done"], `${made.length} calls in 30 s, and none of the healthy operation`);
    });

    it("includes a healthy operation that arrives late in the next round of probes", async () => {
      for (const name of namesOf(60)) void retry(name, () => unavailable(name));
      await clock.tickAsync(7_600);
      const before = made.length;
      const healthy = retry("healthy", () => undefined);
      await clock.tickAsync(100);
      assert.equal(made.length, before, "not yet");
      await clock.tickAsync(7_900);
      assert.equal(madeNames()[before], "healthy");
      assert.equal(await healthy, "healthy");
    });

    it("finds the one working operation among 61 operations that all failed", async () => {
      const names = namesOf(61);
      Math.random = () => 0.5;
      circuitBreaker = new CircuitBreaker();
      const outage = names.map((name) => execute(name, unavailable(name), { takes: 10 }));
      await clock.tickAsync(10);
      await Promise.all(outage);
      made = [];
      const start = clock.now;
      for (const name of names) void retry(name, () => (name === "n-60" ? undefined : unavailable(name)));
      await clock.tickAsync(40_000);
      const found = made.find(({ name }) => name === "n-60");
      assert.ok(found && found.time - start < 40_000, JSON.stringify(found));
      assert.ok(await isClosed());
    });

    it("probes failing names in the order of their last probes", async () => {
      const names = namesOf(10);
      for (const name of names) void retry(name, () => unavailable(name));
      await clock.tickAsync(7_600);
      assert.deepEqual(madeNames(), [...names, ...names.slice(0, 5)]);
    });

    it("closes at the first response, and makes all waiting calls at once", async () => {
      let up = false;
      const calls = namesOf(2_000).map((name) => retry(name, () => (up ? undefined : unavailable(name))));
      await clock.tickAsync(20_000);
      up = true;
      await clock.tickAsync(11_000);
      assert.equal((await Promise.all(calls)).length, 2_000);
    });

    it("is also closed by a definite error", async () => {
      const refused = rpc("n-5", "PERMISSION_DENIED", 403);
      const call = execute("n-5", refused);
      await clock.tickAsync(500);
      assert.equal(await call, refused);
      assert.ok(await isClosed());
    });

    it("is closed by the response to a call that was made before the circuit opened", async () => {
      circuitBreaker = new CircuitBreaker();
      const early = execute("early", undefined, { takes: 100 });
      await fail(namesOf(10));
      assert.ok(!(await isClosed()));
      await clock.tickAsync(100);
      await early;
      assert.ok(await isClosed());
    });

    for (const [what, error] of [
      ["a credential error", new Error("no token")],
      ["a TypeError", new TypeError("a defect")],
    ] as const) {
      it(`makes another probe at once when a probe ends with ${what}`, async () => {
        const other = execute("z", unavailable("z"));
        const defective = [execute("x", error), execute("x", error), execute("y", error)];
        void execute("n-0", unavailable("n-0"));
        await clock.tickAsync(500);
        assert.deepEqual(await Promise.all(defective), [error, error, error]);
        assert.ok((await other) instanceof RpcError);
        assert.deepEqual(
          made.map(({ time }) => time),
          [500, 500, 500, 500],
        );
        assert.ok(!(await isClosed()));
      });
    }

    it("fails a waiting call at its deadline, and not before, with the host's last error", async () => {
      const ended: unknown[] = [];
      const held = execute("n-0", undefined, { allowance: 400 }).then((error) => ended.push(error));
      await clock.tickAsync(399);
      assert.equal(ended.length, 0);
      await clock.tickAsync(1);
      await held;
      const [error] = ended;
      assert.ok(error instanceof PausedError);
      assert.match(error.message, /wasn't made.*UNAVAILABLE/);
      assert.deepEqual(made, []);
    });

    it("holds back a call for weeks if the call's deadline allows that", async () => {
      let ended = false;
      const hanging = () => new Promise(() => undefined);
      void circuitBreaker.execute(callOf("n-0"), Deadline.after(1_000), hanging);
      await clock.tickAsync(500);
      // A probe of the name hangs, so this call is never made.
      void execute("n-0", undefined, { allowance: 40 * 24 * 3_600_000 }).then(() => (ended = true));
      // Longer than the maximum of one timer.
      clock.jump(2 ** 31);
      await clock.tickAsync(10);
      assert.deepEqual([ended, made], [false, []]);
    });

    it("leaves no timer behind when no call waits", async () => {
      const call = execute("n-0", undefined, { allowance: 100 });
      await clock.tickAsync(100);
      assert.ok((await call) instanceof PausedError);
      assert.equal(clock.countTimers(), 0);
    });

    it("sets one timer for each of 2,000 waiting calls, and one more for all of them", async () => {
      for (const name of namesOf(2_000)) void execute(name);
      await clock.tickAsync(0);
      assert.equal(clock.countTimers(), 2_001);
    });
  });

  it("remembers at most 10,000 failing names", async () => {
    // All are made before the first one fails, so the circuit breaker holds none back.
    await Promise.all(namesOf(11_000).map((name) => execute(name, unavailable(name))));
    const { failing } = circuitBreaker as unknown as { failing: ReadonlyMap<string, number> };
    assert.equal(failing.size, 10_000);
  });

  describe("a response that pauses the host", () => {
    for (const [what, error, pause] of [
      ["a 503 with a pause", rpc("a", "UNAVAILABLE", 503, 7_000), 7_000],
      ["a 429 with a pause", rpc("a", "RESOURCE_EXHAUSTED", 429, 7_000), 7_000],
      ["UNAVAILABLE with another status", rpc("a", "UNAVAILABLE", 500, 7_000), 7_000],
      ["a transient code with the status 503", rpc("a", "INTERNAL", 503, 7_000), 7_000],
      ["a proxy's 503 with a pause", new InvalidResponseError(callOf("a"), 503, "", "", 7_000), 7_000],
      ["a 503 with the longest pause, a minute", rpc("a", "UNAVAILABLE", 503, 60_000), 60_000],
      ["a 429 without a pause", rpc("a", "RESOURCE_EXHAUSTED", 429), 1_000],
      ["a proxy's 429 without a pause", new InvalidResponseError(callOf("a"), 429, ""), 1_000],
      ["a 429 with a pause of NaN", rpc("a", "RESOURCE_EXHAUSTED", 429, NaN), 1_000],
      ["a 429 with a pause of an hour", rpc("a", "RESOURCE_EXHAUSTED", 429, 3_600_000), 1_000],
    ] as const) {
      it(`holds back all calls of the host for ${pause / 1000} s after ${what}`, async () => {
        await execute("a", error);
        made = [];
        const others = namesOf(3).map((name) => execute(name));
        await clock.tickAsync(pause - 1);
        assert.deepEqual(made, []);
        await clock.tickAsync(2);
        await Promise.all(others);
        assert.equal(made.length, 3);
      });
    }
  });

  describe("a response that doesn't pause the host", () => {
    for (const [what, error] of [
      ["a 503 with a pause of an hour", rpc("a", "UNAVAILABLE", 503, 3_600_000)],
      ["a 503 with an infinite pause", rpc("a", "UNAVAILABLE", 503, Infinity)],
      ["a 503 with a negative pause", rpc("a", "UNAVAILABLE", 503, -5)],
      ["a 503 without a pause", rpc("a", "UNAVAILABLE", 503)],
      ["a 404 with a pause", rpc("a", "NOT_FOUND", 404, 30_000)],
      ["a definite error with the status 503 and a pause", rpc("a", "NOT_FOUND", 503, 30_000)],
      ["a definite error with the status 429", rpc("a", "PERMISSION_DENIED", 429)],
      ["a 403 with a pause", rpc("a", "PERMISSION_DENIED", 403, 30_000)],
      ["a 500 with a pause", rpc("a", "INTERNAL", 500, 30_000)],
      ["a page of HTML with 404 and a pause", new InvalidResponseError(callOf("a"), 404, "", "", 30_000)],
      ["a page of HTML with 200 and a pause", new InvalidResponseError(callOf("a"), 200, "", "", 30_000)],
    ] as const) {
      it(`holds back no other call after ${what}`, async () => {
        await execute("a", error);
        assert.ok(await isClosed());
      });
    }
  });

  describe("a refusal by this machine, because nothing listens at the host", () => {
    const refused = (name: string) => new NoListenerError(callOf(name));

    it("opens no circuit, for any number of names", async () => {
      await fail(namesOf(100), refused);
      assert.ok(await isClosed());
    });

    it("closes an open circuit, and makes all waiting calls at once", async () => {
      await fail(namesOf(10));
      made = [];
      const calls = namesOf(100).map((name) => execute(name, refused(name)));
      await clock.tickAsync(510);
      assert.equal((await Promise.all(calls)).length, 100);
      assert.equal(made.length, 100);
    });

    it("ends a pause that the host asked for", async () => {
      const early = execute("early", refused("early"), { takes: 100 });
      await execute("a", rpc("a", "UNAVAILABLE", 503, 60_000));
      const held = execute("b");
      await clock.tickAsync(110);
      assert.deepEqual([await early.then(String), await held], [String(refused("early")), "done"]);
    });

    it("leaves a retry worthwhile for the first three seconds", async () => {
      assert.equal(circuitBreaker.hasNoListener, false);
      for (let time = 0; time < 3_000; time += 500) {
        await fail(["n"], refused);
        assert.equal(circuitBreaker.hasNoListener, false, `${time} ms`);
        await clock.tickAsync(500);
      }
      await fail(["m"], refused);
      assert.equal(circuitBreaker.hasNoListener, true);
    });

    for (const [what, error] of [
      ["a response", undefined],
      ["a reset", new NoResponseError(callOf("n"), "ECONNRESET", false)],
    ] as const) {
      it(`begins the three seconds again after ${what}`, async () => {
        await fail(["n"], refused);
        await clock.tickAsync(2_000);
        await execute("n", error);
        await fail(["n"], refused);
        await clock.tickAsync(2_000);
        await fail(["n"], refused);
        assert.equal(circuitBreaker.hasNoListener, false);
      });
    }

    it("begins the three seconds again after more than three seconds without a call", async () => {
      await fail(["n"], refused);
      await clock.tickAsync(3_001);
      await fail(["n"], refused);
      assert.equal(circuitBreaker.hasNoListener, false);
    });
  });

  it("keeps a longer pause when another response asks for a shorter one", async () => {
    const slow = execute("slow", rpc("slow", "RESOURCE_EXHAUSTED", 429), { takes: 100 });
    await execute("a", rpc("a", "UNAVAILABLE", 503, 7_000));
    await clock.tickAsync(100);
    await slow;
    made = [];
    void execute("b");
    await clock.tickAsync(6_890);
    assert.deepEqual(made, []);
    await clock.tickAsync(20);
    assert.deepEqual(madeNames(), ["b"]);
  });

  it("reports the error of an earlier attempt when a pause holds back the next attempt", async () => {
    const deadline = Deadline.after(5_000);
    const reset = new NoResponseError(callOf("a"), "ECONNRESET", false);
    let tries = 0;
    Math.random = () => 0.5;
    const result = retrying(deadline, () =>
      circuitBreaker.execute(callOf("a"), deadline, () => {
        tries++;
        return Promise.reject(reset);
      }),
    ).catch((error: unknown) => error);
    await clock.tickAsync(0);
    await execute("b", rpc("b", "UNAVAILABLE", 503, 60_000));
    await clock.tickAsync(10_000);
    assert.equal(await result, reset);
    assert.equal(tries, 1);
  });
});
