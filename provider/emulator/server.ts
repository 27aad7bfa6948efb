import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { ActiveFaults, Delay } from "./activeFaults";
import type { Call, RecordedCalls } from "./callLog";
import { applyFault, type FaultyResponse, send } from "./faultyResponse";
import { html, type ReceivedRequest, type RequestHead, type Route, type Service } from "./service";

interface Parts {
  /** The first service that has a route for a request responds to it. */
  readonly services: readonly Service[];
  readonly calls: RecordedCalls;
  readonly faults: ActiveFaults;
  readonly now: () => number;
  readonly onCall: ((call: Call) => void) | undefined;
}

export interface RunningServer {
  readonly port: number;
  /** Closes all connections too. */
  stop(): Promise<void>;
}

/** Starts an HTTP server on 127.0.0.1 only, because it accepts calls without credentials. */
export async function startServer(port: number, parts: Parts): Promise<RunningServer> {
  // With Node.js's default of 5 seconds, clients would find their connection closed between two polls.
  const server = createServer({ keepAliveTimeout: 240_000, noDelay: true }, (request, response) => {
    response.on("error", () => undefined);
    handle(parts, request, response).catch((error: unknown) => {
      sendInternalError(response, error);
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

/** Reads a request, routes it, applies faults, and sends the response. */
async function handle(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { calls, faults } = parts;
  calls.requestStarted();
  response.once("close", () => {
    calls.requestEnded();
  });
  const body = await readBody(request);
  if (body === undefined) return;
  if (body === "tooLarge") {
    send({ response: html(413, "Payload Too Large", "The request is too large.") }, response);
    return;
  }
  const url = request.url ?? "";
  const head: RequestHead = { verb: request.method ?? "", ...splitTarget(url), headers: request.headers };
  const received: ReceivedRequest = { ...head, body: body.toString() };
  const route = findRoute(head, parts.services);
  const call: Call & { status?: number } = {
    method: route.method,
    ...(route.name !== undefined && { name: route.name }),
    time: parts.now(),
    verb: head.verb,
    url,
    headers: head.headers,
    bodyLength: body.length,
    body: received.body,
  };
  calls.record(call);
  try {
    const { delays, fault, carriedOut } = faults.match(call);
    const regular = carriedOut ? route.respond(received) : { status: 200, contentType: "", body: "" };
    const result: FaultyResponse = fault === undefined ? { response: regular } : applyFault(fault, regular);
    for (const delay of delays) await waitFor(delay, response);
    const status = send(result, response);
    if (status !== undefined) call.status = status;
    // The call isn't over until the client gives up.
    if (result.cut === "noResponse") await closed(response);
  } finally {
    parts.onCall?.(call);
  }
}

const maxBodyLength = 1024 * 1024;

/** Returns `undefined` when the client closes the connection. Reads a body that is too large, but discards it. */
async function readBody(request: IncomingMessage): Promise<Buffer | "tooLarge" | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length <= maxBodyLength) chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return length <= maxBodyLength ? Buffer.concat(chunks) : "tooLarge";
}

/** Splits a request's target. Clients of a proxy send a whole URL, of which only the path and the query count. */
function splitTarget(target: string): Pick<RequestHead, "path" | "query"> {
  const origin = /^https?:\/\/[^/?#]*/i.exec(target)?.[0] ?? "";
  const local = target.slice(origin.length);
  const mark = local.indexOf("?");
  const path = mark < 0 ? local : local.slice(0, mark);
  return { path: path === "" ? "/" : path, query: new URLSearchParams(mark < 0 ? "" : local.slice(mark + 1)) };
}

function findRoute(head: RequestHead, services: readonly Service[]): Route {
  for (const service of services) {
    const route = service(head);
    if (route !== undefined) return route;
  }
  const message = `The requested URL ${head.path} was not found on this server.`;
  return { method: "unknown", respond: () => html(404, "Not Found", message) };
}

/** Returns early when the rule is removed, the client closes the connection, or the emulator stops. */
async function waitFor({ milliseconds, ended }: Delay, response: ServerResponse): Promise<void> {
  if (ended.aborted || response.destroyed) return;
  const controller = new AbortController();
  const abort = () => {
    controller.abort();
  };
  response.once("close", abort);
  ended.addEventListener("abort", abort);
  await wait(milliseconds, undefined, { signal: controller.signal }).catch(() => undefined);
  ended.removeEventListener("abort", abort);
  response.off("close", abort);
}

async function closed(response: ServerResponse): Promise<void> {
  if (response.destroyed) return;
  await new Promise((resolve) => response.once("close", resolve));
}

/** Reports a bug of the emulator to the client. */
function sendInternalError(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  response.writeHead(500, { "Content-Type": "text/plain" });
  response.end(`The emulator failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}
