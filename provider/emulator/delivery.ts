import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Answer } from "./faultyAnswer";

/** Sends an answer. Returns the HTTP status that the caller could see, if any. */
export function deliver({ reply, cut }: Answer, response: ServerResponse): number | undefined {
  // The request's: a response gets its own only once those before it on the connection are through.
  const { socket } = response.req;
  if (socket.destroyed || cut === "silence") return undefined;
  if (cut === "beforeHeaders") {
    reset(socket);
    return undefined;
  }
  const body = Buffer.from(reply.body);
  const length = cut === undefined ? body.length : Math.max(body.length, 2);
  if (cut === "withinHeaders") {
    socket.write(`HTTP/1.1 ${reply.status} Some\r\nContent-Len`, () => {
      resetLater(socket);
    });
    return reply.status;
  }
  response.writeHead(reply.status, {
    ...reply.headers,
    ...(reply.contentType !== "" && { "Content-Type": reply.contentType }),
    "Content-Length": length,
  });
  if (cut === undefined) {
    response.end(body);
    return reply.status;
  }
  const half = body.subarray(0, Math.floor(length / 2));
  if (cut === "afterHeaders" || half.length === 0) response.flushHeaders();
  else response.write(half);
  // An empty write's callback comes after everything before it was handed over.
  socket.write("", () => {
    if (cut === "truncated") socket.end();
    else resetLater(socket);
  });
  return reply.status;
}

/** A moment later: a peer that gets the data and the reset together may take it for an orderly end. */
function resetLater(socket: Socket): void {
  setTimeout(() => {
    reset(socket);
  }, 5);
}

/** `resetAndDestroy()` closes in an orderly way first, so that the peer would see an end, and not a reset. */
function reset(socket: Socket): void {
  socket.destroySoon = () => {
    socket.destroy();
  };
  socket.resetAndDestroy();
}
