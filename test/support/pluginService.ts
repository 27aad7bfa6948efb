import type { Metadata, sendUnaryData, ServiceError } from "@grpc/grpc-js";
import type { EngineLog } from "../../provider/hosts/plugin/engineLog";
import { ProviderService } from "../../provider/hosts/plugin/service";

/** A protobuf message. */
export interface Message {
  serializeBinary(): Uint8Array;
}

/** Calls a method of the plugin. Rejects with a {@link CallError}. */
export type PluginCall = <Response extends Message>(method: string, message: Message) => Promise<Response>;

export class CallError extends Error {
  constructor(
    message: string,
    readonly metadata: Metadata | undefined,
  ) {
    super(message);
  }
}

/** Starts the plugin's service in this process. Messages are converted to bytes and back, as gRPC does. */
export function startPluginService(log: EngineLog): PluginCall {
  const { methods } = new ProviderService({ log, version: "1.2.3", schema: () => "{}" });
  return <Response extends Message>(method: string, message: Message) =>
    new Promise<Response>((resolve, reject) => {
      const answer: sendUnaryData<Response> = (error, response) => {
        if (error) reject(new CallError((error as ServiceError).details, (error as ServiceError).metadata));
        else if (response) resolve(copyOf(response));
      };
      const handle = methods[method] as unknown as (call: object, answer: sendUnaryData<Response>) => void;
      handle({ request: copyOf(message) }, answer);
    });
}

function copyOf<T extends Message>(message: T): T {
  const { deserializeBinary } = message.constructor as unknown as { deserializeBinary: (bytes: Uint8Array) => T };
  return deserializeBinary(message.serializeBinary());
}
