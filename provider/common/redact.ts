import { decode } from "./decode";

/** Replaces a secret. */
const replacement = "[hidden]";

/** The minimum length of a secret. Real secrets are longer, and redacting shorter texts would damage other text. */
const minLength = 8;

/** The length of the pieces to search for. Every part of a secret with 2 * pieceLength - 1 characters is found. */
const pieceLength = 12;
const minPieceLength = 2 * pieceLength - 1;

/**
 * Redacts secrets in a text: each whole secret, and each part of 23 characters or more. Finds them in these forms:
 *
 * - Unchanged, or across line breaks with whitespace around these.
 * - In any mix of JSON escapes, percent escapes, and HTML entities, at any depth.
 * - In base64, base64url, and hexadecimal, at any position of the encoded data.
 *
 * JSON stays valid. An escape is replaced as a whole, and a number is replaced with a string. Text between strings and
 * numbers is never replaced.
 */
export function redact(text: string, secrets: readonly string[]): string {
  const indexes = secrets.filter((secret) => secret.length >= minLength).map(indexOf);
  /** For each character, whether it belongs to a secret. */
  let hidden: Uint8Array | undefined;
  const hide: Hide = (start, end) => (hidden ??= new Uint8Array(text.length)).fill(1, start, end);
  for (const index of indexes) find(text, index, hide);
  if (indexes.length > 0 && /[\\%&\r\n]/.test(text)) {
    const { text: decoded, starts, ends } = decode(text);
    for (const index of indexes) {
      find(decoded, index, (start, end) => {
        hide(starts[start] ?? 0, ends[end - 1] ?? text.length);
      });
    }
  }
  if (!hidden) return text;
  return /^\s*[[{"]/.test(text) ? replaceInJson(text, hidden) : replaceIn(text, hidden);
}

/** Marks the characters from `start` up to but not including `end` as secret. */
type Hide = (start: number, end: number) => void;

/** The search index of one secret. */
interface Index {
  /** Forms that are too short to be found by pieces. */
  readonly short: readonly string[];
  /** The other forms, joined. */
  readonly long: string;
  /** The first position of each piece in `long`. */
  readonly pieces: ReadonlyMap<string, number>;
  /** Has a 1 for the hash of each piece. Excludes most texts faster than a lookup in `pieces`. */
  readonly hashes: Uint8Array;
}

/** A cache, because creating an index takes longer than searching with it. The oldest index is removed first. */
const indexes = new Map<string, Index>();

/** More than the secrets of one text: 32 of a credential or 8 of an origin, and 18 of the proxy variables. */
const maxIndexes = 64;

function indexOf(secret: string): Index {
  const known = indexes.get(secret);
  if (known) return known;
  const forms = formsOf(secret).filter(({ length }) => length >= minLength);
  const long = forms.filter(({ length }) => length >= minPieceLength).join("\0");
  const pieces = new Map<string, number>();
  const hashes = new Uint8Array(0x10000);
  for (let at = 0; at + pieceLength <= long.length; at++) {
    const piece = long.slice(at, at + pieceLength);
    if (piece.includes("\0") || pieces.has(piece)) continue;
    pieces.set(piece, at);
    hashes[hashAt(long, at)] = 1;
  }
  const short = forms.filter(({ length }) => length < minPieceLength);
  const index = { short, long, pieces, hashes };
  const [oldest] = indexes.keys();
  if (oldest !== undefined && indexes.size >= maxIndexes) indexes.delete(oldest);
  indexes.set(secret, index);
  return index;
}

function formsOf(secret: string): string[] {
  // A backslash at the end would merge with the text after it.
  const written = new Set([secret, decode(secret).text.replace(/\\+$/, "")]);
  return [
    ...new Set([...written].flatMap((text) => [text, ...hexOf(text), ...[0, 1, 2].flatMap((n) => base64Of(text, n))])),
  ];
}

function hexOf(text: string): string[] {
  const hex = Buffer.from(text).toString("hex");
  return [hex, hex.toUpperCase()];
}

/** Returns the base64 of a text after `before` bytes (modulo 3): whole, and only what no other bytes can change. */
function base64Of(text: string, before: number): string[] {
  const bytes = Buffer.from(" ".repeat(before) + text);
  const start = Math.ceil((before * 8) / 6);
  const end = Math.floor((bytes.length * 8) / 6);
  return (["base64", "base64url"] as const).flatMap((encoding) => {
    const whole = bytes.toString(encoding);
    return [whole.slice(start), whole.slice(start, end)];
  });
}

/** Returns a hash of a piece. Collisions can't be provoked without knowing the secret, so a simple hash is enough. */
function hashAt(text: string, at: number): number {
  return (text.charCodeAt(at) * 0x3d1 + text.charCodeAt(at + 5) * 0x1f35 + text.charCodeAt(at + 11) * 0x2b) & 0xffff;
}

function find(text: string, { short, long, pieces, hashes }: Index, hide: Hide): void {
  for (const form of short) findWhole(text, form, hide);
  const pieceAt = (at: number) =>
    hashes[hashAt(text, at)] === 1 ? pieces.get(text.slice(at, at + pieceLength)) : undefined;
  let done = 0;
  // Every run of 23 characters contains a whole step.
  for (let at = 0; at + pieceLength <= text.length;) {
    const piece = pieceAt(at);
    if (piece === undefined) {
      at += pieceLength;
      continue;
    }
    let start = at;
    while (start > done && pieceAt(start - 1) !== undefined) start--;
    let size = pieceLength;
    while (at + size < text.length && text.charCodeAt(at + size) === long.charCodeAt(piece + size)) size++;
    done = at + size;
    hide(start, done);
    // Continues with the piece that ends one character later, because it may belong to another form.
    at = done - pieceLength + 1;
  }
}

function findWhole(text: string, form: string, hide: Hide): void {
  for (let at = text.indexOf(form); at >= 0;) {
    hide(at, at + form.length);
    // Skips to the last match that overlaps this one, because a periodic form may match at each character.
    const last = text.lastIndexOf(form, at + form.length - 1);
    at = last > at ? last : text.indexOf(form, at + form.length);
  }
}

function replaceIn(text: string, hidden: Uint8Array): string {
  let result = "";
  let done = 0;
  for (let start = hidden.indexOf(1); start >= 0; start = hidden.indexOf(1, done)) {
    result += text.slice(done, start) + replacement;
    done = hidden.indexOf(0, start);
    if (done < 0) return result;
  }
  return result + text.slice(done);
}

/** Replaces marked parts of strings, and marked numbers and words as a whole. Keeps the rest, so JSON stays valid. */
function replaceInJson(text: string, hidden: Uint8Array): string {
  const last = hidden.lastIndexOf(1);
  let result = "";
  let done = 0;
  let inString = false;
  let hiding = false;
  for (let at = 0; at <= last;) {
    const code = text.charCodeAt(at);
    const isStructure = code === quote || (!inString && isBetweenWords(code));
    let end = at + 1;
    if (inString && code === backslash) end += text[end] === "u" ? 5 : 1;
    if (!inString && !isStructure) while (end < text.length && !isBetweenWords(text.charCodeAt(end))) end++;
    const hides = !isStructure && holdsOne(hidden, at, end);
    if (hides && !hiding) result += text.slice(done, at) + (inString ? replacement : `"${replacement}"`);
    if (hides) done = end;
    hiding = hides;
    if (code === quote) inString = !inString;
    at = end;
  }
  return result + text.slice(done);
}

const [quote, backslash] = [0x22, 0x5c];

function isBetweenWords(code: number): boolean {
  return (
    code <= 0x20 ||
    code === quote ||
    code === 0x2c ||
    code === 0x3a ||
    (code & ~0x20) === 0x5b ||
    (code & ~0x20) === 0x5d
  );
}

function holdsOne(hidden: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (hidden[at] === 1) return true;
  return false;
}
