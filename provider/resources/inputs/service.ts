import { isLoopback } from "../../common/loopback";
import { quote, singleLine } from "../../common/text";

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
 * Returns why `endpoint` can't be called, and what to write instead if that's clear. Returns `undefined` if it can be
 * called.
 */
export function endpointIssue(endpoint: string): string | undefined {
  const fault = endpointFault(endpoint);
  const meant = fault === undefined ? undefined : endpointMeant(endpoint);
  return meant === undefined ? fault : `${fault}. Write ${meant}`;
}

/** Matches a host that a program may give without a scheme. Any other text without a scheme may be a credential. */
const bareHost = /^(?:\/\/)?((?:[\w-]+\.)+googleapis\.com|localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?(?:\/.*)?$/i;

function endpointMeant(endpoint: string): string | undefined {
  // A user name or a password isn't repeated.
  if (endpoint.includes("@")) return undefined;
  const host = bareHost.exec(endpoint)?.[1]?.toLowerCase();
  const scheme = host !== undefined && isLoopback(host) ? "http" : "https";
  const url = parseUrl(host === undefined ? endpoint : `${scheme}://${endpoint.replace(/^\/\//, "")}`);
  if (!url) return undefined;
  const isHttp = url.protocol === "http:" && isLoopback(url.hostname);
  const origin = `${isHttp ? "http" : "https"}://${url.host}`;
  if (!/^https?:$/.test(url.protocol) || endpointFault(origin) !== undefined) return undefined;
  // A URL parser may read another host than the text shows.
  if (!endpoint.toLowerCase().includes(url.hostname)) return undefined;
  const version = /^\/(v\d\w*)(?:\/|$)/.exec(url.pathname)?.[1];
  return `"${origin}"${version === undefined ? "" : `, with service.version "${version}"`}`;
}

/**
 * Returns why `endpoint` can't be called, or `undefined` if it can. Rejects a form that a URL parser reads as another
 * host than a person does. The parser drops tabs, converts backslashes, and reads 0x7f.1 as an address.
 */
function endpointFault(endpoint: string): string | undefined {
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
    : "isn't a host. Write the service's host alone, for example aiplatform.googleapis.com";
}

/** Returns why a text can't be the version of an API, or `undefined` if it can. */
export function versionIssue(version: string): string | undefined {
  // Every version of a Google API that begins with a number has the letter v before it.
  if (/^[A-Za-z_-][A-Za-z0-9._-]*$/.test(version) && !/^V\d/.test(version)) return undefined;
  const meant = /^\/?v?(\d[a-z0-9]*)\/?$/i.exec(version)?.[1]?.toLowerCase();
  const text = quote(singleLine(version, 60));
  return `is ${text}, but must be an API version, for example v1${meant === undefined ? "" : `. Write "v${meant}"`}`;
}

/** Scopes that aren't URLs. Source: OpenID Connect, which Google's OAuth 2.0 scopes include. */
const shortScopes = ["openid", "email", "profile"];

/** Returns why a text can't be an OAuth scope, or `undefined` if it can. */
export function scopeIssue(scope: string): string | undefined {
  const isUrl = /^[a-z][a-z\d+.-]*:\/\/\S+$/i.test(scope) && !scope.startsWith("http://www.googleapis.com/");
  if (isUrl || shortScopes.includes(scope)) return undefined;
  const meant = scopeMeant(scope);
  return meant === undefined
    ? "must be an OAuth scope, for example https://www.googleapis.com/auth/cloud-platform"
    : `is ${quote(singleLine(scope, 100))}, but must be an OAuth scope's URL. Write "${meant}"`;
}

/** Returns the scope of a Google API that an incomplete scope is meant as, or `undefined` if that isn't clear. */
export function scopeMeant(scope: string): string | undefined {
  const [, name] =
    /^(?:(?:http:\/\/)?(?:www\.)?googleapis\.com\/auth\/|\/?auth\/)?([a-z][a-z_.-]*)\/?$/.exec(scope.trim()) ?? [];
  return name === undefined ? undefined : `https://www.googleapis.com/auth/${name}`;
}
