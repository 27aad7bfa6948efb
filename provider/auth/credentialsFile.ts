import { readFile } from "node:fs/promises";
import { CredentialError } from "./credentialError";

/**
 * Reads a credentials file. As in @pulumi/gcp, what is given is its content or its path.
 *
 * @param source where it was given, for messages
 * @throws {CredentialError} which never quotes what was read
 */
export async function readCredentials(given: string, source: string): Promise<Record<string, unknown>> {
  let text = given;
  if (!given.trimStart().startsWith("{")) {
    text = await readFile(given.trim(), "utf8").catch(() => {
      throw new CredentialError(
        `${source}: is neither a credentials file's content nor the path of a file that can be read.`,
      );
    });
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // The parser's message would quote the key.
    throw new CredentialError(`${source}: is no valid JSON.`);
  }
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw new CredentialError(`${source}: is no JSON object.`);
  }
  return content as Record<string, unknown>;
}
