import { createServer, type AddressInfo, type Socket } from "node:net";

/** Returns the response to a request. The head is everything before the request's empty line. */
export type Answerer = (head: string) => Buffer;

/** Starts a server that only finds the end of a request. It doesn't parse or correct what it receives. */
export async function startWire(answer: Answerer) {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    let received = "";
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      for (let end = received.indexOf("\r\n\r\n"); end >= 0; end = received.indexOf("\r\n\r\n")) {
        const head = received.slice(0, end);
        received = received.slice(end + 4);
        socket.write(answer(head));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
}

/** Returns a response as bytes. */
export function wired(status: number, body: Buffer | string): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} X\r\nContent-Length: ${bytes.length}\r\n\r\n`), bytes]);
}
