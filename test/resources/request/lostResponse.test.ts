import assert from "node:assert/strict";
import dns from "node:dns";
import { Credential } from "../../../provider/auth/tokenCache";
import { CredentialError } from "../../../provider/auth/credentialError";
import { type Fault, startEmulator } from "../../../provider/emulator";
import { rejection } from "../../support/rejection";
import { rpc, startServer } from "../../support/server";
import { silence } from "../../support/silence";
import { stepsAgainst as sweepAgainst } from "../sweep/stage";
import { failure, name, partial, stage, stepsAgainst } from "./stage";

const unknown =
  /may have carried out an earlier cancel call.*It isn't known whether the service carried out the cancel\. The next run/;
const onDelete = { cancelOn: "delete", outcome: "running", done: false };

/** Responses that don't say whether the service carried out the call. It did. */
const ambiguous: readonly (readonly [string, Fault, boolean?])[] = [
  ["a lost response", "lostAnswer"],
  ["a garbled response", { body: "html" }],
  ["a truncated response", { body: "truncated" }],
  ["a reset within the headers", { reset: "withinHeaders" }],
  ["a 503", { status: 503 }, true],
  ["a 504 of a proxy", { status: 504, body: "html" }, true],
];

/** Definite refusals of the retry. */
const refusals: readonly (readonly [string, Fault, RegExp])[] = [
  ["400", { status: 400 }, /INVALID_ARGUMENT|FAILED_PRECONDITION/],
  ["401", { status: 401 }, /UNAUTHENTICATED/],
  ["403", { status: 403 }, /PERMISSION_DENIED/],
  ["409", { status: 409 }, /ABORTED/],
  ["499", { status: 499 }, /CANCELLED/],
  ["302", { redirect: "http://127.0.0.1:9/" }, /a redirect, which the package doesn't follow/],
  ["404 with HTML", { status: 404, body: "html" }, /HTTP 404/],
  ["501 with HTML", { status: 501, body: "html" }, /HTTP 501/],
  ["FAILED_PRECONDITION", { status: 400, code: "FAILED_PRECONDITION" }, /FAILED_PRECONDITION.*operation running/],
  ["UNIMPLEMENTED", { status: 501 }, /UNIMPLEMENTED.*operation running/],
];

describe("a cancel whose first response was lost", () => {
  silence();
  const { enter, stopping, after } = stage();

  /** Starts a service that carries out the first cancel and responds to its retry with `then`. */
  async function retriedWith(then: Fault, first: Fault = "lostAnswer", carriedOut = true) {
    const world = await enter({ operations: [{ name, onCancel: "ignore" }] });
    const faults = [
      world.emulator.fault({ method: "cancel", calls: 1, then: first, carriedOut }),
      world.emulator.fault({ method: "cancel", calls: { from: 2 }, then }),
    ];
    const heal = () => {
      for (const fault of faults) fault.remove();
    };
    return { ...world, heal };
  }

  for (const [what, then, words] of refusals) {
    it(`leaves a partial creation when the retry responds ${what}`, async () => {
      const { create, emulator, update, heal } = await retriedWith(then);
      const { outputs, message } = await partial(create({ expect: ["cancelled", "notFound"] }));
      assert.equal(outputs["outcome"], "running");
      assert.equal(outputs["requestTime"], undefined);
      assert.match(message, unknown);
      assert.match(message, words);
      assert.match(message, /^operations\/AbC/);
      assert.equal(emulator.calls.count("cancel"), 2);

      heal();
      emulator.settle(name, "cancelled");
      assert.equal((await update(outputs))["outcome"], "cancelled");
      assert.equal(emulator.calls.count("cancel"), 2, "the operation has ended, so there is nothing to cancel");
    });

    it(`leaves a partial update when the retry responds ${what}`, async () => {
      const { update } = await retriedWith(then);
      const { outputs, message } = await partial(update({ outcome: "unsupported", done: false }));
      assert.deepEqual([outputs["outcome"], outputs["requestTime"]], ["running", undefined]);
      assert.match(message, unknown);
    });

    it(`fails a delete, which keeps the resource, when the retry responds ${what}`, async () => {
      const { remove, heal, emulator } = await retriedWith(then);
      const { message } = await rejection(remove({ ...onDelete, expect: ["cancelled"] }));
      assert.match(message, unknown);
      assert.match(message, words);
      heal();
      emulator.settle(name, "cancelled");
      await remove(onDelete);
    });

    it(`leaves a partial sweep when the retry responds ${what}`, async () => {
      const { emulator } = await retriedWith(then);
      const { message } = await partial(sweepAgainst(emulator.endpoint).create());
      assert.match(message, /may have carried out an earlier cancel call/);
    });
  }

  for (const [what, first, carriedOut] of ambiguous) {
    it(`leaves a partial creation when the retry responds 403 after ${what}`, async () => {
      const { create, emulator } = await retriedWith({ status: 403 }, first, carriedOut);
      const { message } = await partial(create());
      assert.match(message, unknown);
      assert.equal(emulator.operation(name)?.cancelRequested, true);
    });
  }

  it("leaves a partial creation when the last of several different errors is a 403", async () => {
    const { create, emulator } = await enter({ operations: [{ name }] });
    emulator.fault({ method: "cancel", calls: 1, then: "lostAnswer" });
    emulator.fault({ method: "cancel", calls: 2, then: { status: 401 } });
    emulator.fault({ method: "cancel", calls: 3, then: { body: "html" } });
    emulator.fault({ method: "cancel", calls: 4, then: { status: 403 } });
    emulator.fault({ method: "cancel", calls: { from: 2 }, then: { status: 403 } });
    assert.match((await partial(create())).message, unknown);
  });

  it("leaves a partial creation when the service refuses the retry's token and a fresh token", async () => {
    const { emulator } = await retriedWith({ status: 401 });
    const asked = credentials(() => ({ authorization: "Bearer made-up-token" }));
    const { message } = await partial(stepsAgainst(emulator.endpoint, { "gcp:accessToken": "any" }).create());
    assert.match(message, unknown);
    assert.match(message, /UNAUTHENTICATED/);
    assert.deepEqual(asked, [undefined, undefined, "Bearer made-up-token"]);
    assert.equal(emulator.calls.count("cancel"), 3);
  });

  it("leaves a partial creation when the call with a fresh token loses its response and its retry responds 403", async () => {
    const { emulator } = await enter({ operations: [{ name }] });
    emulator.fault({ method: "cancel", calls: 1, then: { status: 401 } });
    emulator.fault({ method: "cancel", calls: 2, then: "lostAnswer" });
    emulator.fault({ method: "cancel", calls: 3, then: { status: 403 } });
    credentials(() => ({ authorization: "Bearer made-up-token" }));
    const { message } = await partial(stepsAgainst(emulator.endpoint, { "gcp:accessToken": "any" }).create());
    assert.match(message, unknown);
  });

  for (const transient of [false, true]) {
    it(`leaves a partial creation when a ${transient ? "transient" : "permanent"} error leaves the retry without a credential`, async () => {
      const { emulator } = await enter({ operations: [{ name }] });
      emulator.fault({ method: "cancel", calls: 1, then: "lostAnswer" });
      credentials((attempt) => {
        if (attempt === 1) return {};
        throw new CredentialError("Can't get an access token: invalid_grant.", transient);
      });
      const steps = stepsAgainst(emulator.endpoint, { "gcp:accessToken": "any" });
      const { message, outputs } = await partial(steps.create({ customTimeouts: { create: "50ms" } }));
      assert.match(message, /It isn't known whether the service carried out the cancel/);
      if (!transient) assert.match(message, /an earlier cancel call.*invalid_grant/);
      assert.equal(outputs["outcome"], "running");
      assert.equal(emulator.calls.count("cancel"), 1);
    });
  }

  it("leaves a partial creation when the host name no longer resolves for the retry", async () => {
    const { endpoint } = stopping(await startServer((_request, response) => response.destroy()));
    const { lookup } = dns;
    let lookups = 0;
    const failing = (...args: unknown[]) => {
      if (lookups++ === 0) {
        (lookup as (...all: unknown[]) => void)(...args);
        return;
      }
      const error = Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND", syscall: "getaddrinfo" });
      (args.at(-1) as (error: Error) => void)(error);
    };
    dns.lookup = failing as unknown as typeof dns.lookup;
    after(() => (dns.lookup = lookup));
    const { message } = await partial(stepsAgainst(endpoint.replace("127.0.0.1", "localhost")).create());
    assert.equal(lookups, 2);
    assert.match(message, unknown);
    assert.match(message, /ENOTFOUND/);
  });

  it("leaves a partial creation when the host refuses every retry's connection", async () => {
    const { endpoint } = await vanishing();
    const { message } = await partial(stepsAgainst(endpoint).create({ customTimeouts: { create: "50ms" } }));
    assert.match(message, unknown);
    assert.match(message, /ECONNREFUSED/);
  });

  for (const [what, then] of [
    ["403", { status: 403 }],
    ["503", { status: 503 }],
    ["HTML", { body: "html" }],
  ] as const) {
    for (const code of ["FAILED_PRECONDITION", "UNIMPLEMENTED"] as const) {
      it(`leaves a partial creation when the retry responds ${code} and the read responds ${what}`, async () => {
        const { create, emulator } = await retriedWith({ status: 400, code });
        emulator.fault({ method: "get", then });
        const { outputs, message } = await partial(create({ customTimeouts: { create: "50ms" } }));
        assert.equal(outputs["outcome"], "running");
        assert.match(message, unknown);
        assert.match(message, /a read then failed/);
      });
    }
  }

  for (const code of ["FAILED_PRECONDITION", "UNIMPLEMENTED"] as const) {
    it(`records how the operation ended when the retry responds ${code} and a read finds the operation done`, async () => {
      const { create, emulator } = await enter({ operations: [{ name, answerWhenDone: code }] });
      emulator.fault({ method: "cancel", calls: 1, then: "lostAnswer" });
      const { outputs } = await create();
      assert.equal(outputs["outcome"], "cancelled");
    });
  }

  it("records notFound when the retry responds NOT_FOUND and `expect` allows it", async () => {
    const { create, emulator } = await retriedWith({ status: 404 });
    const { outputs } = await create({ expect: ["cancelled", "notFound"] });
    assert.equal(outputs["outcome"], "notFound");
    assert.equal(emulator.calls.count(), 2);
  });

  it("leaves a partial creation when the retry responds NOT_FOUND and `expect` excludes notFound", async () => {
    const { create } = await retriedWith({ status: 404 });
    const { outputs, message } = await partial(create());
    assert.equal(outputs["outcome"], "notFound");
    assert.match(message, unknown);
    assert.match(message, /NOT_FOUND/);
  });

  it("records unsupported when the retry responds UNIMPLEMENTED and `expect` allows it", async () => {
    const { create, emulator } = await retriedWith({ status: 501 });
    const { outputs } = await create({ expect: ["cancelled", "unsupported"] });
    assert.deepEqual([outputs["outcome"], outputs["done"]], ["unsupported", false]);
    assert.equal(emulator.calls.count(), 3);
  });

  it("keeps the hint for a refused caller in the error's message", async () => {
    const { create } = await retriedWith({ status: 403 });
    assert.match((await partial(create())).message, /Cloud Channel serves resellers only/);
  });

  describe("a cancel of which no attempt can have arrived", () => {
    it("leaves no resource, and says that nothing was sent, when the host refuses every connection", async () => {
      const server = await startServer();
      await server.stop();
      const { create, update } = stepsAgainst(server.endpoint);
      const brief = { customTimeouts: { create: "50ms" } };
      const { message } = await failure(create(brief));
      assert.match(message, /^operations\/AbC: no response .*ECONNREFUSED.*nothing was sent\. Nothing listens/);
      await failure(update({ outcome: "running" }, { customTimeouts: { update: "50ms" } }));
    });

    it("leaves no resource when the host refuses the connection and the retry responds 403", async () => {
      const first = await startServer();
      await first.stop();
      const port = Number(new URL(first.endpoint).port);
      credentials((attempt) => {
        if (attempt === 2)
          return startEmulator({ port, operations: [{ name }] })
            .then(stopping)
            .then(forbidding);
        return {};
      });
      const { message } = await failure(stepsAgainst(first.endpoint, { "gcp:accessToken": "any" }).create());
      assert.match(message, /PERMISSION_DENIED/);
      assert.doesNotMatch(message, /may have been/);
    });

    it("leaves no resource when the first attempt gets no credential", async () => {
      const { emulator } = await enter({ operations: [{ name }] });
      credentials(() => {
        throw new CredentialError("Can't get an access token: invalid_grant.", false);
      });
      const { message } = await failure(stepsAgainst(emulator.endpoint, { "gcp:accessToken": "any" }).create());
      assert.match(message, /invalid_grant/);
      assert.equal(emulator.calls.count(), 0);
    });

    it("leaves no resource when a stale token can't be replaced", async () => {
      const { emulator } = await enter({ operations: [{ name }] });
      emulator.fault({ method: "cancel", then: { status: 401 } });
      credentials((attempt) => {
        if (attempt === 1) return { authorization: "Bearer made-up-token" };
        throw new CredentialError("Can't get an access token: invalid_grant.", false);
      });
      await failure(stepsAgainst(emulator.endpoint, { "gcp:accessToken": "any" }).create());
    });
  });

  it("doesn't affect the error of a read, which fails with the 403 that follows a lost response", async () => {
    const { read, emulator } = await enter({ operations: [{ name }] });
    emulator.fault({ method: "get", calls: 1, then: "lostAnswer" });
    emulator.fault({ method: "get", calls: 2, then: { status: 403 } });
    assert.doesNotMatch((await failure(read({ operation: name }))).message, /earlier cancel call/);
  });

  /** Replaces the credentials. `make` gets the number of the attempt, from 1. */
  function credentials(make: (attempt: number) => object | Promise<object>): (string | undefined)[] {
    const own = Object.getOwnPropertyDescriptor(Credential.prototype, "headers") ?? assert.fail();
    after(() => Object.defineProperty(Credential.prototype, "headers", own));
    const asked: (string | undefined)[] = [];
    Credential.prototype.headers = async (refused?: string) => {
      asked.push(refused);
      return (await make(asked.length)) as Record<string, string>;
    };
    return asked;
  }

  function forbidding(emulator: Awaited<ReturnType<typeof startEmulator>>): object {
    emulator.fault({ then: { status: 403 } });
    return {};
  }

  /** Starts a server that stops at its first HTTP request, without a response. */
  async function vanishing() {
    const server = await startServer((_request, response) => {
      void server.stop();
      response.destroy();
    });
    return server;
  }

  it("records the request time when the server acknowledges the retry", async () => {
    const { endpoint } = stopping(
      await startServer((_request, response) => response.destroy(), { json: {} }, rpc(404, "NOT_FOUND")),
    );
    const { outputs } = await partial(stepsAgainst(endpoint).create());
    assert.equal(typeof outputs["requestTime"], "string");
  });
});
