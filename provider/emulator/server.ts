import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** Answers one request. A rejection is a defect of the emulator and shown to the caller as a 500. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface RunningServer {
  readonly port: number;
  /** Closes the connections too, whatever they are at. */
  stop(): Promise<void>;
}

/**
 * An HTTP server on 127.0.0.1, and no other address: what it stands in for needs no credentials here, so nobody else
 * on the network gets to talk to it.
 */
export async function startServer(port: number, handle: Handler): Promise<RunningServer> {
  // Node.js's five seconds would have a client find its kept connection closed between two polls.
  const server = createServer({ keepAliveTimeout: 240_000, noDelay: true }, (request, response) => {
    response.on("error", () => undefined);
    handle(request, response).catch((error: unknown) => {
      fail(response, error);
    });
  });
  server.on("clientError", (_error, socket) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    else socket.destroy();
  });
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  });
  await listen(server, port);
  let stopped: Promise<void> | undefined;
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      (stopped ??= new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      })),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host: "127.0.0.1", backlog: 1024 }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  response.writeHead(500, { "Content-Type": "text/plain" });
  response.end(`The emulator failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}

const bodyLimit = 1024 * 1024;

/** The whole body; `undefined` where the client hung up. What is too large is read to its end all the same, and dropped. */
export async function readBody(request: IncomingMessage): Promise<Buffer | "tooLarge" | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length <= bodyLimit) chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return length <= bodyLimit ? Buffer.concat(chunks) : "tooLarge";
}
