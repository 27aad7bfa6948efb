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
 * Keeps connections to https hosts through one proxy, each in a tunnel that CONNECT makes.
 *
 * Returns its sockets at once, before their tunnels stand. That is what makes Node.js's agent count the sockets that are
 * still connecting, and destroy one whose request is given up. hpagent and https-proxy-agent return theirs later: with
 * hpagent, requests that begin together each make a tunnel, whatever `maxSockets` is; with either, a request that is given
 * up leaves its CONNECT behind, and https-proxy-agent passes the proxy's refusal on as the service's response.
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

/** The bytes of one connection through a proxy. What is written before the proxy has answered CONNECT waits. */
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
    // A proxy that takes CONNECT for an unknown method gives an ordinary response.
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

/** Statuses that another attempt may not get: a proxy that is down or overloaded, or whose way to the host is. */
const passing: ReadonlySet<number> = new Set([100, 102, 103, 408, 429, 500, 502, 503, 504]);

function refusal(proxy: string, authority: string, status: number): ProxyError {
  const advice =
    status === 407
      ? "Set its user and password in HTTPS_PROXY, as http://USER:PASSWORD@HOST:PORT"
      : passing.has(status)
        ? "Check that the proxy can reach this host"
        : "Have the proxy allow this host";
  return new ProxyError(
    passing.has(status) ? "ERR_PROXY_UNAVAILABLE" : "ERR_PROXY_REFUSED",
    `the proxy ${proxy} answered CONNECT ${authority} with HTTP ${status}. ${advice}, or name the host in NO_PROXY if it ` +
      "can be reached without the proxy",
  );
}

function unreachable(proxy: string, code = "no answer"): string {
  return `the proxy ${proxy} can't be reached (${code}). Check HTTPS_PROXY, and NODE_EXTRA_CA_CERTS for an https:// proxy`;
}
