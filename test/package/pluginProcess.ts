import { credentials } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { GetSchemaRequest, type GetSchemaResponse } from "@pulumi/pulumi/proto/provider_pb";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { unary } from "../engines/standIn/grpcs";

/** A process of a provider plugin. */
export class PluginProcess {
  private constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    readonly client: ResourceProviderClient,
  ) {}

  /** Starts a process that prints its port. Rejects if it ends before. */
  static async start(
    command: string,
    args: readonly string[],
    options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
  ): Promise<PluginProcess> {
    const child = spawn(command, args, options);
    let errors = "";
    child.stderr.on("data", (data: Buffer) => (errors += data.toString()));
    const ended = once(child, "close").then(([code]) => {
      throw new Error(`${command} ended (${String(code)}) before it printed a port: ${errors}`);
    });
    const [line] = (await Promise.race([once(createInterface(child.stdout), "line"), ended])) as [string];
    ended.catch(() => undefined);
    if (!/^\d+$/.test(line)) {
      child.kill();
      throw new Error(`${command} printed "${line}" in place of a port`);
    }
    return new PluginProcess(child, new ResourceProviderClient(`127.0.0.1:${line}`, credentials.createInsecure()));
  }

  async schema(): Promise<unknown> {
    const response = await unary<GetSchemaResponse>((done) => this.client.getSchema(new GetSchemaRequest(), done));
    return JSON.parse(response.getSchema());
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Ends the process with the signal that the engine sends. */
  async stop(): Promise<void> {
    this.client.close();
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const closed = once(this.child, "close");
    this.child.kill("SIGINT");
    await closed;
  }
}
