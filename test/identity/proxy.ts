import { createServer, type IncomingMessage, request as httpRequest, type RequestListener } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { connect } from "node:net";
import type { Certificate } from "./certificate";

/** A request that came through a tunnel, or to the TLS server directly. */
export interface Arrived {
  readonly host: string;
  readonly path: string;
}

/**
 * A proxy for tests. A tunnel to any host ends at the proxy's own TLS server, which forwards every request to an
 * emulator. This is how google-auth-library reaches an emulated `oauth2.googleapis.com`.
 */
export interface Proxy {
  /** For `HTTPS_PROXY`. */
  readonly url: string;
  /** The same proxy, over TLS. */
  readonly secureUrl: string;
  /** The TLS server itself, without the proxy. */
  readonly origin: string;
  /** The hosts of the requested tunnels, with their ports. */
  readonly tunnels: readonly string[];
  /** Everything that the proxy could read: the line and headers of each request, and all other data outside of TLS. */
  readonly seen: string;
  /** The requests that the TLS server received. */
  readonly arrived: readonly Arrived[];
  /** Closes the connections of this many of the next requests for a tunnel. */
  cut(tunnels: number): void;
  stop(): Promise<void>;
}

/** @param answer responds to a request in place of the emulator, and returns whether it did */
export async function startProxy(
  certificate: Certificate,
  emulator: string,
  answer: (request: IncomingMessage, response: Parameters<RequestListener>[1]) => boolean = () => false,
): Promise<Proxy> {
  const tunnels: string[] = [];
  const arrived: Arrived[] = [];
  const sockets = new Set<Socket>();
  let seen = "";
  let cuts = 0;

  const tls = createTlsServer(certificate, (request, response) => {
    arrived.push({ host: request.headers.host ?? "", path: request.url ?? "" });
    if (answer(request, response)) return;
    const onward = httpRequest(`${emulator}${request.url ?? ""}`, { method: request.method, headers: request.headers });
    onward.on("response", (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  const port = await listening(tls);

  const proxy = createServer((request, response) => {
    seen += describe(request);
    response.writeHead(400).end("this proxy makes tunnels only");
  });
  const onConnect = (request: IncomingMessage, socket: Socket, head: Buffer) => {
    seen += describe(request);
    tunnels.push(request.url ?? "");
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    if (cuts > 0) {
      cuts--;
      socket.destroy();
      return;
    }
    const inner = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      inner.write(head);
      socket.pipe(inner).pipe(socket);
    });
    inner.on("error", () => socket.destroy());
    socket.on("close", () => inner.destroy());
    socket.on("data", (chunk: Buffer) => (seen += chunk.toString("latin1")));
  };
  proxy.on("connect", onConnect);
  const secureProxy = createTlsServer(certificate);
  secureProxy.on("connect", onConnect);
  return {
    url: `http://127.0.0.1:${await listening(proxy)}`,
    secureUrl: `https://localhost:${await listening(secureProxy)}`,
    origin: `https://localhost:${port}`,
    tunnels,
    get seen() {
      return seen;
    },
    arrived,
    cut: (count) => {
      cuts = count;
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all([tls, proxy, secureProxy].map(stopped));
    },
  };
}

function describe({ method = "", url = "", rawHeaders }: IncomingMessage): string {
  return `${method} ${url}\n${rawHeaders.join("\n")}\n`;
}

async function listening(server: TlsServer | ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

function stopped(server: TlsServer | ReturnType<typeof createServer>): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}
