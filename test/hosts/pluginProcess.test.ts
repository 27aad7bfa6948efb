import assert from "node:assert/strict";
import type { ServiceError } from "@grpc/grpc-js";
import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Emulator, startEmulator } from "../../provider/emulator";
import { propertiesIn, structOf } from "../../provider/hosts/plugin/values";
import { answer, listen, unary } from "../engines/standIn/grpcs";
import { PluginProcess } from "../package/pluginProcess";
import { cleanUps } from "../support/cleanUps";

const name = "operations/AbC";
const urn = "urn:pulumi:dev::p::cancellation:index:CancellationRequest::r";
/** Returns whether a process runs. One that has ended and that nothing waits for doesn't. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

const main = join(__dirname, "..", "..", "provider", "hosts", "plugin", "main.ts");

describe("the plugin's process", function () {
  this.timeout(60_000);
  const { stopping, after } = cleanUps();
  let emulator: Emulator;
  beforeEach(async () => {
    emulator = stopping(await startEmulator({ operations: [{ name, onCancel: "ignore" }] }));
  });

  /** Starts an engine that answers `Log` after this time, in milliseconds. */
  async function startEngine(logTime = 0) {
    const lines: string[] = [];
    const server = new grpc.Server();
    server.addService(EngineService, {
      log: answer(async (request: LogRequest) => {
        lines.push(request.getMessage());
        await new Promise((resolve) => setTimeout(resolve, logTime));
        return new Empty();
      }),
    });
    after(() => {
      server.forceShutdown();
    });
    return { address: await listen(server), lines };
  }

  async function startPlugin(args: readonly string[]): Promise<PluginProcess> {
    const command = ["--require", "tsx/cjs", main, ...args];
    const env = { ...process.env, CANCELLATION_ENDPOINT: emulator.endpoint };
    return stopping(await PluginProcess.start(process.execPath, command, { cwd: process.cwd(), env }));
  }

  const configure = ({ client }: PluginProcess) =>
    unary<proto.ConfigureResponse>((done) => client.configure(new proto.ConfigureRequest(), done));
  const create = ({ client }: PluginProcess, inputs = {}) =>
    unary<proto.CreateResponse>((done) => {
      const properties = structOf({ operation: name, ...inputs });
      client.create(new proto.CreateRequest().setUrn(urn).setProperties(properties), done);
    });

  it("shows lines through the engine that starts it with --tracing, and that makes no handshake", async () => {
    const { address, lines } = await startEngine();
    const plugin = await startPlugin(["-v=9", "--tracing", "http://127.0.0.1:9/api/v1/spans", address]);
    await configure(plugin);
    await create(plugin, { waitFor: "accepted" });
    assert.match(lines.join("\n"), /Calls go to /);
  });

  it("sends the response of a step that SIGTERM ends, also to an engine that is slow to show lines", async () => {
    const { address } = await startEngine(600);
    const plugin = await startPlugin([address]);
    await configure(plugin);
    const failure = create(plugin).then(
      () => assert.fail("the create succeeded"),
      (error: unknown) => error as ServiceError,
    );
    await emulator.calls.received({ method: "get", name }, 1);
    plugin.signal("SIGTERM");
    const { code, details, metadata } = await failure;
    assert.match(details, /The server acknowledged the cancel .* the deployment was interrupted/, String(code));
    assert.equal(metadata.get("grpc-status-details-bin").length, 1);
  });

  it("ends with the process that started it, also without a pipe that this process closes", async () => {
    const command = JSON.stringify([process.execPath, ["--require", "tsx/cjs", main]]).slice(1, -1);
    const script = `
      const { stdout, pid } = require("node:child_process").spawn(${command}, { stdio: ["ignore", "pipe", "inherit"] });
      stdout.once("data", () => console.log(pid));
    `;
    const parent = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(createInterface(parent.stdout), "line")) as [string];
    after(() => {
      if (isRunning(Number(line))) process.kill(Number(line), "SIGKILL");
    });
    assert.ok(isRunning(Number(line)));
    parent.kill("SIGKILL");
    for (let waited = 0; isRunning(Number(line)) && waited < 5_000; waited += 100) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.equal(isRunning(Number(line)), false);
  });

  it("makes calls in a deployment that attaches to it after another deployment has ended", async () => {
    const { address } = await startEngine();
    const plugin = await startPlugin([]);
    for (let run = 0; run < 2; run++) {
      await unary<Empty>((done) => plugin.client.attach(new PluginAttach().setAddress(address), done));
      await configure(plugin);
      const response = await create(plugin, { waitFor: "accepted" });
      assert.equal(propertiesIn(response.getProperties())["outcome"], "cancelling");
      await unary<Empty>((done) => plugin.client.cancel(new Empty(), done));
    }
  });
});
