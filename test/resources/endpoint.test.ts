import assert from "node:assert/strict";
import { type Context, connect, validateContext } from "../../provider/resources/context";
import { holdsAt } from "../../provider/resources/endpoint";
import { canonicalService } from "../../provider/resources/inputs/service";
import type { Properties } from "../../provider/resources/state/record";
import * as request from "../../provider/resources/request";
import * as sweep from "../../provider/resources/sweep/steps";
import { cleanUps } from "../support/cleanUps";
import { reportFile } from "../support/reportFile";
import { withoutChance } from "../support/withoutChance";
import { startEmulator } from "../../provider/emulator";
import { contextOf, id, methodsOf, name } from "./request/stage";
import { decisionOf } from "../support/decision";

const other = "https://aiplatform.googleapis.com";
const [first, second] = ["http://127.0.0.1:1", "http://127.0.0.1:2"];

/** Returns a context that collects its lines. */
function listening(config: Record<string, string> = {}, environment: Record<string, string> = {}) {
  const lines: string[] = [];
  return { ...contextOf(config, environment), lines, log: (line: string) => lines.push(line) };
}

function endpointOf(context: Context, endpoint?: string): string {
  return connect(context, canonicalService(endpoint === undefined ? {} : { endpoint }), {}).endpoint;
}

describe("the endpoint of a call", () => {
  const token = { GOOGLE_OAUTH_ACCESS_TOKEN: "t" };

  it("is the service's own without a setting", () => {
    assert.equal(endpointOf(contextOf({}, token)), "https://cloudchannel.googleapis.com");
    assert.equal(endpointOf(contextOf({}, token), other), other);
  });

  it("is the one in the config for the default service, but not for a resource that names another service", () => {
    const context = contextOf({ "cancellation:endpoint": first }, token);
    assert.equal(endpointOf(context), first);
    assert.equal(endpointOf(context, "https://cloudchannel.googleapis.com/"), first);
    assert.equal(endpointOf(context, other), other);
  });

  it("is the one in CANCELLATION_ENDPOINT for every service, regardless of the config", () => {
    const context = contextOf({ "cancellation:endpoint": first }, { CANCELLATION_ENDPOINT: second });
    assert.equal(endpointOf(context), second);
    assert.equal(endpointOf(context, other), second);
  });

  it("can be set for each host, in the config and in the environment", () => {
    const hosts = JSON.stringify({ "AIplatform.googleapis.com": second, "x.example.com:8443": first });
    for (const context of [
      contextOf({ "cancellation:endpoint": hosts }, token),
      contextOf({}, { ...token, CANCELLATION_ENDPOINT: hosts }),
    ]) {
      assert.equal(endpointOf(context), "https://cloudchannel.googleapis.com");
      assert.equal(endpointOf(context, other), second);
      assert.equal(endpointOf(context, "https://x.example.com:8443"), first);
      assert.equal(endpointOf(context, "https://x.example.com"), "https://x.example.com");
      const withPort = contextOf({ "cancellation:endpoint": JSON.stringify({ "x.example.com:443": first }) }, token);
      assert.equal(endpointOf(withPort, "https://x.example.com"), first);
    }
  });

  it("is the emulator in the entry of a host for its regional hosts too, if they have no entry of their own", () => {
    const hosts = JSON.stringify({
      "aiplatform.googleapis.com": first,
      "us-central1-aiplatform.googleapis.com": second,
      "x.example.com:8443": first,
    });
    for (const context of [
      contextOf({ "cancellation:endpoint": hosts }, token),
      contextOf({}, { ...token, CANCELLATION_ENDPOINT: hosts }),
    ]) {
      assert.equal(endpointOf(context, "https://europe-west4-aiplatform.googleapis.com"), first);
      assert.equal(endpointOf(context, "https://US-aiplatform.googleapis.com"), first);
      assert.equal(endpointOf(context, "https://us-central1-aiplatform.googleapis.com"), second);
      assert.equal(endpointOf(context, "https://eu-x.example.com:8443"), first);
      for (const another of [
        "https://xaiplatform.googleapis.com",
        "https://europe.west4-aiplatform.googleapis.com",
        "https://europe_west4-aiplatform.googleapis.com",
        "https://europe-west4-aiplatform.googleapis.com:8443",
        "https://eu-x.example.com",
      ]) {
        assert.equal(endpointOf(context, another), another);
      }
    }
  });

  it("is a regional host's own if the entry of its host is for another machine", () => {
    const hosts = JSON.stringify({ "aiplatform.googleapis.com": "https://private.example.com" });
    const context = contextOf({ "cancellation:endpoint": hosts }, token);
    assert.equal(endpointOf(context, other), "https://private.example.com");
    const regional = "https://europe-west4-aiplatform.googleapis.com";
    assert.equal(endpointOf(context, regional), regional);
  });

  it("is the one in the config for a host that CANCELLATION_ENDPOINT doesn't name", () => {
    const environment = { ...token, CANCELLATION_ENDPOINT: JSON.stringify({ "aiplatform.googleapis.com": second }) };
    const context = contextOf({ "cancellation:endpoint": first }, environment);
    assert.equal(endpointOf(context), first);
    assert.equal(endpointOf(context, other), second);
  });

  for (const [text, reason] of [
    ["127.0.0.1:28417", /isn't a URL of the form https:\/\/HOST\. Write "http:\/\/127\.0\.0\.1:28417"$/],
    ["http://10.0.0.1", /is plain http to another machine/],
    ["{", /must be a URL, or a JSON object of URLs by host/],
    ['{"x.example.com": 1}', /, at "x\.example\.com", must be a URL$/],
    ['{"x.example.com": "http://10.0.0.1"}', /, at "x\.example\.com", is plain http/],
    ['{"https://x.example.com": "https://y.example.com"}', /, at "https:\/\/x\.example\.com", isn't a host/],
  ] as const) {
    it(`can't be ${text}, in the config or in the environment`, () => {
      const [inConfig, ...others] = validateContext(contextOf({ "cancellation:endpoint": text }));
      assert.deepEqual([inConfig?.property, others], ["", []]);
      assert.match(inConfig?.reason ?? "", /^the config cancellation:endpoint/);
      assert.match(inConfig?.reason ?? "", reason);
      const [inEnvironment] = validateContext(contextOf({}, { CANCELLATION_ENDPOINT: text }));
      assert.match(inEnvironment?.reason ?? "", /^the environment variable CANCELLATION_ENDPOINT/);
      assert.match(inEnvironment?.reason ?? "", reason);
    });
  }
});

describe("the line that shows where calls go", () => {
  const lineFor = (config: Record<string, string>, environment: Record<string, string> = {}, args = {}) => {
    const context = listening(config, environment);
    // Its own host, because a process shows each line once.
    connect(context, canonicalService({ endpoint: "https://lines.googleapis.com" }), args);
    return context.lines;
  };

  it("names the endpoint and the setting that decided it", () => {
    const endpoint = "http://127.0.0.1:3";
    assert.deepEqual(lineFor({ "cancellation:endpoint": JSON.stringify({ "lines.googleapis.com": endpoint }) }), [
      `Calls go to ${endpoint} (config cancellation:endpoint), without a credential.`,
    ]);
    assert.deepEqual(lineFor({}, { CANCELLATION_ENDPOINT: endpoint }), [
      `Calls go to ${endpoint} (environment variable CANCELLATION_ENDPOINT), without a credential.`,
    ]);
  });

  it("names the caller and the settings that decided it, and no secret", () => {
    const own = "Calls go to https://lines.googleapis.com (the service's own endpoint), ";
    const secret = "ya29.S3CR3T";
    for (const [config, environment, args, caller] of [
      [{}, {}, {}, "with application default credentials."],
      [{}, { GOOGLE_APPLICATION_CREDENTIALS: "f" }, {}, "with the credentials of GOOGLE_APPLICATION_CREDENTIALS."],
      [{ "gcp:accessToken": secret }, {}, {}, "with the access token of config gcp:accessToken."],
      [
        { "cancellation:subject": "a@b.example" },
        { GOOGLE_CREDENTIALS: `{"private_key":"${secret}"}` },
        { impersonateServiceAccount: "c@d.example" },
        "as the user a@b.example (config cancellation:subject), through the service account c@d.example (argument impersonateServiceAccount), with the credentials of GOOGLE_CREDENTIALS.",
      ],
    ] as [Record<string, string>, Record<string, string>, object, string][]) {
      assert.deepEqual(lineFor(config, environment, args), [own + caller]);
    }
  });

  it("is shown once, also in a preview", () => {
    const context = listening({ "cancellation:endpoint": "http://127.0.0.1:4" });
    for (const operation of [name, "operations/DeF"]) request.check({ operation }, context);
    sweep.check({ all: true }, context);
    connect(context, canonicalService(), {});
    assert.equal(context.lines.length, 1);
  });

  it("isn't shown if the service or the caller is unknown, or if an argument isn't valid", () => {
    const context = listening({ "cancellation:endpoint": "http://127.0.0.1:5" });
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    request.check({ operation: name, service: unknown }, context);
    request.check({ operation: name, impersonateServiceAccount: unknown }, context);
    request.check({ operation: "" }, context);
    assert.deepEqual(context.lines, []);
  });
});

describe("a record that was made on an emulator", () => {
  withoutChance();
  const { stopping } = cleanUps();
  const report = reportFile();
  /** Starts two emulators with the same operation. The second one stands for the real service. */
  const enter = async () => {
    const emulators = await Promise.all([1, 2].map(() => startEmulator({ operations: [{ name }] })));
    const [emulator, service] = emulators.map(stopping) as [(typeof emulators)[0], (typeof emulators)[0]];
    const at = ({ endpoint }: { endpoint: string }) => contextOf({ "cancellation:endpoint": endpoint });
    return { emulator, service, there: at(emulator), here: at(service) };
  };

  it("holds only at that emulator, and a record of a service holds everywhere", () => {
    assert.equal(holdsAt(first, second), false);
    assert.equal(holdsAt(first, other), false);
    assert.equal(holdsAt(first, first), true);
    assert.equal(holdsAt("http://127.0.0.1:8085", "http://localhost:8085"), true);
    assert.equal(holdsAt("http://127.0.0.1:8085", "https://localhost:8085"), false);
    assert.equal(holdsAt("http://[::1]:8085", other), false);
    assert.equal(holdsAt("http://localhost:8085", other), false);
    assert.equal(holdsAt(other, first), true);
    assert.equal(holdsAt(undefined, first), true);
  });

  it("makes the next up cancel at the service", async () => {
    const { service, there, here } = await enter();
    const inputs = { operation: name };
    const { outputs } = await request.create(inputs, there);
    assert.equal(outputs["outcome"], "cancelled");
    assert.deepEqual(decisionOf(request.diff(outputs, inputs, there)), { changes: false, replaces: [] });
    assert.deepEqual(decisionOf(request.diff(outputs, inputs, here)), { changes: true, replaces: [] });
    const updated = await request.update(id, outputs, inputs, here);
    assert.deepEqual(methodsOf(service), ["get", "cancel", "get"]);
    assert.deepEqual([updated["outcome"], updated["endpoint"]], ["cancelled", service.endpoint]);
    assert.equal(request.diff(updated, inputs, here).changes, false);
  });

  it("makes the next up cancel at the service, also after a refresh at the service", async () => {
    const { service, there, here } = await enter();
    const inputs = { operation: name };
    const { outputs } = await request.create(inputs, there);
    const refreshed = await request.read(id, outputs, here);
    assert.equal(refreshed["outcome"], "running");
    assert.equal("requestTime" in refreshed, false);
    assert.equal(request.diff(refreshed, inputs, here).changes, true);
    await request.update(id, refreshed, inputs, here);
    assert.equal(service.calls.count("cancel"), 1);
  });

  it("makes the next up read at the service for a request that cancels at its deletion", async () => {
    const { emulator, service, there, here } = await enter();
    const inputs = { operation: name, cancelOn: "delete" };
    emulator.settle(name, "cancelled");
    const { outputs } = await request.create(inputs, there);
    assert.equal(outputs["outcome"], "cancelled");
    assert.equal(request.diff(outputs, inputs, here).changes, true);
    const updated = await request.update(id, outputs, inputs, here);
    assert.equal(updated["outcome"], "running");
    assert.equal(request.diff(updated, inputs, here).changes, false);
    assert.deepEqual(methodsOf(service), ["get"]);
  });

  it("doesn't prevent the cancel of a destroy at the service", async () => {
    const { emulator, service, there, here } = await enter();
    emulator.settle(name, "cancelled");
    const { outputs } = await request.create({ operation: name, cancelOn: "delete" }, there);
    await request.remove(outputs, here);
    assert.equal(service.calls.count("cancel"), 1);
  });

  it("makes the next up sweep at the service, also after a refresh at the service", async () => {
    for (const refreshes of [false, true]) {
      const { service, there, here } = await enter();
      const inputs = { all: true, cancelOn: "create" };
      const { outputs } = await sweep.create(inputs, there);
      assert.equal(sweep.diff(outputs, inputs, there).changes, false);
      const state: Properties = refreshes ? await sweep.read(id, outputs, here) : outputs;
      assert.equal(sweep.diff(state, inputs, here).changes, true);
      const updated = await sweep.update(id, state, inputs, here);
      assert.equal(service.calls.count("cancel"), 1);
      assert.deepEqual(updated["outcomes"], { cancelled: 1 });
      assert.equal("incomplete" in updated, false);
      assert.equal(sweep.diff(updated, inputs, here).changes, false);
    }
  });

  it("makes the next up count at the service for a sweep that cancels at its deletion", async () => {
    const { emulator, there, here } = await enter();
    const inputs = { all: true };
    emulator.add({ name: "operations/DeF" });
    const { outputs } = await sweep.create(inputs, there);
    assert.equal(outputs["matched"], 2);
    const updated = await sweep.update(id, outputs, inputs, here);
    assert.equal(updated["matched"], 1);
    assert.equal("incomplete" in updated, false);
  });

  it("makes a preview of a request and of a sweep show once why the next up asks elsewhere", async () => {
    const { emulator, service, there } = await enter();
    const here = listening({ "cancellation:endpoint": service.endpoint });
    const moved = (label: string) =>
      `${label}: the state records what happened at ${emulator.endpoint}. Calls go to ${service.endpoint}, so the next update asks there.`;
    const one = { operation: name, __resourceName: "stuck" };
    const { outputs } = await request.create(one, there);
    for (const inputs of [one, one, { ...one, cancelOn: "delete" }]) request.diff(outputs, inputs, here);
    assert.deepEqual(here.lines, [moved(`stuck (${name})`)]);
    here.lines.length = 0;
    for (const cancelOn of ["create", "delete"]) {
      const all = { all: true, cancelOn, __resourceName: cancelOn };
      const { outputs: swept } = await sweep.create(all, there);
      sweep.diff(swept, all, here);
      sweep.diff(swept, all, here);
    }
    assert.deepEqual(here.lines, [moved("create (operations)"), moved("delete (operations)")]);
  });

  it("isn't explained in a preview that replaces the resource, or whose calls go where the record is from", async () => {
    const { emulator, service, there } = await enter();
    const inputs = { operation: name };
    const all = { all: true, cancelOn: "create" };
    const [one, many] = [await request.create(inputs, there), await sweep.create(all, there)];
    const same = listening({ "cancellation:endpoint": emulator.endpoint });
    const here = listening({ "cancellation:endpoint": service.endpoint });
    request.diff(one.outputs, inputs, same);
    sweep.diff(many.outputs, all, same);
    request.diff(one.outputs, { operation: "operations/DeF" }, here);
    sweep.diff(many.outputs, { ...all, triggers: [1] }, here);
    assert.deepEqual([...same.lines, ...here.lines], []);
  });

  it("makes a refresh elsewhere show a changed outcome without the recorded one, and report it", async () => {
    const { service, there } = await enter();
    const here = listening({ "cancellation:endpoint": service.endpoint });
    const inputs = { operation: name, __resourceName: "stuck", report: report.path };
    const { outputs } = await request.create({ ...inputs, report: undefined }, there);
    const refresh = async () => {
      await request.read(id, { ...outputs, ...inputs }, here);
      return here.lines.splice(0).filter((line) => !line.startsWith("Calls go to"));
    };
    assert.deepEqual(await refresh(), [`stuck (${name}): running`]);
    service.settle(name, "succeeded");
    assert.deepEqual(await refresh(), [`stuck (${name}): succeeded`]);
    service.expire(name);
    assert.deepEqual(await refresh(), [`stuck (${name}): notFound`]);
    assert.deepEqual(
      report.lines().map(({ outcome }) => outcome),
      ["running", "succeeded", "notFound"],
    );
  });

  it("makes a refresh elsewhere show nothing if the outcome there is the same", async () => {
    const { service, there } = await enter();
    const here = listening({ "cancellation:endpoint": service.endpoint });
    const { outputs } = await request.create({ operation: name }, there);
    service.settle(name, "cancelled");
    await request.read(id, outputs, here);
    assert.match(here.lines.join("\n"), /^Calls go to .*$/);
  });

  it("isn't what an up without a call leaves after the endpoint changed to an emulator", async () => {
    const { emulator, here } = await enter();
    const inputs = { operation: name };
    const settled = { ...inputs, outcome: "cancelled", requestTime: "t", endpoint: other };
    const updated = await request.update(id, settled, { ...inputs, customTimeouts: { create: "1m" } }, here);
    assert.equal(updated["endpoint"], other);
    assert.equal(emulator.calls.count(), 0);
  });
});

describe("a record that was made at a service, at an emulator", () => {
  withoutChance();
  const { stopping } = cleanUps();
  const recordedElsewhere = { requestTime: "2026-01-01T00:00:00.000Z", endpoint: other };
  const enter = async () => {
    const emulator = stopping(await startEmulator({ operations: [{ name: "operations/another" }] }));
    return { emulator, here: listening({}, { CANCELLATION_ENDPOINT: emulator.endpoint }) };
  };

  /** The error of a destroy says that nothing happened, and what to do. */
  const refusal = new RegExp(
    `the state records what happened at ${other}, but calls go to the emulator at http://127\\.0\\.0\\.1:\\d+\\. ` +
      "No call was made, because .* Unset the variable CANCELLATION_ENDPOINT or the config cancellation:endpoint.* " +
      "The resource stays in the state\\. Run `pulumi destroy` again\\. If the program or the config must change first, " +
      "change it and run `pulumi up` before that\\. .*`pulumi state delete`\\.$",
  );

  it("stays unchanged in a refresh, which shows why and makes no call", async () => {
    for (const state of [
      { operation: name, outcome: "cancelling", ...recordedElsewhere },
      { operation: name, outcome: "cancelled", endpoint: other },
      { operation: name, outcome: "running", endpoint: other },
      { operation: name, outcome: "running", cancelOn: "delete", endpoint: other },
      { operation: name, outcome: "notFound", expect: ["notFound"], endpoint: other },
    ]) {
      const { emulator, here } = await enter();
      assert.deepEqual(await request.read(id, state, here), state);
      assert.match(here.lines.at(-1) ?? "", /isn't refreshed.*aiplatform.*emulator at http:\/\/127\.0\.0\.1/);
      assert.equal(emulator.calls.count(), 0);
    }
  });

  it("is warned of in a preview if the next step that calls is going to fail", async () => {
    const { emulator, here } = await enter();
    const warned = (state: Properties, inputs: Properties) => {
      const before = here.lines.length;
      request.diff({ operation: name, endpoint: other, ...state }, { operation: name, ...inputs }, here);
      return here.lines.slice(before).join("\n");
    };
    const warning = (step: string) =>
      new RegExp(
        `records what happened at ${other}, but calls go to the emulator at \\S+\\. ${step} will fail\\. Unset`,
      );
    assert.match(warned({ outcome: "running" }, {}), warning("The update"));
    assert.match(warned({ outcome: "running", cancelOn: "delete" }, { cancelOn: "delete" }), warning("A destroy"));
    for (const [state, inputs] of [
      [{ outcome: "cancelled" }, { customTimeouts: { create: "1m" } }],
      [{ outcome: "cancelled", cancelOn: "delete" }, { cancelOn: "delete" }],
    ] as const) {
      assert.equal(warned(state, inputs), "");
    }
    const swept = { all: true, cancelOn: "delete", outcomes: { running: 1 }, operations: [], endpoint: other };
    sweep.diff(swept, { all: true, cancelOn: "delete" }, here);
    assert.match(here.lines.at(-1) ?? "", warning("A destroy"));
    assert.equal(emulator.calls.count(), 0);
  });

  it("fails an up that would replace it, before any call", async () => {
    const { emulator, here } = await enter();
    for (const recorded of [
      { outcome: "cancelling", ...recordedElsewhere },
      { outcome: "running", endpoint: other },
      { outcome: "unsupported", endpoint: other },
    ]) {
      const state = { operation: name, ...recorded };
      await assert.rejects(request.update(id, state, { operation: name }, here), /CANCELLATION_ENDPOINT/);
    }
    assert.equal(emulator.calls.count(), 0);
  });

  it("makes no call in an up that it satisfies, and no change", async () => {
    const { emulator, here } = await enter();
    const state = { operation: name, outcome: "cancelled", endpoint: other };
    assert.deepEqual(decisionOf(request.diff(state, { operation: name }, here)), { changes: false, replaces: [] });
    assert.equal((await request.update(id, state, { operation: name }, here))["endpoint"], other);
    assert.equal(emulator.calls.count(), 0);
  });

  it("fails a delete that would cancel or wait, before any call, and stays", async () => {
    const { emulator, here } = await enter();
    for (const recorded of [
      { outcome: "running", endpoint: other },
      { outcome: "notFound", endpoint: other },
      { outcome: "cancelling", ...recordedElsewhere },
    ]) {
      await assert.rejects(request.remove({ operation: name, cancelOn: "delete", ...recorded }, here), {
        message: refusal,
      });
    }
    assert.equal(emulator.calls.count(), 0);
  });

  it("is deleted if that makes no call", async () => {
    const { emulator, here } = await enter();
    for (const recorded of [
      { outcome: "running", endpoint: other },
      { outcome: "cancelling", ...recordedElsewhere },
      { cancelOn: "delete", outcome: "cancelled", endpoint: other },
      { cancelOn: "delete", waitFor: "accepted", outcome: "cancelling", ...recordedElsewhere },
    ]) {
      await request.remove({ operation: name, ...recorded }, here);
    }
    assert.equal(emulator.calls.count(), 0);
  });

  it("stays unchanged in a refresh of a sweep that cancels at its deletion, and fails its delete before any call", async () => {
    const { emulator, here } = await enter();
    for (const outcomes of [{}, { running: 3 }]) {
      const state = { all: true, matched: Object.keys(outcomes).length * 3, outcomes, operations: [], endpoint: other };
      assert.deepEqual(await sweep.read(id, state, here), state);
      assert.match(here.lines.at(-1) ?? "", /isn't refreshed/);
      await assert.rejects(sweep.remove(state, here), { message: refusal });
    }
    assert.equal(emulator.calls.count(), 0);
  });

  it("fails an up that would count for another selection, before any call", async () => {
    const { emulator, here } = await enter();
    const state = { all: true, matched: 3, outcomes: { running: 3 }, operations: [], endpoint: other };
    await assert.rejects(sweep.update(id, state, { match: { name: "**" } }, here), /CANCELLATION_ENDPOINT/);
    assert.equal(emulator.calls.count(), 0);
  });

  it("is deleted with a sweep that cancelled at its creation", async () => {
    const { emulator, here } = await enter();
    await sweep.remove({ all: true, cancelOn: "create", outcomes: { running: 3 }, endpoint: other }, here);
    assert.equal(emulator.calls.count(), 0);
  });

  it("stays unchanged in a refresh of a complete sweep, whose up makes no call", async () => {
    const { emulator, here } = await enter();
    const inputs = { all: true, cancelOn: "create" };
    const state = { ...inputs, matched: 1, outcomes: { cancelled: 1 }, operations: [], ...recordedElsewhere };
    assert.deepEqual(await sweep.read(id, state, here), state);
    assert.match(here.lines.at(-1) ?? "", /isn't refreshed/);
    assert.equal(sweep.diff(state, inputs, here).changes, false);
    assert.equal(emulator.calls.count(), 0);
  });

  it("keeps the acknowledged cancels of a sweep, and fails an up that would replace them", async () => {
    const { emulator, here } = await enter();
    const acknowledged = [{ name, requestTime: "2026-01-01T00:00:00.000Z" }];
    const watching = { all: true, matched: 0, outcomes: {}, operations: [], acknowledged, endpoint: other };
    assert.deepEqual(await sweep.read(id, watching, here), watching);
    const inputs = { all: true, cancelOn: "create" };
    await assert.rejects(sweep.update(id, watching, inputs, here), /CANCELLATION_ENDPOINT/);
    assert.equal(emulator.calls.count(), 0);
  });
});

describe("diff with a setting that isn't valid", () => {
  it("doesn't fail, because the step that makes the calls reports it", () => {
    const context = contextOf({ "gcp:universeDomain": "universe.invalid" });
    const state = { operation: name, subject: "a@b.example", outcome: "cancelled" };
    const inputs = { operation: name, subject: "a@b.example" };
    assert.deepEqual(decisionOf(request.diff(state, inputs, context)), { changes: false, replaces: [] });
  });
});
