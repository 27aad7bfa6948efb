/**
 * The resource name in a URL's path, as gRPC transcoding reads a variable of several segments: everything is
 * percent-decoded, except that `%2F` stays as it is (`google/api/http.proto`, "multi-segment"). What is no valid escape
 * stays too.
 */
export function decodeName(path: string): string {
  return path.replace(/(?:%(?!2f)[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}

/**
 * The collection an operation is listed in: all of `operations/**` in `operations`, as Cloud Channel has it; elsewhere
 * what leads up to the last `operations` segment, and without one, whatever comes before the last segment.
 */
export function collectionOf(name: string): string {
  if (name.startsWith("operations/")) return "operations";
  const segments = name.split("/");
  const last = segments.slice(0, -1).findLastIndex(isCollectionId);
  return segments.slice(0, last >= 0 ? last + 1 : -1).join("/");
}

/** Whether a list of the path is meant. Under `operations/` every name is an operation's. */
export function isCollection(name: string): boolean {
  return name === "operations" || (!name.startsWith("operations/") && isCollectionId(name.split("/").at(-1) ?? ""));
}

/** Whether the path can name operations at all: `operations`, or a kind of them, is one of its segments. */
export function namesOperations(name: string): boolean {
  const segments = name.split("/");
  return segments.every((segment) => segment !== "") && segments.some(isCollectionId);
}

/** Most services call it `operations`; Storage Transfer, for one, `transferOperations`. */
function isCollectionId(segment: string): boolean {
  return /^([a-z]+O|o)perations$/.test(segment);
}
