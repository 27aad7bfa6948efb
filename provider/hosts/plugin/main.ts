/** The process of the provider plugin, which the engine starts as `pulumi-resource-cancellation`. */
import "../../common/requireNode";

import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { fstatSync } from "node:fs";
import { packageVersion as version } from "../../common/packageVersion";
import { EngineLog } from "./engineLog";
import { ProviderService } from "./service";

const log = new EngineLog();

const service = new ProviderService({
  log,
  version,
  schema: () => {
    // A bundle includes the file that `require` names. Most processes aren't asked for the schema, so it's loaded here.
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import of a file outside provider/ isn't compiled
    const schema = require("../../../schema.json") as Readonly<Record<string, unknown>>;
    return JSON.stringify({ ...schema, version });
  },
});

/** How long the last responses may take to leave the process, in milliseconds. */
const lastResponses = 100;

/**
 * Ends the process. The engine sends a signal at the end of each deployment, when no step is in flight. An interruption
 * ends the steps in flight within a second.
 */
async function end(): Promise<void> {
  service.interrupt();
  if (service.isIdle) process.exit(0);
  await service.idle();
  setTimeout(() => process.exit(0), lastResponses);
}

/** How often the process looks whether its parent still runs, in milliseconds. */
const parentInterval = 1_000;

/**
 * Ends the process with the engine, which then closes the plugin's stdin. Without a pipe there, the process ends with
 * its parent, for example Pulumi's language host, which runs the plugin of a source repository.
 */
function endWithEngine(): void {
  if (fstatSync(0).isFIFO()) {
    process.stdin.on("end", () => void end()).on("error", () => void end());
    process.stdin.resume();
    return;
  }
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) void end();
  }, parentInterval).unref();
}

const server = new Server({
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
});
server.addService(ResourceProviderService, service.methods);

// The engine's address follows options such as `--tracing URL`.
const engineAddress = process.argv.slice(2).at(-1);
if (engineAddress?.startsWith("-") === false) log.attach(engineAddress);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void end());
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  endWithEngine();
  // The engine reads the port from the first line.
  console.log(port);
});
