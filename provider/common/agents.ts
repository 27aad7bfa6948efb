import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { proxyOf } from "./proxy";
import { TunnelAgent } from "./tunnelAgent";

/** Limits the connections to a host, directly or through a proxy. Further requests wait for a free connection. */
const options = { keepAlive: true, maxSockets: 64 };

let plain: HttpAgent | undefined;
let secure: HttpsAgent | undefined;
/** The agents for proxies, by the proxy's URL. */
const tunnels = new Map<string, TunnelAgent>();

/**
 * Returns the agent that keeps the process's connections to a URL. Plain http never goes through a proxy, because the
 * proxy could read the tokens.
 *
 * @throws {ProxyError} when HTTPS_PROXY doesn't hold a proxy's URL
 */
export function agentFor(url: URL): HttpAgent | HttpsAgent {
  if (url.protocol !== "https:") return (plain ??= new HttpAgent(options));
  const proxy = proxyOf(url);
  if (proxy === undefined) return (secure ??= new HttpsAgent(options));
  let agent = tunnels.get(proxy.href);
  if (!agent) {
    agent = new TunnelAgent(proxy, options);
    tunnels.set(proxy.href, agent);
  }
  return agent;
}
