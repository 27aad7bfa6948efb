import { closest } from "../common/suggestion";
import { quote } from "../common/text";

/**
 * Names of operations, for example `operations/AbC` and `projects/p/locations/l/operations/AbC`.
 *
 * Sources: AIP-122 (resource names), AIP-127 (HTTP transcoding), `google/api/http.proto` (encoding of path variables).
 */

/** The maximum length of a name, in characters. Google documents no limit, but many servers refuse a URL of 8 KB. */
const maxNameLength = 1_024;

/**
 * Returns why `name` can't be an operation's resource name, or an empty list if it can. Each reason is the rest of a
 * sentence about the name.
 */
export function nameIssues(name: string): string[] {
  if (name === "") return ["is empty. Give the operation's resource name, for example operations/AbC"];
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name) || name.startsWith("//")) {
    return ["has a scheme or a host. Give only the part after host and version, for example operations/AbC"];
  }
  if (name.length > maxNameLength) return [`has ${name.length} characters, more than the maximum of ${maxNameLength}`];
  const issues: string[] = [];
  if (name.startsWith("/")) issues.push("begins with a slash, but resource names are relative");
  const segments = name.replace(/^\//, "").split("/");
  if (segments.includes("")) issues.push("has an empty segment (a doubled or a trailing slash)");
  if (segments.some((segment) => segment === "." || segment === "..")) issues.push('has a "." or ".." segment');
  if (/\p{Cc}/u.test(name)) issues.push("has a control character");
  if (/[?#]/.test(name)) issues.push('has a "?" or "#", which would end the path');
  if (name.trim() !== name) issues.push("begins or ends with whitespace");
  if (!name.isWellFormed()) issues.push("has an unpaired surrogate, which a URL can't contain");
  return issues;
}

/** Returns why `name` can't be the name of an operation of Cloud Channel, which has only `operations/**`. */
export function cloudChannelNameIssues(name: string): string[] {
  if (/^operations\/./.test(name)) return [];
  const [collection = "", ...rest] = name.split("/");
  const id = rest.length === 0 ? name : closest(collection, ["operations"]) && rest.join("/");
  return [
    `is ${quote(name)}, but Cloud Channel's operation names begin with operations/. ` +
      (id === undefined || id === "operations" ? "" : `Did you mean ${quote(`operations/${id}`)}? `) +
      "For an operation of another service, set `service`",
  ];
}

/**
 * Encodes a name as the path of a URL. Keeps slashes, and percent-encodes everything outside `-_.~0-9a-zA-Z`, as
 * `google/api/http.proto` specifies for a variable of several segments.
 */
export function encodeName(name: string): string {
  return encodeURIComponent(name)
    .replace(/%2F/g, "/")
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * Returns whether the requested name and the name in the response mean the same operation. A project has an ID and a
 * number, and either can follow `projects` (AIP-2510). Many services accept the ID and respond with the number. Folders
 * and organizations have only numbers, so these must be equal.
 */
export function isSameOperation(requested: string, received: string): boolean {
  if (requested === received) return true;
  const [one, other] = [requested.split("/"), received.split("/")];
  if (one.length !== other.length) return false;
  const [index = 0, ...more] = one.flatMap((segment, position) => (segment === other[position] ? [] : [position]));
  // Collection IDs are at even positions (AIP-122). At other positions, "projects" is a resource ID.
  if (more.length > 0 || index % 2 === 0 || one[index - 1] !== "projects") return false;
  const [project = "", otherProject = ""] = [one[index], other[index]];
  return project !== "" && otherProject !== "" && isNumber(project) !== isNumber(otherProject);
}

function isNumber(segment: string): boolean {
  return /^\d+$/.test(segment);
}

/** Returns the full resource name (AIP-122), for example `//cloudchannel.googleapis.com/operations/AbC`. */
export function fullName(host: string, name: string): string {
  return `//${host}/${name}`;
}

/** Returns the parts of a full resource name, or `undefined` if `id` isn't one. */
export function parseFullName(id: string): { host: string; name: string } | undefined {
  const match = /^\/\/([^/]+)\/(.+)$/s.exec(id);
  return match?.[1] !== undefined && match[2] !== undefined ? { host: match[1], name: match[2] } : undefined;
}
