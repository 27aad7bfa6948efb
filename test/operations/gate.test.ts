import assert from "node:assert/strict";
import { type Clock, install } from "@sinonjs/fake-timers";
import { Deadline } from "../../provider/operations/deadline";
import { type Call, NoAnswerError, PausedError, RpcError } from "../../provider/operations/errors";
import { Gate } from "../../provider/operations/gate";
import { retrying } from "../../provider/operations/retry";

const call: Call = { method: "get", name: "operations/AbC", base: "https://example.com/v1" };
const unavailable = () => new RpcError(call, "UNAVAILABLE", 503, "down");

describe("the gate before a host", () => {
  let clock: Clock;
  let gate: Gate;
  beforeEach(() => {
    clock = install();
    gate = new Gate();
  });
  afterEach(() => {
    clock.uninstall();
  });

  /** Lets `count` calls fail as if the host were down. */
  const fail = async (count: number) => {
    for (let i = 0; i < count; i++) {
      await assert.rejects(gate.pass(call, Deadline.after(60_000), () => Promise.reject(unavailable())));
    }
  };

  it("lets calls pass at once while all is well", async () => {
    assert.equal(await gate.pass(call, Deadline.after(0), () => Promise.resolve("done")), "done");
  });

  for (const [what, error, pause] of [
    ["a Retry-After", new RpcError(call, "UNAVAILABLE", 503, "", [], 7_000), 7_000],
    ["a 429 that does not say how long", new RpcError(call, "RESOURCE_EXHAUSTED", 429, ""), 1_000],
  ] as const) {
    it(`holds all calls back after ${what}`, async () => {
      await assert.rejects(gate.pass(call, Deadline.after(60_000), () => Promise.reject(error)));
      const times: number[] = [];
      const others = [1, 2, 3].map(() =>
        gate.pass(call, Deadline.after(60_000), () => Promise.resolve(times.push(clock.now))),
      );
      await clock.tickAsync(pause - 1);
      assert.deepEqual(times, []);
      await clock.tickAsync(2);
      await Promise.all(others);
      assert.equal(times.length, 3);
    });
  }

  it("sends one probe at a time to a host that is down, ever more rarely, and opens when one gets through", async () => {
    await fail(10);
    let inFlight = 0;
    const atOnce = new Set<number>();
    const probes: number[] = [];
    let up = false;
    const attempt = async () => {
      probes.push(clock.now);
      atOnce.add(++inFlight);
      await new Promise((resolve) => setTimeout(resolve, 50));
      inFlight--;
      if (!up) throw unavailable();
    };
    const calls = Array.from({ length: 100 }, () =>
      retrying(Deadline.after(600_000), () => gate.pass(call, Deadline.after(600_000), attempt)),
    );
    await clock.tickAsync(60_000);
    assert.deepEqual([...atOnce], [1]);
    assert.ok(probes.length >= 4 && probes.length <= 40, `${probes.length} probes in a minute, for 100 calls`);

    up = true;
    await clock.tickAsync(30_000);
    await Promise.all(calls);
    assert.ok(atOnce.size > 1, "open again");
  });

  it("is not closed by an answer that is definite", async () => {
    for (let i = 0; i < 10; i++) {
      const denied = new RpcError(call, "PERMISSION_DENIED", 403, "");
      await assert.rejects(gate.pass(call, Deadline.after(1_000), () => Promise.reject(denied)));
    }
    assert.equal(await gate.pass(call, Deadline.after(0), () => Promise.resolve(1)), 1);
  });

  it("fails a call at its deadline and not before, with what the host did last", async () => {
    await assert.rejects(
      gate.pass(call, Deadline.after(60_000), () =>
        Promise.reject(new RpcError(call, "UNAVAILABLE", 503, "", [], 3_600_000)),
      ),
    );
    const ended: unknown[] = [];
    let made = false;
    const held = gate
      .pass(call, Deadline.after(5_000), () => {
        made = true;
        return Promise.resolve();
      })
      .catch((error: unknown) => {
        ended.push(error);
      });
    await clock.tickAsync(4_999);
    assert.equal(ended.length, 0);
    await clock.tickAsync(2);
    await held;
    const [error] = ended;
    assert.ok(error instanceof PausedError);
    assert.match(error.message, /was not made.*UNAVAILABLE/);
    assert.equal(made, false);
  });

  it("does not hide what an earlier try of the same call may have come to", async () => {
    const deadline = Deadline.after(5_000);
    const reset = new NoAnswerError(call, "ECONNRESET");
    let tries = 0;
    const result = retrying(deadline, () =>
      gate.pass(call, deadline, () => {
        tries++;
        return Promise.reject(reset);
      }),
    ).catch((error: unknown) => error);
    await clock.tickAsync(0);
    await assert.rejects(
      gate.pass(call, Deadline.after(60_000), () =>
        Promise.reject(new RpcError(call, "UNAVAILABLE", 503, "", [], 60_000)),
      ),
    );
    await clock.tickAsync(10_000);
    assert.equal(await result, reset);
    assert.equal(tries, 1);
  });
});
