import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { answer, channelOptions, listen } from "./grpcs";
import type { Severity } from "./printer";

/** A line that a program or a provider shows, at a resource or at the stack. */
export interface LogLine {
  readonly urn: string;
  readonly severity: Severity;
  readonly message: string;
  /** Shown only while the deployment runs. */
  readonly ephemeral: boolean;
}

/** The engine's service `Engine`, for the program and for the providers. */
export class EngineServer {
  readonly address: Promise<string>;
  private readonly server = new grpc.Server(channelOptions);

  constructor(onLog: (line: LogLine) => void) {
    let root = "";
    this.server.addService(EngineService, {
      log: answer((request: messages.LogRequest) => {
        onLog({
          urn: request.getUrn(),
          severity: severityOf(request.getSeverity()),
          message: request.getMessage(),
          ephemeral: request.getEphemeral(),
        });
        return Promise.resolve(new Empty());
      }),

      setRootResource: answer((request: messages.SetRootResourceRequest) => {
        root = request.getUrn();
        return Promise.resolve(new messages.SetRootResourceResponse());
      }),

      getRootResource: answer(() => Promise.resolve(new messages.GetRootResourceResponse().setUrn(root))),
    });
    this.address = listen(this.server);
  }

  async stop(): Promise<void> {
    await this.address;
    this.server.forceShutdown();
  }
}

function severityOf(severity: messages.LogSeverity): Severity {
  switch (severity) {
    case messages.LogSeverity.DEBUG:
      return "debug";
    case messages.LogSeverity.INFO:
      return "info";
    case messages.LogSeverity.WARNING:
      return "warning";
    case messages.LogSeverity.ERROR:
      return "error";
  }
}
