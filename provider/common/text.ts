/** Truncates a text to `maxLength` characters, of which the last is then "…". Never splits a character. */
export function truncate(text: string, maxLength: number): string {
  return text.length > maxLength ? `${text.slice(0, maxLength - 1).replace(/[\uD800-\uDBFF]$/, "")}…` : text;
}

/** Truncates a text to `maxBytes` bytes in UTF-8. Never splits a character. */
export function truncateToBytes(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return bytes.toString();
  return bytes
    .subarray(0, maxBytes)
    .toString()
    .replace(/\uFFFD+$/, "");
}

/**
 * Prepares a text from elsewhere for a message. Puts it on one line, truncates it, and removes characters that control
 * a terminal. Redacts a credential after its scheme, because some proxies repeat it.
 */
export function singleLine(text: string, maxLength: number): string {
  const line = text
    .slice(0, maxLength * 5)
    .replace(/\b(Basic|Bearer)\s+[\w+/=.~-]+/gi, "$1 [hidden]")
    .replace(/[\p{C}\s]+/gu, " ")
    .trim();
  return truncate(line, maxLength);
}

/** Returns a text that ends as a sentence does, so that another sentence can follow. */
export function asSentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** Returns a count with a comma between thousands, for example `1,200`. */
export function inDigits(count: number): string {
  return count.toLocaleString("en-US");
}

/** Returns at most 120 characters of a text, in quotes and on one line, for a message. */
export function quote(text: string): string {
  return JSON.stringify(truncate(text, 120));
}
