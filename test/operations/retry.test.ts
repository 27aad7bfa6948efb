import assert from "node:assert/strict";
import { withGlobal, type Clock } from "@sinonjs/fake-timers";
import type { Code } from "../../provider/common/rpcCodes";
import { Deadline } from "../../provider/common/deadline";
import { NoListenerError, NoResponseError, RpcError, InvalidResponseError } from "../../provider/operations/errors";
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
  // TLS that breaks after the connection was ready.
  ...["ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_BAD_RECORD_TYPE", "ERR_SSL_INVALID_AAD", "EPROTO"].map(none),
];
/** There is no connection, so nothing is sent. The next attempt may connect. */
const unsent = ["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL", "EAI_AGAIN", "ECONNRESET"].map(
  unconnected,
);
/** These errors aren't transient, but the service may have carried out the call. */
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

/** Names an error in a title. */
function label(error: Error): string {
  if (error instanceof RpcError) return error.httpStatus === 0 ? error.code : `${error.code} with ${error.httpStatus}`;
  if (error instanceof InvalidResponseError) return `an invalid response with ${error.httpStatus}`;
  if (!(error instanceof NoResponseError)) return error.message;
  return error.neverSent ? `${error.reason} before the connection was ready` : error.reason;
}

describe("a call that fails", () => {
  let clock: Clock;
  beforeEach(() => {
    clock = withGlobal(globalThis).install({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  });
  afterEach(() => {
    clock.uninstall();
  });

  /** Returns a call that fails with each of the errors in turn, and then succeeds. */
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
    it(`is retried after ${label(error)}`, async () => {
      assert.ok(isTransient(error) && mayHaveArrived(error));
      const tries = failing(error, error);
      assert.deepEqual(await run(retrying(Deadline.after(60_000), tries.call)), { value: "done" });
      assert.equal(tries.times.length, 3);
    });
  }

  for (const error of uncertain) {
    it(`isn't retried after ${label(error)}, and may have been carried out`, async () => {
      assert.ok(!isTransient(error) && mayHaveArrived(error));
      const tries = always(error);
      assert.equal((await run(retrying(Deadline.after(60_000), tries.call))).error, error);
      assert.equal(tries.times.length, 1);
    });
  }

  for (const error of unsent) {
    it(`is retried after ${label(error)}, and wasn't carried out`, async () => {
      assert.ok(isTransient(error) && !mayHaveArrived(error));
      assert.match(error.message, /so nothing was sent$/);
      const tries = failing(error, error);
      assert.deepEqual(await run(retrying(Deadline.after(60_000), tries.call)), { value: "done" });
    });
  }

  for (const error of definite) {
    it(`isn't retried after ${label(error)}, and wasn't carried out`, async () => {
      assert.equal(isTransient(error) || mayHaveArrived(error), false);
      const tries = always(error);
      assert.deepEqual(await run(retrying(Deadline.after(60_000), tries.call)), { error });
      assert.equal(tries.times.length, 1);
    });
  }

  it("reports each failed attempt", async () => {
    const errors = [rpc("UNAVAILABLE"), none("ECONNREFUSED"), rpc("PERMISSION_DENIED")];
    const told: unknown[] = [];
    await run(retrying(Deadline.after(60_000), failing(...errors).call, { onFailure: (error) => told.push(error) }));
    assert.deepEqual(told, errors);
  });

  it("ends at the deadline with the error of a last attempt", async () => {
    const tries = always(rpc("UNAVAILABLE"));
    const { error } = await run(retrying(Deadline.after(60_000), tries.call));
    assert.ok(error instanceof RpcError);
    assert.equal(tries.times.at(-1), 60_000);
    assert.ok(tries.times.length >= 7, String(tries.times.length)); // 10 s apart at most
  });

  it("is made once when the deadline has already passed", async () => {
    const tries = always(rpc("UNAVAILABLE"));
    await run(retrying(Deadline.after(0), tries.call));
    assert.equal(tries.times.length, 1);
  });

  it("ends after five invalid responses in a row", async () => {
    const tries = always(foreign(200));
    assert.ok(mayHaveArrived(foreign(200)) && !isTransient(foreign(200)));
    const { error } = await run(retrying(Deadline.after(3_600_000), tries.call));
    assert.ok(error instanceof InvalidResponseError);
    assert.equal(tries.times.length, 5);
  });

  it("counts its invalid responses from zero again after another error", async () => {
    const tries = failing(foreign(200), foreign(200), foreign(200), foreign(200), rpc("UNAVAILABLE"), foreign(200));
    assert.deepEqual(await run(retrying(Deadline.after(3_600_000), tries.call)), { value: "done" });
  });

  it("waits as long as the server asks before the next attempt", async () => {
    const tries = failing(rpc("UNAVAILABLE", 45_000), rpc("RESOURCE_EXHAUSTED", 30_000));
    await run(retrying(Deadline.after(600_000), tries.call));
    assert.ok((tries.times[1] ?? 0) >= 45_000 && (tries.times[2] ?? 0) >= 75_000, String(tries.times));
  });

  it("waits no longer than its deadline, even if the server asks for a longer pause", async () => {
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
    it(`ends at once when the server asks for a pause of ${words}`, async () => {
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
            `. The server asks for a pause of ${words}, but the package waits at most 1 minute. Run again later`,
          ),
          error.message,
        );
        assert.ok(isTransient(error) && mayHaveArrived(error), "the call may have been carried out");
      }
    });
  }

  it("is retried every half second while nothing listens at a host of this machine, until that lasts too long", async () => {
    const error = new NoListenerError(call);
    const tries = always(error);
    const hasNoListener = () => clock.now >= 3_000;
    assert.deepEqual(await run(retrying(Deadline.after(600_000), tries.call, { hasNoListener })), { error });
    assert.deepEqual(tries.times, [0, 500, 1_000, 1_500, 2_000, 2_500, 3_000]);
    assert.ok(!mayHaveArrived(error));
  });

  it("ignores the pause of a definite error", async () => {
    const error = rpc("NOT_FOUND", 3_600_000);
    const { message } = error;
    assert.deepEqual(await run(retrying(Deadline.after(60_000), always(error).call)), { error });
    assert.equal(error.message, message);
  });

  for (const nonsense of [NaN, -5_000, -Infinity]) {
    it(`backs off as usual when the server asks for a pause of ${nonsense} ms`, async () => {
      Math.random = () => 0.999999;
      const tries = failing(rpc("UNAVAILABLE", nonsense));
      await run(retrying(Deadline.after(60_000), tries.call));
      assert.deepEqual(tries.times, [0, 999]);
    });
  }

  describe("the longest backoff before each retry", () => {
    it("grows from one second to ten seconds", async () => {
      Math.random = () => 0.999999;
      const tries = always(rpc("UNAVAILABLE"));
      await run(retrying(Deadline.after(60_000), tries.call));
      const pauses = tries.times.slice(1).map((time, index) => time - (tries.times[index] ?? 0));
      assert.deepEqual(pauses.slice(0, 5), [999, 1999, 3999, 7999, 9999]);
    });
    withoutChance();
  });
});

describe("the helper rejection()", () => {
  it("throws when the promise is fulfilled", async () => {
    await assert.rejects(rejection(Promise.resolve(1)), /there was no rejection, but 1/);
  });
});
