import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { OwnDisplay } from "../../resources/progress";
import { sendable } from "../grpcError";

/** How long the end of a step waits for its lines to reach the engine, in milliseconds. */
const maxFlush = 1_000;

/** Shows lines through the engine: at a resource, or at the stack. */
export class EngineLog {
  private client: EngineClient | undefined;
  private readonly pending = new Set<Promise<void>>();

  /** Shows lines through the engine at this address. Without an engine, lines are dropped. */
  attach(address: string): void {
    this.client?.close();
    this.client = new EngineClient(address, credentials.createInsecure());
  }

  /** Shows a line at the stack. All resources share this function. */
  readonly stack = (line: string): void => {
    this.send(line, "");
  };

  /** Returns functions that show texts at a resource. */
  at(urn: string): OwnDisplay {
    return {
      info: (line) => {
        this.send(line, urn);
      },
      warn: (line) => {
        this.send(line, urn, { severity: LogSeverity.WARNING });
      },
      status: (text) => {
        this.send(text, urn, { ephemeral: true });
      },
    };
  }

  /** Resolves when the engine has received all lines, because it shows none after the end of their step. */
  async flush(): Promise<void> {
    if (this.pending.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, maxFlush);
    });
    await Promise.race([Promise.all(this.pending), timeout]);
    clearTimeout(timer);
  }

  private send(
    text: string,
    urn: string,
    { severity = LogSeverity.INFO, ephemeral = false }: { severity?: LogSeverity; ephemeral?: boolean } = {},
  ): void {
    const { client } = this;
    if (!client) return;
    const request = new LogRequest();
    request.setSeverity(severity);
    request.setMessage(sendable(text));
    request.setUrn(urn);
    request.setEphemeral(ephemeral);
    const sent = new Promise<void>((resolve) => {
      // The engine may have ended. A line that it can't show is lost, and nothing else.
      client.log(request, () => {
        resolve();
      });
    });
    this.pending.add(sent);
    void sent.finally(() => this.pending.delete(sent));
  }
}
