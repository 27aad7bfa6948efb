import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";

/** The host sends whole states: as much as Pulumi itself allows. */
export const channelOptions: grpc.ChannelOptions = {
  "grpc.max_receive_message_length": 400 * 1024 * 1024,
  "grpc.max_send_message_length": 400 * 1024 * 1024,
};

/** Serves on a free port of this machine; returns the address. */
export async function listen(server: grpc.Server): Promise<string> {
  const bind = promisify((done: (error: Error | null, port: number) => void) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), done);
  });
  return `127.0.0.1:${await bind()}`;
}

/** A call of a generated client as a promise. */
export function unary<Response>(
  call: (callback: (error: grpc.ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    call((error, response) => {
      if (error === null) resolve(response);
      else reject(error);
    });
  });
}

export type Handler<Request, Response> = (request: Request) => Promise<Response>;

/** Answers a call by a promise. */
export function answer<Request, Response>(handle: Handler<Request, Response>): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    handle(call.request).then(
      (response) => {
        callback(null, response);
      },
      (error: unknown) => {
        const { code, message } = error as Partial<grpc.ServiceError>;
        callback({ code: code ?? grpc.status.UNKNOWN, details: message ?? String(error) });
      },
    );
  };
}

/** An error that tells the program's SDK something by its code. */
export class StatusError extends Error {
  constructor(
    readonly code: grpc.status,
    message: string,
  ) {
    super(message);
  }
}
