import { BlockList, isIP, isIPv6 } from "node:net";

/** A tunnel through a proxy failed. The message names the proxy's host and port, never its user or password. */
export class ProxyError extends Error {
  override readonly name = "ProxyError";

  constructor(
    /** A retry can't succeed after `ERR_PROXY_REFUSED` or `ERR_PROXY_URL`. It may succeed after other codes. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const proxyVariables = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

/**
 * Returns the proxy for an https URL, or `undefined` if the URL is called directly. Reads HTTPS_PROXY, ALL_PROXY, and
 * NO_PROXY, in upper or lower case.
 *
 * @throws {ProxyError} when the variable doesn't hold a proxy's URL
 */
export function proxyOf(url: URL): URL | undefined {
  const given = proxyVariables.map((name) => process.env[name]).find(Boolean);
  if (given === undefined || url.protocol !== "https:") return undefined;
  // Supports ports, suffixes, and `*` in NO_PROXY. It is loaded only if there is a proxy.
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- import() is asynchronous
  const { getProxyForUrl } = require("proxy-from-env") as { getProxyForUrl: (url: string) => string };
  if (getProxyForUrl(url.href) === "" || isExemptAddress(url)) return undefined;
  // HOST:PORT is a proxy that speaks plain HTTP, as in curl and Go.
  const address = given.includes("://") ? given : `http://${given}`;
  const proxy = URL.canParse(address) ? new URL(address) : undefined;
  if (proxy?.hostname && /^https?:$/.test(proxy.protocol)) return proxy;
  throw new ProxyError(
    "ERR_PROXY_URL",
    "HTTPS_PROXY (or ALL_PROXY) isn't a URL of the form http://HOST:PORT or https://HOST:PORT. If the proxy needs a " +
      "user and a password, put USER:PASSWORD@ before the host",
  );
}

/** Returns whether NO_PROXY has the URL's IP address in a form that proxy-from-env lacks: CIDR, IPv6, or localhost. */
function isExemptAddress({ hostname, port }: URL): boolean {
  const address = withoutBrackets(hostname === "localhost" ? "127.0.0.1" : hostname);
  if (isIP(address) === 0) return false;
  const entries = (process.env["no_proxy"] || process.env["NO_PROXY"] || "").toLowerCase().split(/[\s,]+/);
  return entries.some((entry) => covers(entry, address, port || "443"));
}

/** An address or a network, with or without a port: `10.0.0.0/8`, `[fd00::]/8`, `[::1]:8443`, `localhost`. */
const networkEntry = /^(localhost|\[[\da-f:.]+\]|[\d.]+)(?:\/(\d{1,3}))?(?::(\d+))?$/;

function covers(entry: string, address: string, port: string): boolean {
  // In an IPv6 address without brackets, no colon begins a port.
  const bracketed = entry.replace(/^([\da-f]*:[\da-f.:]*)(?=\/|$)/, "[$1]");
  const [, host = "", prefix, entryPort] = networkEntry.exec(bracketed) ?? [];
  const network = withoutBrackets(host === "localhost" ? "127.0.0.1" : host);
  const length = isIPv6(network) ? 128 : 32;
  const bits = Number(prefix ?? length);
  if (isIP(network) === 0 || bits > length || (entryPort !== undefined && entryPort !== port)) return false;
  if (isLoopback(network) && isLoopback(address)) return true;
  const list = new BlockList();
  list.addSubnet(network, bits, familyOf(network));
  return list.check(address, familyOf(address));
}

function isLoopback(address: string): boolean {
  return address === "::1" || /^127\./.test(address);
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}

function withoutBrackets(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "");
}

/** Returns the secrets in the proxies' addresses: passwords, and users with passwords as in basic authentication. */
export function proxySecrets(): string[] {
  const given = [...proxyVariables, "http_proxy", "HTTP_PROXY"].map((name) => process.env[name] ?? "");
  return given.flatMap((address) => {
    const [, user = "", password = ""] = /^(?:[a-z]+:\/\/)?([^:@/]*):(.*)@/i.exec(address) ?? [];
    return password ? [password, decodePercent(password), `${decodePercent(user)}:${decodePercent(password)}`] : [];
  });
}

/** Decodes percent escapes. Returns the text unchanged if an escape isn't valid. */
export function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
