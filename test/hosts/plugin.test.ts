import assert from "node:assert/strict";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { startEmulator } from "../../provider/emulator";
import type { EngineLog } from "../../provider/hosts/plugin/engineLog";
import { structOf } from "../../provider/hosts/plugin/values";
import type { Properties } from "../../provider/resources/state/record";
import { cleanUps } from "../support/cleanUps";
import { type Message, startPluginService } from "../support/pluginService";

const name = "operations/AbC";
const urn = (type: string, project = "p", resource = "r") => `urn:pulumi:dev::${project}::${type}::${resource}`;
const request = urn("cancellation:index:CancellationRequest");
const sweep = urn("cancellation:index:CancellationSweep");

/** A line that the plugin shows: the severity, and the resource, which is empty for the stack. */
interface Shown {
  readonly kind: "info" | "warn" | "status";
  readonly at: string;
  readonly line: string;
}

/** Starts the plugin's service with these arguments of its provider. Its lines are kept. */
function start(args: Properties = {}) {
  const shown: Shown[] = [];
  const show = (kind: Shown["kind"], at: string) => (line: string) => {
    shown.push({ kind, at, line });
  };
  const log: Pick<EngineLog, "stack" | "at" | "flush"> = {
    stack: show("info", ""),
    at: (at) => ({ info: show("info", at), warn: show("warn", at), status: show("status", at) }),
    flush: () => Promise.resolve(),
  };
  const call = startPluginService(log as EngineLog);
  const ready = call("configure", new proto.ConfigureRequest().setArgs(structOf(args)));
  return { call, ready, shown };
}

async function checkConfig(providerUrn: string, args: Properties): Promise<string[]> {
  const message = new proto.CheckRequest().setUrn(providerUrn).setNews(structOf(args));
  const response = await start().call<proto.CheckResponse>("checkConfig", message);
  return response.getFailuresList().map((failure) => failure.getReason());
}

describe("the plugin's check of a provider", () => {
  const providerUrn = (project: string, resource = "default") =>
    urn("pulumi:providers:cancellation", project, resource);

  it("refuses an unknown argument, and suggests the one that is meant", async () => {
    const [reason, ...more] = await checkConfig(providerUrn("p"), { endpont: "http://127.0.0.1" });
    assert.match(reason ?? "", /^endpont isn't an argument of the provider.*endpoint/);
    assert.deepEqual(more, []);
  });

  it("accepts the project's own config in a project that is called cancellation", async () => {
    assert.deepEqual(await checkConfig(providerUrn("cancellation"), { operations: "x" }), []);
    assert.deepEqual(await checkConfig(providerUrn("cancellation", "default_1_2_3"), { operations: "x" }), []);
  });

  it("refuses an unknown argument of a Provider in a project that is called cancellation", async () => {
    assert.equal((await checkConfig(providerUrn("cancellation", "partner"), { operations: "x" })).length, 1);
  });

  it("refuses an invalid value in a project that is called cancellation", async () => {
    const [reason] = await checkConfig(providerUrn("cancellation"), { endpoint: "http://example.com" });
    assert.match(reason ?? "", /cancellation:endpoint/);
  });
});

describe("the plugin's diff", () => {
  function diff(olds: Properties, news: Properties): Promise<proto.DiffResponse> {
    const message = new proto.DiffRequest().setUrn(request).setId(name).setOlds(structOf(olds)).setNews(structOf(news));
    return start().call<proto.DiffResponse>("diff", message);
  }

  it("names only the argument that a program changes when the default of another one depends on it", async () => {
    const done = { operation: name, outcome: "cancelled", done: true };
    const response = await diff({ ...done, cancelOn: "delete" }, { operation: name });
    assert.deepEqual(response.getDiffsList(), ["cancelOn"]);
  });

  it("doesn't name a property if only the wait is left, because replaceOnChanges could turn it into a replacement", async () => {
    const response = await diff({ operation: name, outcome: "cancelling" }, { operation: name });
    assert.equal(response.getChanges(), proto.DiffResponse.DiffChanges.DIFF_SOME);
    assert.deepEqual([response.getHasdetaileddiff(), response.getDetaileddiffMap().getLength()], [false, 0]);
  });

  it("shows a replacement if one property of an argument replaces the resource and another one doesn't", async () => {
    const done = { operation: name, outcome: "cancelled", done: true };
    const service = { endpoint: "https://aiplatform.googleapis.com", scopes: ["https://www.googleapis.com/auth/x"] };
    const response = await diff(done, { operation: name, service });
    assert.deepEqual([response.getDiffsList(), response.getReplacesList()], [["service"], ["service"]]);
    const { ADD_REPLACE } = proto.PropertyDiff.Kind;
    assert.equal(response.getDetaileddiffMap().get("service")?.getKind(), ADD_REPLACE);
  });
});

describe("the lines of the plugin", () => {
  const { stopping } = cleanUps();

  /** Runs a step, and returns its lines without the one that says where calls go. */
  async function linesOf(endpoint: string, method: string, message: Message): Promise<Shown[]> {
    const { call, ready, shown } = start({ endpoint });
    await ready;
    await call(method, message);
    return shown.filter(({ line, kind }) => kind !== "status" && !line.startsWith("Calls go to"));
  }

  it("are at a sweep's own resource when they count what it swept", async () => {
    const emulator = stopping(await startEmulator({ operations: [{ name }] }));
    const message = new proto.CreateRequest().setUrn(sweep).setProperties(structOf({ all: true, cancelOn: "create" }));
    const shown = await linesOf(emulator.endpoint, "create", message);
    assert.deepEqual(shown, [{ kind: "info", at: sweep, line: "r (operations): swept 1: 1 cancelled." }]);
  });

  const previewOf = (urn: string, inputs: Properties) =>
    new proto.CreateRequest().setUrn(urn).setProperties(structOf(inputs)).setPreview(true);

  it("count the requests of a preview that it doesn't show one by one", async () => {
    const operations = Array.from({ length: 30 }, (_, n) => ({ name: `operations/${n}` }));
    const emulator = stopping(await startEmulator({ operations }));
    const { call, ready, shown } = start({ endpoint: emulator.endpoint });
    await ready;
    await Promise.all(
      operations.map(({ name: operation }, n) =>
        call("create", previewOf(urn("cancellation:index:CancellationRequest", "p", `r${n}`), { operation })),
      ),
    );
    assert.equal(shown.filter(({ line }) => line.includes("the operation is running")).length, 20);
    assert.deepEqual(shown.at(-1), { kind: "info", at: "", line: "10 more requests: 10 running." });
  });

  for (const [title, credentials, warnings] of [
    ["one caller", [{}, {}, {}], 1],
    ["two callers", [{ subject: "a@example.com" }, { subject: "b@example.com" }], 2],
  ] as const) {
    it(`are one warning in a preview for each caller that gets no credential, for requests of ${title}`, async () => {
      const { call, ready, shown } = start({ endpoint: "https://cloudchannel.invalid", credentials: "{}" });
      await ready;
      for (const caller of credentials) await call("create", previewOf(request, { operation: name, ...caller }));
      const warned = shown.filter(({ kind }) => kind === "warn");
      assert.equal(warned.length, warnings, JSON.stringify(warned));
      assert.match(warned[0]?.line ?? "", /this preview couldn't read what is there: .*credentials/);
    });
  }

  for (const [title, news, line] of [
    [
      "that continues",
      { all: true },
      "r (operations): 1 running operation matches (operations/c). The sweep would cancel it. " +
        "It would wait for 2 operations whose cancel was acknowledged.",
    ],
    [
      "of a part of its selection",
      { match: { name: "operations/a" } },
      "r (operations): no cancel would be sent. It would wait for 1 operation whose cancel was acknowledged.",
    ],
  ] as const) {
    it(`count only what a sweep ${title} would cancel, and compare that with its limit`, async () => {
      const names = ["operations/a", "operations/b", "operations/c"];
      const emulator = stopping(await startEmulator({ operations: names.map((each) => ({ name: each })) }));
      const [a, b] = names.map((each) => ({ name: each, outcome: "cancelling" }));
      const olds = { outcomes: { cancelling: 2 }, operations: [a, b], requestTime: "2025-01-01T00:00:00.000Z" };
      const message = new proto.UpdateRequest()
        .setUrn(sweep)
        .setId("//cloudchannel.googleapis.com/operations#1")
        .setOlds(structOf({ all: true, cancelOn: "create", ...olds }))
        .setNews(structOf({ cancelOn: "create", limit: 1, ...news }))
        .setPreview(true);
      assert.deepEqual(await linesOf(emulator.endpoint, "update", message), [{ kind: "info", at: sweep, line }]);
    });
  }

  it("don't show the names of a sweep in a preview if a program declares them as a secret", async () => {
    const emulator = stopping(await startEmulator({ operations: [{ name }] }));
    const shown = await linesOf(emulator.endpoint, "create", previewOf(sweep, { names: [name], operations: [] }));
    const line = "r (operations): 1 running operation matches. A destroy would cancel it.";
    assert.deepEqual(shown, [{ kind: "info", at: sweep, line }]);
  });

  for (const previewReads of ["false", "False", "0"]) {
    it(`say nothing of an operation in a preview with previewReads ${previewReads}`, async () => {
      const emulator = stopping(await startEmulator({ operations: [{ name }] }));
      const { call, ready, shown } = start({ endpoint: emulator.endpoint, previewReads });
      await ready;
      await call("create", previewOf(request, { operation: name }));
      assert.deepEqual([shown, emulator.calls.count()], [[], 0]);
    });
  }

  for (const [resource, properties] of [
    [request, { operation: name, outcome: "running" }],
    [sweep, { all: true, outcomes: { running: 1 }, operations: [{ name, outcome: "running" }] }],
  ] as const) {
    const type = resource.split(":").at(-3);
    it(`are a warning at the ${type ?? ""}'s own resource when it isn't refreshed`, async () => {
      const elsewhere = { ...properties, endpoint: "https://cloudchannel.googleapis.com" };
      const emulator = stopping(await startEmulator());
      const message = new proto.ReadRequest()
        .setUrn(resource)
        .setId(`//cloudchannel.googleapis.com/${name}`)
        .setProperties(structOf(elsewhere));
      const [line, ...more] = await linesOf(emulator.endpoint, "read", message);
      assert.deepEqual([line?.kind, line?.at, more], ["warn", resource, []]);
      assert.match(line?.line ?? "", /isn't refreshed\./);
    });
  }
});
