import { type ClientRequest, type IncomingMessage, request as requestOverHttp } from "node:http";
import { Agent, type AgentOptions, request as requestOverHttps } from "node:https";
import { isIPv6, type Socket } from "node:net";
import { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { decodePercent, ProxyError } from "./proxy";

interface ConnectionOptions {
  readonly host: string;
  readonly port: number | string;
}

/**
 * Keeps connections to https hosts through one proxy. Opens a tunnel for each connection with CONNECT.
 *
 * Returns a socket at once, before its tunnel is open. This lets Node.js's agent count the sockets that are still
 * connecting, and destroy a socket whose request is aborted. hpagent and https-proxy-agent return their sockets later.
 * With hpagent, requests that start together each open a tunnel, regardless of `maxSockets`. With both, an aborted
 * request leaves its CONNECT open. https-proxy-agent also passes the proxy's refusal on as the service's response.
 */
export class TunnelAgent extends Agent {
  constructor(
    private readonly proxy: URL,
    options: AgentOptions,
  ) {
    super(options);
  }

  /** Called by Node.js's agent for each new connection. */
  override createConnection(options: ConnectionOptions): TLSSocket {
    const tunnel = new Tunnel(this.proxy, options);
    const connect = (Agent.prototype as unknown as { createConnection: (options: object) => TLSSocket })
      .createConnection;
    const secure = connect.call(this, { ...options, socket: tunnel });
    tunnel.once("error", (error) => secure.destroy(error));
    secure.once("close", () => tunnel.destroy());
    // An idle connection doesn't keep the process alive. TLS over a stream doesn't pass this on to the stream.
    secure.ref = () => (tunnel.ref(), secure);
    secure.unref = () => (tunnel.unref(), secure);
    return secure;
  }
}

/** The byte stream of one connection through a proxy. Data waits until the proxy has accepted CONNECT. */
class Tunnel extends Duplex {
  private readonly request: ClientRequest;
  private socket: Socket | undefined;
  private waiting: (() => void) | undefined;

  constructor(proxy: URL, target: ConnectionOptions) {
    super();
    this.request = this.connect(proxy, target);
  }

  private connect(proxy: URL, { host, port }: ConnectionOptions): ClientRequest {
    const authority = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
    const hostname = proxy.hostname.replace(/^\[|\]$/g, "");
    const isSecure = proxy.protocol === "https:";
    const user = `${decodePercent(proxy.username)}:${decodePercent(proxy.password)}`;
    const request = (isSecure ? requestOverHttps : requestOverHttp)({
      method: "CONNECT",
      host: hostname,
      port: proxy.port || (isSecure ? 443 : 80),
      path: authority,
      setHost: false,
      agent: false,
      headers: {
        host: authority,
        "proxy-connection": "keep-alive",
        ...(user === ":" ? {} : { "proxy-authorization": `Basic ${Buffer.from(user).toString("base64")}` }),
      },
    });
    request.once("connect", ({ statusCode = 0 }: IncomingMessage, socket: Socket, head: Buffer) => {
      if (statusCode >= 200 && statusCode < 300) this.establish(socket, head);
      else {
        socket.destroy();
        this.destroy(refusal(proxy.host, authority, statusCode));
      }
    });
    // A proxy that doesn't know the method CONNECT sends an ordinary response.
    request.once("response", (response: IncomingMessage) => {
      response.destroy();
      this.destroy(refusal(proxy.host, authority, response.statusCode ?? 0));
    });
    request.once("error", (error: NodeJS.ErrnoException) => {
      this.destroy(new ProxyError(error.code ?? "ECONNRESET", unreachable(proxy.host, error.code)));
    });
    request.end();
    return request;
  }

  private establish(socket: Socket, head: Buffer): void {
    this.socket = socket;
    socket.setNoDelay(true);
    if (head.length > 0) socket.unshift(head);
    socket.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) socket.pause();
    });
    socket.once("end", () => this.push(null));
    socket.once("close", () => this.destroy());
    socket.on("error", (error) => this.destroy(error));
    this.waiting?.();
  }

  ref(): void {
    this.socket?.ref();
  }

  unref(): void {
    this.socket?.unref();
  }

  override _read(): void {
    this.socket?.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.socket) this.socket.write(chunk, done);
    else {
      this.waiting = () => {
        this._write(chunk, encoding, done);
      };
    }
  }

  override _final(done: () => void): void {
    if (this.socket) this.socket.end(done);
    else done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.request.destroy();
    this.socket?.destroy();
    done(error);
  }
}

/** Statuses that may be transient: the proxy, or the path from it to the host, is down or overloaded. */
const transientStatuses: ReadonlySet<number> = new Set([100, 102, 103, 408, 429, 500, 502, 503, 504]);

function refusal(proxy: string, authority: string, status: number): ProxyError {
  const advice =
    status === 407
      ? "Set its user and password in HTTPS_PROXY, as http://USER:PASSWORD@HOST:PORT"
      : transientStatuses.has(status)
        ? "Check that the proxy can reach this host"
        : "Configure the proxy to allow this host";
  return new ProxyError(
    transientStatuses.has(status) ? "ERR_PROXY_UNAVAILABLE" : "ERR_PROXY_REFUSED",
    `the proxy ${proxy} responded to CONNECT ${authority} with HTTP ${status}. ${advice}. If the host can be reached ` +
      "without the proxy, add it to NO_PROXY",
  );
}

function unreachable(proxy: string, code = "no response"): string {
  return (
    `the proxy ${proxy} can't be reached (${code}). Check HTTPS_PROXY. ` +
    "For an https:// proxy, also check NODE_EXTRA_CA_CERTS"
  );
}
