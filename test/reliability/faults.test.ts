import assert from "node:assert/strict";
import { type FaultRule, startEmulator } from "../../provider/emulator";
import { Credential } from "../../provider/auth/tokenCache";
import { cleanUps } from "../support/cleanUps";
import { startServer } from "../support/server";
import { withoutChance } from "../support/withoutChance";
import { definite, passing, type Row } from "./faultTable";
import { acknowledgements, name, providerFor, Resource } from "./resource";
import { isAcknowledgedBefore, resourceOf, type Site, sites, type Step, steps } from "./steps";
import { silence } from "../support/silence";

const second = { create: "1s", update: "1s", delete: "1s" };
const settled = ["cancelled", "succeeded", "failed"];

/** Runs `work` for all places at the same time, so their pauses overlap. A failure names its place. */
async function everywhere<T extends { label: string }>(places: readonly T[], work: (place: T) => Promise<void>) {
  assert.ok(places.length > 0);
  const results = await Promise.allSettled(places.map(work));
  const failures = results.flatMap((result, index) =>
    result.status === "rejected" ? [`${places[index]?.label ?? ""}: ${String(result.reason)}`] : [],
  );
  assert.deepEqual(failures, []);
}

describe("a step", () => {
  silence();
  withoutChance();
  const { stopping, after } = cleanUps();

  /** Starts an emulator with the fault, and returns the resource as it is before the step. */
  async function prepare(step: Step, rule?: FaultRule, customTimeouts?: Readonly<Record<string, string>>) {
    const emulator = stopping(await startEmulator({ operations: [step.operation, { name: "operations/other" }] }));
    const fault = emulator.fault(rule ?? { calls: [], then: { status: 500 } });
    const resource = resourceOf(step, providerFor(emulator.endpoint), customTimeouts);
    const made = () => emulator.calls.all().map(({ method }) => method);
    const truth = () => emulator.operation(name)?.outcome;
    /** Asserts that a recorded settled outcome is the operation's real outcome. */
    const assertTrue = () => {
      const outcome = resource.state?.["outcome"];
      if (settled.includes(String(outcome))) assert.equal(outcome, truth());
    };
    return { emulator, fault, resource, made, truth, assertTrue };
  }

  const at = ({ method, nth }: Site, { rule }: Row, calls: FaultRule["calls"] = nth): FaultRule => ({
    ...rule,
    method,
    calls,
  });

  const befallenBy = ({ method: only, keepsStatus, garbles }: Row) =>
    sites.filter(
      ({ method, step }) =>
        (only ?? method) === method &&
        // Such a step expects an error, which keeps its status under these faults, so the client doesn't retry.
        !((keepsStatus ?? garbles) && method === "cancel" && step.outcome === "unsupported"),
    );

  it("makes its calls in order when there is no fault", () =>
    everywhere(steps, async (step) => {
      const { resource, made, truth } = await prepare(step);
      assert.deepEqual(await step.run(resource), { ended: "done", message: "" });
      assert.deepEqual(made(), step.calls);
      assert.equal(resource.state?.["outcome"], step.outcome);
      assert.equal(truth(), step.truth);
    }));

  describe("a step with a transient fault", () => {
    for (const row of passing) {
      for (const [times, often] of [
        [1, "once"],
        [2, "twice in a row"],
      ] as const) {
        it(`recovers from ${row.label}, ${often}`, () =>
          everywhere(befallenBy(row), async (site) => {
            const { step, index, nth, method } = site;
            const calls = Array.from({ length: times }, (_, more) => nth + more);
            const { resource, fault, made, truth, assertTrue } = await prepare(step, at(site, row, calls));
            assert.deepEqual(await step.run(resource), { ended: "done", message: "" });
            assert.equal(fault.hits, times);
            assert.deepEqual(made(), step.calls.toSpliced(index, 1, ...calls.map(() => method), method));
            assert.equal(resource.state?.["outcome"], step.outcome);
            assert.equal(truth(), step.truth);
            assertTrue();
          }));
      }
    }

    it("waits for a slow response", () =>
      everywhere(sites, async (site) => {
        const { step, method, nth } = site;
        const { resource, made, truth } = await prepare(step, { method, calls: nth, delay: 300 });
        assert.equal((await step.run(resource)).ended, "done");
        assert.deepEqual(made(), step.calls);
        assert.equal(truth(), step.truth);
      }));
  });

  describe("a step that fails", () => {
    /** Returns how a step with a failed call ends: partially, if the service has or may have carried out a cancel. */
    const endingOf = (site: Site, mayHaveArrived: boolean) => {
      const keeps = site.step.outcome !== undefined && site.step.outcome !== "unsupported";
      if (site.method === "cancel") return mayHaveArrived && site.step.outcome !== undefined ? "partial" : "failed";
      return keeps && isAcknowledgedBefore(site) ? "partial" : "failed";
    };

    const assertNothingLost = async (site: Site, row: Row, forEver: boolean, mayHaveArrived: boolean) => {
      const { step, method, index, nth } = site;
      const prepared = await prepare(step, at(site, row, { from: nth }), forEver ? second : undefined);
      const { resource, emulator, fault, made, assertTrue, truth } = prepared;
      const before = resource.state;
      const { ended, message } = await step.run(resource);
      assert.equal(ended, endingOf(site, mayHaveArrived), message);
      assert.match(message, /operations\/AbC/);
      assert.doesNotMatch(message, /\p{Cc}/u);
      assertTrue();
      if (ended === "failed") assert.equal(resource.state, before);
      else {
        const known = isAcknowledgedBefore(site);
        assert.equal(resource.state?.["outcome"], known ? "cancelling" : "running");
        assert.equal(typeof resource.state["requestTime"] === "string", known);
      }
      const tries = made().filter((each) => each === method).length - nth + 1;
      if (!mayHaveArrived) {
        assert.equal(tries, 1, "a definite answer is not asked for again");
        assert.deepEqual(made(), step.calls.slice(0, index + 1));
      } else if (!forEver) assert.equal(tries, 5);
      if (isAcknowledgedBefore(site)) assert.equal(acknowledgements(emulator), 1, "the cancel is not repeated");

      fault.remove();
      const recorded = typeof resource.state?.["requestTime"] === "string";
      const cancels = emulator.calls.count("cancel");
      assert.deepEqual(await step.run(resource), { ended: "done", message: "" });
      assert.equal(resource.state?.["outcome"], step.outcome);
      assert.equal(truth(), step.truth);
      if (recorded) assert.equal(emulator.calls.count("cancel"), cancels, "an acknowledged cancel is not repeated");
      assertTrue();
    };

    for (const row of definite) {
      it(`is completed by the next run after ${row.label}`, () =>
        everywhere(sites, (site) => assertNothingLost(site, row, false, false)));
    }

    for (const row of passing.filter(({ garbles }) => garbles)) {
      it(`is completed by the next run after ${row.label}, five times in a row`, () =>
        everywhere(befallenBy(row), (site) => assertNothingLost(site, row, false, true)));
    }

    // A refresh fails only after a minute, so these tests leave it out.
    const bounded = ({ step }: Site) => step.label !== "a refresh";
    for (const row of [
      ...passing.filter(({ garbles, label }) => !garbles && !label.includes("retry") && !label.includes("date")),
      { label: "no response", rule: { then: "noAnswer" } } as const,
    ]) {
      it(`is completed by the next run after ${row.label}, until the time limit`, () =>
        everywhere(befallenBy(row).filter(bounded), (site) => assertNothingLost(site, row, true, true))).timeout(
        30_000,
      );
    }
  });

  describe("the pause before a retry", () => {
    for (const [what, then, pause] of [
      ["Retry-After in seconds", { status: 503, retryAfter: 1 }, 1000],
      ["RetryInfo", { status: 429, retryInfo: 0.4 }, 400],
      ["RetryInfo that differs from Retry-After", { status: 503, retryInfo: 0.4, retryAfter: 0 }, 400],
      ["a 429 without a pause", { status: 429 }, 1000],
    ] as const) {
      it(`lasts at least ${pause} ms for ${what}`, () =>
        everywhere(sites, async ({ step, method, nth, index }) => {
          const { resource, emulator } = await prepare(step, { method, calls: nth, then });
          assert.equal((await step.run(resource)).ended, "done");
          const [refused, again] = emulator.calls.all().slice(index);
          // The emulator's clock is the system's clock, in whole milliseconds.
          assert.ok((again?.time ?? 0) - (refused?.time ?? 0) >= pause - 50, "not before its time");
        }));
    }

    it("lasts at least until a date in Retry-After", () =>
      everywhere(sites, async ({ step, method, nth, index }) => {
        const date = new Date(Math.ceil(Date.now() / 1000) * 1000 + 1000);
        const { resource, emulator } = await prepare(step, {
          method,
          calls: nth,
          then: { status: 503, retryAfter: date },
        });
        assert.equal((await step.run(resource)).ended, "done");
        const again = emulator.calls.all()[index + 1];
        assert.ok((again?.time ?? 0) >= date.getTime() - 50, "not before its time");
      }));
  });

  describe("a redirect", () => {
    for (const status of [300, 301, 302, 303, 307, 308]) {
      it(`isn't followed when its status is ${status}, and the redirect's target receives nothing`, async () => {
        const elsewhere = stopping(await startServer({ json: { name, done: true, error: { code: 1 } } }));
        await everywhere(sites, async ({ step, method, nth, index }) => {
          const redirect = `${elsewhere.endpoint}/v1/${name}`;
          const { emulator, made, truth } = await prepare(step, { method, calls: nth, then: { redirect, status } });
          const resource = resourceOf(step, providerFor(emulator.endpoint, { "gcp:accessToken": "t0k3n" }));
          const { ended, message } = await step.run(resource);
          assert.notEqual(ended, "done");
          assert.match(message, /a redirect, which the package doesn't follow/);
          assert.doesNotMatch(message, /t0k3n/);
          assert.deepEqual(made(), step.calls.slice(0, index + 1));
          assert.equal(emulator.calls.last()?.headers.authorization, "Bearer t0k3n");
          assert.equal((await step.run(resource)).ended, "done");
          assert.equal(truth(), step.truth);
        });
        assert.equal(elsewhere.received.length, 0);
      });
    }
  });

  describe("a token that the service refuses", () => {
    /** Replaces the source of tokens by one that returns a new token when the service refuses the last one. */
    const rotating = () => {
      const own = Object.getOwnPropertyDescriptor(Credential.prototype, "headers") ?? assert.fail();
      after(() => {
        Object.defineProperty(Credential.prototype, "headers", own);
      });
      let serial = 1;
      Credential.prototype.headers = (refused?: string) => {
        if (refused === `Bearer ${serial}`) serial++;
        return Promise.resolve({ authorization: `Bearer ${serial}` });
      };
    };

    it("is replaced at any call, and the step succeeds", async () => {
      for (const site of sites) {
        const { step, method, nth, index } = site;
        rotating();
        const { emulator, made, truth } = await prepare(step, { method, calls: nth, then: "staleToken" });
        const resource = resourceOf(step, providerFor(emulator.endpoint, { "gcp:accessToken": "any" }));
        assert.deepEqual(await step.run(resource), { ended: "done", message: "" }, site.label);
        assert.deepEqual(made(), step.calls.toSpliced(index, 1, method, method), site.label);
        const tokens = emulator.calls.all().map(({ headers }) => headers.authorization);
        assert.equal(new Set(tokens).size, 2, site.label);
        assert.equal(truth(), step.truth, site.label);
      }
    });

    it("is replaced only once when the service refuses the new token too", async () => {
      for (const { step, method, nth, index } of sites) {
        rotating();
        const { emulator, made } = await prepare(step, { method, calls: { from: nth }, then: { status: 401 } });
        const resource = resourceOf(step, providerFor(emulator.endpoint, { "gcp:accessToken": "any" }));
        assert.match((await step.run(resource)).message, /UNAUTHENTICATED/);
        assert.deepEqual(made(), [...step.calls.slice(0, index + 1), method]);
      }
    });
  });

  describe("the outcome of a step", () => {
    it("stays cancelling, without a second cancel, when the service drops an acknowledged cancel", async () => {
      const [step = assert.fail()] = steps;
      const { resource, emulator, truth } = await prepare(step, { method: "cancel", then: "dropped" }, second);
      for (let run = 0; run < 2; run++) {
        const { ended, message } = await resource.up();
        assert.equal(ended, "partial");
        assert.match(message, /acknowledged the cancel of .* at .*still running/);
        assert.equal(resource.state?.["outcome"], "cancelling");
      }
      assert.equal(emulator.calls.count("cancel"), 1);
      emulator.settle(name, "succeeded");
      assert.equal((await resource.up()).ended, "done");
      assert.equal(resource.state?.["outcome"], truth());
    });

    it("is only delayed when a read returns a settled operation as running", async () => {
      for (const [index, nth] of [
        [0, 1],
        [6, 2],
      ] as const) {
        const step = steps[index] ?? assert.fail();
        const { resource, made, truth } = await prepare(step, { method: "get", calls: nth, then: "goesBack" });
        assert.equal((await step.run(resource)).ended, "done");
        assert.deepEqual(made(), [...step.calls, "get"]);
        assert.equal(resource.state?.["outcome"], truth());
      }
    });

    it("stays settled when a later read returns the operation as running", async () => {
      const emulator = stopping(await startEmulator({ operations: [{ name, done: "cancelled" }] }));
      emulator.fault({ method: "get", calls: { from: 2 }, then: "goesBack" });
      const prior = { outcome: "cancelling", requestTime: "2026-01-01T00:00:00.000Z" };
      const resource = new Resource(providerFor(emulator.endpoint), { operation: name }, prior);
      await resource.refresh();
      const seen = resource.state;
      assert.equal(seen?.["outcome"], "cancelled");
      for (let run = 0; run < 3; run++) await resource.refresh();
      assert.deepEqual(resource.state, seen);
      assert.equal(emulator.calls.count("get"), 4);
    });

    for (const [answer, outcome] of [
      [{ status: 404 }, "notFound"],
      [{ status: 501 }, "unsupported"],
    ] as const) {
      it(`is ${outcome}, and fails the step, after one cancel that returns ${answer.status}`, async () => {
        const [step = assert.fail()] = steps;
        const { resource, emulator } = await prepare(step, { method: "cancel", then: answer });
        const { ended, message } = await resource.up();
        assert.equal(ended, "failed");
        assert.match(message, new RegExp(`The outcome is ${outcome}`));
        assert.equal(emulator.calls.count("cancel"), 1);
      });
    }

    it("comes from a read when the response to a cancel is lost and the retry is refused", async () => {
      for (const answerWhenDone of ["FAILED_PRECONDITION", "UNIMPLEMENTED"] as const) {
        const [step = assert.fail()] = steps;
        const operation = { ...step.operation, answerWhenDone };
        const { resource, made } = await prepare(
          { ...step, operation },
          { method: "cancel", calls: 1, then: "lostAnswer" },
        );
        assert.equal((await resource.up()).ended, "done");
        assert.deepEqual(made(), ["cancel", "cancel", "get"]);
        assert.equal(resource.state?.["outcome"], "cancelled");
      }
    });
  });
});
