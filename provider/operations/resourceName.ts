import { quote } from "../common/text";

/**
 * Names of operations: `operations/AbC`, `projects/p/locations/l/operations/AbC`.
 *
 * Sources: AIP-122 (resource names), AIP-127 (HTTP transcoding), `google/api/http.proto` (how a path variable is encoded).
 */

/** The longest name that is called, in characters. Google documents no limit; a URL of 8 KB is refused by many servers. */
const maxNameLength = 1_024;

/** Why `name` can't be an operation's resource name, each reason a sentence of its own; empty where it can. */
export function nameIssues(name: string): string[] {
  if (name === "") return ["is empty; give the operation's resource name, for example operations/AbC"];
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name) || name.startsWith("//")) {
    return [
      `has a scheme or a host (${quote(name)}); give the part that follows host and version, for example operations/AbC`,
    ];
  }
  if (name.length > maxNameLength) return [`has ${name.length} characters; a name may have ${maxNameLength}`];
  const faults: string[] = [];
  if (name.startsWith("/")) faults.push("begins with a slash; resource names are relative");
  const segments = name.replace(/^\//, "").split("/");
  if (segments.includes("")) faults.push("has an empty segment (a doubled or a trailing slash)");
  if (segments.some((segment) => segment === "." || segment === "..")) faults.push('has a "." or ".." segment');
  if (/\p{Cc}/u.test(name)) faults.push("has a control character");
  if (/[?#]/.test(name)) faults.push('has a "?" or "#", which would end the path');
  if (name.trim() !== name) faults.push("begins or ends with white space");
  if (!name.isWellFormed()) faults.push("has an unpaired surrogate, which no URL can carry");
  return faults;
}

/** Why `name` can't be the name of an operation of Cloud Channel, whose names are `operations/**`. */
export function cloudChannelNameIssues(name: string): string[] {
  return /^operations\/./.test(name)
    ? []
    : [
        `is ${quote(name)}, and Cloud Channel's operations are named operations/…; for another service's operation set \`service\``,
      ];
}

/**
 * Encodes a name as the path of a URL: slashes are kept, and everything outside `-_.~0-9a-zA-Z` is percent-encoded, as
 * `google/api/http.proto` lays down for a variable of several segments.
 */
export function encodeName(name: string): string {
  return encodeURIComponent(name)
    .replace(/%2F/g, "/")
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * Whether a service that was asked for one name and answers with the other means the same operation. A project has an ID
 * and a number, and either can stand after `projects` (AIP-2510): many services take the ID and answer with the number.
 * Folders and organizations have numbers only, so those must be equal like the rest.
 */
export function isSameOperation(asked: string, answered: string): boolean {
  if (asked === answered) return true;
  const [one, other] = [asked.split("/"), answered.split("/")];
  if (one.length !== other.length) return false;
  const [index = 0, ...more] = one.flatMap((segment, position) => (segment === other[position] ? [] : [position]));
  // Collections are at even positions (AIP-122); elsewhere "projects" is part of an ID.
  if (more.length > 0 || index % 2 === 0 || one[index - 1] !== "projects") return false;
  const [project = "", otherProject = ""] = [one[index], other[index]];
  return project !== "" && otherProject !== "" && isNumber(project) !== isNumber(otherProject);
}

function isNumber(segment: string): boolean {
  return /^\d+$/.test(segment);
}

/** The full resource name (AIP-122): `//cloudchannel.googleapis.com/operations/AbC`. */
export function fullName(host: string, name: string): string {
  return `//${host}/${name}`;
}

/** The parts of a full resource name; `undefined` where `id` is none. */
export function parseFullName(id: string): { host: string; name: string } | undefined {
  const match = /^\/\/([^/]+)\/(.+)$/s.exec(id);
  return match?.[1] !== undefined && match[2] !== undefined ? { host: match[1], name: match[2] } : undefined;
}
