import { BlockList, isIP, isIPv6 } from "node:net";

/** A tunnel through a proxy can't be made. Names the proxy's host and port, never its user or its password. */
export class ProxyError extends Error {
  override readonly name = "ProxyError";

  constructor(
    /** `ERR_PROXY_REFUSED` and `ERR_PROXY_URL` last as long as the settings; the others may pass. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const proxyVariables = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

/**
 * Returns the proxy for an https URL, as HTTPS_PROXY, ALL_PROXY and NO_PROXY say in upper or lower case, or `undefined`
 * where the URL is called directly.
 *
 * @throws {ProxyError} when the variable doesn't hold a proxy's URL
 */
export function proxyOf(url: URL): URL | undefined {
  const given = proxyVariables.map((name) => process.env[name]).find(Boolean);
  if (given === undefined || url.protocol !== "https:") return undefined;
  // Reads the ports, suffixes and `*` of NO_PROXY. Loaded only where there is a proxy.
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- import() is asynchronous
  const { getProxyForUrl } = require("proxy-from-env") as { getProxyForUrl: (url: string) => string };
  if (getProxyForUrl(url.href) === "" || isExemptAddress(url)) return undefined;
  // HOST:PORT is a proxy that speaks plain HTTP, as in curl and Go.
  const address = given.includes("://") ? given : `http://${given}`;
  const proxy = URL.canParse(address) ? new URL(address) : undefined;
  if (proxy?.hostname && /^https?:$/.test(proxy.protocol)) return proxy;
  throw new ProxyError(
    "ERR_PROXY_URL",
    "HTTPS_PROXY (or ALL_PROXY) isn't a URL of the form http://HOST:PORT or https://HOST:PORT, with USER:PASSWORD@ before " +
      "the host where the proxy needs them",
  );
}

/** Whether NO_PROXY names the URL's IP address in one of the forms that proxy-from-env doesn't compare: CIDR, IPv6, localhost. */
function isExemptAddress({ hostname, port }: URL): boolean {
  const address = withoutBrackets(hostname === "localhost" ? "127.0.0.1" : hostname);
  if (isIP(address) === 0) return false;
  const entries = (process.env["no_proxy"] || process.env["NO_PROXY"] || "").toLowerCase().split(/[\s,]+/);
  return entries.some((entry) => covers(entry, address, port || "443"));
}

/** An address or a network, and a port: `10.0.0.0/8`, `[fd00::]/8`, `[::1]:8443`, `localhost`. */
const networkEntry = /^(localhost|\[[\da-f:.]+\]|[\d.]+)(?:\/(\d{1,3}))?(?::(\d+))?$/;

function covers(entry: string, address: string, port: string): boolean {
  // Without brackets, a colon of an IPv6 address doesn't begin a port.
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

/** The secrets in a proxy's address: its password, and user and password as the header of basic authentication has them. */
export function proxySecrets(): string[] {
  const given = [...proxyVariables, "http_proxy", "HTTP_PROXY"].map((name) => process.env[name] ?? "");
  return given.flatMap((address) => {
    const [, user = "", password = ""] = /^(?:[a-z]+:\/\/)?([^:@/]*):(.*)@/i.exec(address) ?? [];
    return password ? [password, decodePercent(password), `${decodePercent(user)}:${decodePercent(password)}`] : [];
  });
}

/** The text with its percent escapes decoded, or the text itself where one is malformed. */
export function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
