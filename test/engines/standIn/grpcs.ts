import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";

/** The limits of Pulumi itself, because the host sends whole states. */
export const channelOptions: grpc.ChannelOptions = {
  "grpc.max_receive_message_length": 400 * 1024 * 1024,
  "grpc.max_send_message_length": 400 * 1024 * 1024,
};

/** Listens on a free port of this machine, and returns the address. */
export async function listen(server: grpc.Server): Promise<string> {
  const bind = promisify((done: (error: Error | null, port: number) => void) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), done);
  });
  return `127.0.0.1:${await bind()}`;
}

/** Makes a call of a generated client, and returns a promise. */
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

/** Returns a gRPC handler for a function that returns a promise. */
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

/** An error whose code has a meaning for the program's SDK. */
export class StatusError extends Error {
  constructor(
    readonly code: grpc.status,
    message: string,
  ) {
    super(message);
  }
}
