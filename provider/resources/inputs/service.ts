/** Cloud Channel, the service that is meant when none is named. */
const cloudChannel = {
  endpoint: "https://cloudchannel.googleapis.com",
  version: "v1",
  /** Source: the reference page of Cloud Channel's `operations.cancel`. */
  scopes: ["https://www.googleapis.com/auth/apps.order"],
};

/** What any other Google Cloud API takes. */
const generalScopes = ["https://www.googleapis.com/auth/cloud-platform"];

/** The argument `service`. */
export interface ServiceArgs {
  readonly endpoint?: string;
  readonly version?: string;
  readonly scopes?: readonly string[];
}

/** A service in canonical form: defaults spelled out, the same service always written the same. */
export interface Service {
  /** An origin, without a trailing slash. */
  readonly endpoint: string;
  /** With the port, unless it is the scheme's default. */
  readonly host: string;
  readonly version: string;
  /** Sorted. */
  readonly scopes: readonly string[];
}

export function canonicalService(args: ServiceArgs = {}): Service {
  const { origin, host } = new URL(args.endpoint ?? cloudChannel.endpoint);
  const scopes = args.scopes ?? (isOfCloudChannel(origin) ? cloudChannel.scopes : generalScopes);
  return { endpoint: origin, host, version: args.version ?? cloudChannel.version, scopes: [...new Set(scopes)].sort() };
}

export function isCloudChannel(service: Service): boolean {
  return isOfCloudChannel(service.endpoint);
}

/** On any port: a private connection to the service may have one of its own. */
function isOfCloudChannel(endpoint: string): boolean {
  return new URL(endpoint).hostname === new URL(cloudChannel.endpoint).hostname;
}

/** Not URL.canParse: once Node.js 20 has optimized it, it refuses valid URLs with characters from U+0080 to U+00FF. */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/**
 * Why `endpoint` can't be called; `undefined` where it can. What is read must be what is called, so that a form is refused
 * that a URL parser would take for another host: it drops tabs, turns backslashes, and reads 0x7f.1 as an address.
 */
export function endpointIssue(endpoint: string): string | undefined {
  const url = parseUrl(endpoint);
  if (!url || !/^https?:\/\/[^/]/i.test(endpoint)) return "is no URL of the form https://HOST";
  if (/^[^/]+\/\/[^/\\?#]*@/.test(endpoint)) {
    return "has a user or a password in it; credentials are configured, see the README";
  }
  if (!/^[^/]+\/\/[^/\\?#]*\/?$/.test(endpoint)) {
    return "has more than a scheme, a host and a port; the API's version is `service.version`";
  }
  const host = /^[^/]+\/\/(\[[\da-f:.]+\]|[\w-]+(?:\.[\w-]+)*)(?::\d+)?\/?$/i.exec(endpoint)?.[1];
  // An IPv6 address has many forms, all of which look like one.
  if (host === undefined || (!host.startsWith("[") && host.toLowerCase() !== url.hostname)) {
    return "has a host that is no plain name or address; write it as it is called, for example https://example.com or https://127.0.0.1";
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    return "is plain http to another machine, which would send the token in the clear; use https";
  }
  return undefined;
}

/** Whether a host is this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** Why a text can't be the host of a service; `undefined` where it can. */
export function hostIssue(host: string): string | undefined {
  return /^(\[[\da-f:.]+\]|[\w-]+(\.[\w-]+)*)(:\d+)?$/i.test(host)
    ? undefined
    : "isn't a host; write the service's host alone, for example aiplatform.googleapis.com";
}
