import { isLoopback } from "../../common/loopback";
import { quote } from "../../common/text";
import { nameIssues } from "../../operations/resourceName";
import { canonicalService, hostIssue, isCloudChannel, parseUrl, versionIssue } from "./service";

/** Matches a text that begins with a host, and captures the scheme, the host and the rest. */
const urlPattern = /^(?:([a-z][a-z\d+.-]*):)?\/\/([^/?#]*)(.*)$/is;

/** Matches a text that begins with a host that has no scheme before it. */
const bareUrlPattern = /^()((?:[\w-]+\.)+[\w-]+)(\/v\d.*)$/s;

/** Matches a path that begins with a version, and captures the version and the rest. Source: AIP-185. */
const versionPattern = /^(v\d+(?:p\d+)?(?:(?:alpha|beta|eap)\d*)?)\/(.*)$/s;

/** Matches a name that is followed by a method of `google.longrunning.Operations`. */
const methodPattern = /^(.*):(cancel|wait)$/s;

/**
 * Returns why a text can't be meant as an operation's resource name, and what to write instead if that's clear. Returns
 * an empty list if the text can be meant. Unlike {@link nameIssues}, it refuses names that could be called, but that no
 * API has. Each reason is the rest of a sentence about the name.
 */
export function givenNameIssues(text: string): string[] {
  const faults = nameIssues(text);
  const issues = faults.length > 0 ? faults : unlikelyParts(text);
  const [last] = issues.slice(-1);
  if (last === undefined) return [];
  const meant = meantBy(text);
  return meant === undefined ? issues : [...issues.slice(0, -1), `${last}. Write ${meant}`];
}

function unlikelyParts(name: string): string[] {
  if (bareUrlPattern.test(name)) return ["has a host"];
  const [, version] = versionPattern.exec(name) ?? [];
  const [, , method] = methodPattern.exec(name) ?? [];
  return [
    ...(version === undefined
      ? []
      : [`begins with the API's version, ${version}, which belongs in \`service.version\``]),
    ...(method === undefined ? [] : [`ends with the method :${method}, which isn't a part of the name`]),
  ];
}

/** Returns the name that a text contains, in quotes, with the service that the text contains. */
function meantBy(text: string): string | undefined {
  // A user and a password may precede a host without a scheme.
  if (/^[^/]*@/.test(text.trim())) return undefined;
  const [, scheme, host, rest = text.trim()] = urlPattern.exec(text.trim()) ?? bareUrlPattern.exec(text.trim()) ?? [];
  const path = segmentsOf(rest.replace(/[?#].*$/s, "")).join("/");
  const [, version, versioned = path] = versionPattern.exec(path) ?? [];
  const encoded = methodPattern.exec(versioned)?.[1] ?? versioned;
  const name = host === undefined ? encoded : decoded(encoded);
  if (name === undefined || nameIssues(name).length > 0 || !segmentsOf(name).includes("operations")) return undefined;
  const service = [
    ...(host === undefined ? [] : endpointOf(scheme, host)),
    ...(version === undefined || version === canonicalService().version || versionIssue(version) !== undefined
      ? []
      : [`service.version "${version}"`]),
  ];
  return `${quote(name)}${service.length === 0 ? "" : `, with ${service.join(" and ")}`}`;
}

function segmentsOf(path: string): string[] {
  return path.split("/").filter((segment) => segment !== "");
}

/** Returns the service's endpoint, unless it's the default or the host can't be shown. */
function endpointOf(scheme: string | undefined, host: string): string[] {
  // The host may have a password before it.
  const bare = host.replace(/^.*@/, "").toLowerCase();
  if (hostIssue(bare) !== undefined) return [];
  const hostname = parseUrl(`https://${bare}`)?.hostname;
  if (hostname === undefined) return [];
  const isHttp = scheme?.toLowerCase() === "http" && isLoopback(hostname);
  const endpoint = `${isHttp ? "http" : "https"}://${bare}`;
  return isCloudChannel(canonicalService({ endpoint })) ? [] : [`service.endpoint "${endpoint}"`];
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
