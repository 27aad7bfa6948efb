import assert from "node:assert/strict";
import { withGlobal, type Clock } from "@sinonjs/fake-timers";
import type { Code } from "../../provider/common/rpcCodes";
import { Deadline } from "../../provider/common/deadline";
import { NoResponseError, RpcError, InvalidResponseError } from "../../provider/operations/errors";
import { maxPause } from "../../provider/operations/pause";
import { isTransient, mayHaveArrived, retrying } from "../../provider/operations/retry";
import { rejection } from "../support/rejection";
import { withoutChance } from "../support/withoutChance";

const call = { method: "cancel", name: "operations/AbC", base: "https://host.example/v1" } as const;
const rpc = (code: Code, retryAfter?: number) => new RpcError(call, code, 0, "", [], retryAfter);
const foreign = (status: number) => new InvalidResponseError(call, status, "a flaw");
const none = (reason: string) => new NoResponseError(call, reason, false);
const unconnected = (reason: string) => new NoResponseError(call, reason, true);

const transient = [
  rpc("UNAVAILABLE"),
  rpc("RESOURCE_EXHAUSTED"),
  rpc("INTERNAL"),
  rpc("UNKNOWN"),
  rpc("DEADLINE_EXCEEDED"),
  ...[408, 429, 500, 502, 503, 504].map(foreign),
  ...["ECONNRESET", "ETIMEDOUT", "EPIPE", "ERR_BAD_RESPONSE", "ERR_SSL_BAD_RECORD_MAC"].map(none),
  // TLS that breaks once the connection was ready.
  ...["ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_BAD_RECORD_TYPE", "ERR_SSL_INVALID_AAD", "EPROTO"].map(none),
];
/** There is no connection, so that nothing is sent: the next try may have one. */
const unsent = ["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL", "EAI_AGAIN", "ECONNRESET"].map(
  unconnected,
);
/** Not worth another attempt, and no refusal: the service may have carried out the call. */
const uncertain = [
  rpc("DATA_LOSS"),
  new RpcError(call, "INVALID_ARGUMENT", 500, ""),
  ...[505, 520, 524, 530, 599].map(foreign),
];
const definite = [
  ...(
    [
      "NOT_FOUND",
      "UNIMPLEMENTED",
      "PERMISSION_DENIED",
      "FAILED_PRECONDITION",
      "INVALID_ARGUMENT",
      "UNAUTHENTICATED",
      "ABORTED",
      "ALREADY_EXISTS",
      "OUT_OF_RANGE",
      "CANCELLED",
    ] as const
  ).map((code) => rpc(code)),
  ...[301, 302, 400, 401, 403, 404, 405, 499, 501].map(foreign),
  new RpcError(call, "UNIMPLEMENTED", 501, ""),
  ...["ENOTFOUND", "ERR_INVALID_URL", "CERT_HAS_EXPIRED", "ERR_TLS_CERT_ALTNAME_INVALID"].map(unconnected),
  ...["EPROTO", "ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PACKET_LENGTH_TOO_LONG"].map(unconnected),
  ...["DEPTH_ZERO_SELF_SIGNED_CERT", "SELF_SIGNED_CERT_IN_CHAIN", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"].map(unconnected),
  new Error("a defect"),
];

describe("a call that fails", () => {
  let clock: Clock;
  beforeEach(() => {
    clock = withGlobal(globalThis).install({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  });
  afterEach(() => {
    clock.uninstall();
  });

  /** Fails with one error after the other, and then, or at once, succeeds. */
  function failing(...errors: Error[]) {
    const times: number[] = [];
    return {
      times,
      call: () => {
        const error = errors[times.length];
        times.push(clock.now);
        return error ? Promise.reject(error) : Promise.resolve("done");
      },
    };
  }
  const always = (error: Error) => failing(...Array.from({ length: 100_000 }, () => error));

  async function run(work: Promise<unknown>): Promise<{ value?: unknown; error?: unknown }> {
    const settled = work.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    await clock.runAllAsync();
    return settled;
  }

  for (const error of transient) {
    it(`is made again after ${error.message}`, async () => {
      assert.ok(isTransient(error) && mayHaveArrived(error));
      const tries = failing(error, error);
      assert.deepEqual(await run(retrying(Deadline.after(60_000), tries.call)), { value: "done" });
      assert.equal(tries.times.length, 3);
    });
  }

  for (const error of uncertain) {
    it(`is not made again after ${error.message}, and may have been carried out`, async () => {
      assert.ok(!isTransient(error) && mayHaveArrived(error));
      const tries = always(error);
      assert.equal((await run(retrying(Deadline.after(60_000), tries.call))).error, error);
      assert.equal(tries.times.length, 1);
    });
  }

  for (const error of unsent) {
    it(`is made again after ${error.message}, and was not carried out`, async () => {
      assert.ok(isTransient(error) && !mayHaveArrived(error));
      assert.match(error.message, /the call didn't arrive$/);
      const tries = failing(error, error);
      assert.deepEqual(await run(retrying(Deadline.after(60_000), tries.call)), { value: "done" });
    });
  }

  for (const error of definite) {
    it(`is never made again after ${error.message}`, async () => {
      assert.equal(isTransient(error) || mayHaveArrived(error), false);
      const tries = always(error);
      assert.deepEqual(await run(retrying(Deadline.after(60_000), tries.call)), { error });
      assert.equal(tries.times.length, 1);
    });
  }

  it("tells of each try that failed", async () => {
    const errors = [rpc("UNAVAILABLE"), none("ECONNREFUSED"), rpc("PERMISSION_DENIED")];
    const told: unknown[] = [];
    await run(retrying(Deadline.after(60_000), failing(...errors).call, (error) => told.push(error)));
    assert.deepEqual(told, errors);
  });

  it("gives up at the deadline with the last error, after a last try there", async () => {
    const tries = always(rpc("UNAVAILABLE"));
    const { error } = await run(retrying(Deadline.after(60_000), tries.call));
    assert.ok(error instanceof RpcError);
    assert.equal(tries.times.at(-1), 60_000);
    assert.ok(tries.times.length >= 7, String(tries.times.length)); // 10 s apart at most
  });

  it("is made once when the deadline has passed before", async () => {
    const tries = always(rpc("UNAVAILABLE"));
    await run(retrying(Deadline.after(0), tries.call));
    assert.equal(tries.times.length, 1);
  });

  it("is believed to answer nothing sensible after five such answers", async () => {
    const tries = always(foreign(200));
    assert.ok(mayHaveArrived(foreign(200)) && !isTransient(foreign(200)));
    const { error } = await run(retrying(Deadline.after(3_600_000), tries.call));
    assert.ok(error instanceof InvalidResponseError);
    assert.equal(tries.times.length, 5);
  });

  it("that answers nothing sensible in between still has its five chances", async () => {
    const tries = failing(foreign(200), foreign(200), foreign(200), foreign(200), rpc("UNAVAILABLE"), foreign(200));
    assert.deepEqual(await run(retrying(Deadline.after(3_600_000), tries.call)), { value: "done" });
  });

  it("waits as long as the server asks", async () => {
    const tries = failing(rpc("UNAVAILABLE", 45_000), rpc("RESOURCE_EXHAUSTED", 30_000));
    await run(retrying(Deadline.after(600_000), tries.call));
    assert.ok((tries.times[1] ?? 0) >= 45_000 && (tries.times[2] ?? 0) >= 75_000, String(tries.times));
  });

  it("waits no longer than its deadline, even if the server asks for longer", async () => {
    const tries = always(rpc("UNAVAILABLE", maxPause));
    await run(retrying(Deadline.after(5_000), tries.call));
    assert.deepEqual(tries.times, [0, 5_000]);
  });

  for (const [asked, words] of [
    [maxPause + 1, "1 minute 1 second"],
    [3_600_000, "1 hour"],
    [5_400_000, "1 hour 30 minutes"],
    [2 * 86_400_000 + 3_600_000, "2 days 1 hour"],
    [Infinity, "more than a year"],
  ] as const) {
    it(`fails at once when the server asks for a pause of ${words}`, async () => {
      for (const error of [
        rpc("UNAVAILABLE", asked),
        rpc("RESOURCE_EXHAUSTED", asked),
        new InvalidResponseError(call, 503, "a flaw", "", asked),
      ]) {
        const tries = always(error);
        assert.deepEqual(await run(retrying(Deadline.after(7 * 86_400_000), tries.call)), { error });
        assert.deepEqual(tries.times, [0]);
        assert.ok(
          error.message.endsWith(
            `. The server asks for a pause of ${words}, and a run waits for 1 minute at most; run again later`,
          ),
          error.message,
        );
        assert.ok(isTransient(error) && mayHaveArrived(error), "the call may have been carried out");
      }
    });
  }

  it("is unaffected by the pause of a definite error", async () => {
    const error = rpc("NOT_FOUND", 3_600_000);
    const { message } = error;
    assert.deepEqual(await run(retrying(Deadline.after(60_000), always(error).call)), { error });
    assert.equal(error.message, message);
  });

  for (const nonsense of [NaN, -5_000, -Infinity]) {
    it(`backs off as usual when the pause is ${nonsense}`, async () => {
      Math.random = () => 0.999999;
      const tries = failing(rpc("UNAVAILABLE", nonsense));
      await run(retrying(Deadline.after(60_000), tries.call));
      assert.deepEqual(tries.times, [0, 999]);
    });
  }

  describe("and backs off", () => {
    it("up to a growing bound, from one second to ten", async () => {
      Math.random = () => 0.999999;
      const tries = always(rpc("UNAVAILABLE"));
      await run(retrying(Deadline.after(60_000), tries.call));
      const pauses = tries.times.slice(1).map((time, index) => time - (tries.times[index] ?? 0));
      assert.deepEqual(pauses.slice(0, 5), [999, 1999, 3999, 7999, 9999]);
    });
    withoutChance();
  });
});

describe("an awaited rejection", () => {
  it("is told from a success", async () => {
    await assert.rejects(rejection(Promise.resolve(1)), /there was no rejection, but 1/);
  });
});
