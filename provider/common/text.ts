/** A text of at most `maxLength` characters: a longer one is cut, never within a character, and ends in "…". */
export function truncate(text: string, maxLength: number): string {
  return text.length > maxLength ? `${text.slice(0, maxLength - 1).replace(/[\uD800-\uDBFF]$/, "")}…` : text;
}

/** The beginning of a text that takes at most `maxBytes` bytes in UTF-8, cut between characters. */
export function truncateToBytes(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return bytes.toString();
  return bytes
    .subarray(0, maxBytes)
    .toString()
    .replace(/\uFFFD+$/, "");
}

/**
 * A text from elsewhere for a message: on one line, truncated, and without characters that control a terminal. Redacts a
 * credential that follows its scheme, which some proxies repeat.
 */
export function singleLine(text: string, maxLength: number): string {
  const line = text
    .slice(0, maxLength * 5)
    .replace(/\b(Basic|Bearer)\s+[\w+/=.~-]+/gi, "$1 [hidden]")
    .replace(/[\p{C}\s]+/gu, " ")
    .trim();
  return truncate(line, maxLength);
}

/** At most 120 characters of a text, in quotes and on one line, for a message. */
export function quote(text: string): string {
  return JSON.stringify(truncate(text, 120));
}
