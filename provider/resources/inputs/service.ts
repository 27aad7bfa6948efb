import { isLoopback } from "../../common/loopback";

/** Cloud Channel, the default service. */
const cloudChannel = {
  endpoint: "https://cloudchannel.googleapis.com",
  version: "v1",
  /** Source: the reference page of Cloud Channel's `operations.cancel`. */
  scopes: ["https://www.googleapis.com/auth/apps.order"],
};

/** The scopes that any other Google Cloud API accepts. */
const generalScopes = ["https://www.googleapis.com/auth/cloud-platform"];

/** The argument `service`. */
export interface ServiceArgs {
  readonly endpoint?: string;
  readonly version?: string;
  readonly scopes?: readonly string[];
}

/** A service in canonical form: with defaults, and in the same form each time. */
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

/** Ignores the port, because a private connection to the service may have another one. */
function isOfCloudChannel(endpoint: string): boolean {
  return new URL(endpoint).hostname === new URL(cloudChannel.endpoint).hostname;
}

/**
 * Doesn't use URL.canParse, which in Node.js 20, once optimized, rejects valid URLs with characters from U+0080 to
 * U+00FF.
 */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/**
 * Returns why `endpoint` can't be called, or `undefined` if it can. Rejects a form that a URL parser reads as another
 * host than a person does. The parser drops tabs, converts backslashes, and reads 0x7f.1 as an address.
 */
export function endpointIssue(endpoint: string): string | undefined {
  const url = parseUrl(endpoint);
  if (!url || !/^https?:\/\/[^/]/i.test(endpoint)) return "isn't a URL of the form https://HOST";
  if (/^[^/]+\/\/[^/\\?#]*@/.test(endpoint)) {
    return "has a user or a password in it. Remove them, and configure credentials as docs/authentication.md of this package describes";
  }
  if (!/^[^/]+\/\/[^/\\?#]*\/?$/.test(endpoint)) {
    return "has more than a scheme, a host and a port. Remove the rest, and set the API's version in `service.version`";
  }
  const host = /^[^/]+\/\/(\[[\da-f:.]+\]|[\w-]+(?:\.[\w-]+)*)(?::\d+)?\/?$/i.exec(endpoint)?.[1];
  // An IPv6 address has many forms, and a reader recognizes each of them as an address.
  if (host === undefined || (!host.startsWith("[") && host.toLowerCase() !== url.hostname)) {
    return "has a host that isn't a plain name or address. Write the host in its plain form, for example https://example.com or https://127.0.0.1";
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    return "is plain http to another machine, which would send the token unencrypted. Use https";
  }
  return undefined;
}

/** Returns why a text can't be the host of a service, or `undefined` if it can. */
export function hostIssue(host: string): string | undefined {
  return /^(\[[\da-f:.]+\]|[\w-]+(\.[\w-]+)*)(:\d+)?$/i.test(host)
    ? undefined
    : "isn't a host; write the service's host alone, for example aiplatform.googleapis.com";
}
