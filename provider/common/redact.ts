/** What stands in place of a secret. */
const replacement = "[hidden]";

/** Shorter texts are no secrets that anyone gives out. To replace them would spoil the text around them. */
const minLength = 8;

/** A piece of a secret is found from 2 * pieceLength - 1 characters on. */
const pieceLength = 12;

/** How many encodings within each other are undone: JSON within JSON, percent escapes of percent escapes. */
const maxLevels = 8;

/**
 * Replaces secrets in a text: each secret as a whole, and every piece of it of 23 characters or more. Finds them as they
 * are, and in any mix and nesting of JSON escapes, percent escapes and HTML entities; across line breaks; and in base64,
 * base64url and hexadecimal, wherever they begin in what was encoded.
 *
 * The text may be JSON, which stays valid: an escape is replaced as a whole or not at all.
 */
export function redact(text: string, secrets: readonly string[]): string {
  const indexes = secrets.filter((secret) => secret.length >= minLength).map(indexOf);
  if (indexes.length === 0 || !holdsAny(text, indexes)) return text;
  return replaceRanges(text, rangesOf(text, indexes));
}

/** What to look for of one secret. */
interface Index {
  /** Forms that are too short to be found by their pieces. */
  readonly short: readonly string[];
  readonly pieces: ReadonlySet<string>;
}

/** The most recent secrets', because an index takes longer to make than to search with. */
const indexes = new Map<string, Index>();
const maxIndexes = 16;

function indexOf(secret: string): Index {
  const known = indexes.get(secret);
  if (known) return known;
  const short: string[] = [];
  const pieces = new Set<string>();
  for (const form of formsOf(secret)) {
    if (form.length < minLength) continue;
    if (form.length < 2 * pieceLength - 1) short.push(form);
    for (let from = 0; from + pieceLength <= form.length; from++) pieces.add(form.slice(from, from + pieceLength));
  }
  const [oldest] = indexes.keys();
  if (oldest !== undefined && indexes.size >= maxIndexes) indexes.delete(oldest);
  const index = { short, pieces };
  indexes.set(secret, index);
  return index;
}

function formsOf(secret: string): Set<string> {
  const levels = [...levelsOf(secret)].map(({ text }) => text);
  const written = new Set([...levels, secret.trim(), secret.replace(/[\r\n]+[ \t]*/g, "")]);
  return new Set(
    [...written].flatMap((text) => [text, ...hexOf(text), ...[0, 1, 2].flatMap((before) => base64Of(text, before))]),
  );
}

function hexOf(text: string): string[] {
  const hex = Buffer.from(text).toString("hex");
  return [hex, hex.toUpperCase()];
}

/** The base64 of a text that so many bytes (modulo 3) precede: the characters that depend on nothing else. */
function base64Of(text: string, before: number): string[] {
  const bytes = Buffer.from(" ".repeat(before) + text);
  const start = Math.ceil((before * 8) / 6);
  const end = Math.floor((bytes.length * 8) / 6);
  return (["base64", "base64url"] as const).flatMap((encoding) => {
    const whole = bytes.toString(encoding).slice(start);
    return [whole, whole.slice(0, end - start)];
  });
}

/** The named HTML entities of the ASCII characters. */
const entities: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ amp: "&", apos: "'", ast: "*", bsol: "\\", colon: ":", comma: ",", commat: "@", dollar: "$", equals: "=" },
    ...{ excl: "!", grave: "`", gt: ">", hat: "^", lbrace: "{", lbrack: "[", lcub: "{", lowbar: "_", lpar: "(" },
    ...{ lsqb: "[", lt: "<", midast: "*", newline: "\n", num: "#", percnt: "%", period: ".", plus: "+", quest: "?" },
    ...{ quot: '"', rbrace: "}", rbrack: "]", rcub: "}", rpar: ")", rsqb: "]", semi: ";", sol: "/", tab: "\t" },
    ...{ underbar: "_", verbar: "|", verticalline: "|", vert: "|", diacriticalgrave: "`" },
  }),
);

/** A text, and optionally where each of its characters is from in the text that it was decoded from, with the end of that. */
interface Level {
  readonly text: string;
  readonly origins?: Uint32Array;
}

/** Yields the text, and what it decodes to, again and again. */
function* levelsOf(text: string, withOrigins = false): Generator<Level> {
  let level: Level = withOrigins
    ? { text, origins: Uint32Array.from({ length: text.length + 1 }, (_, at) => at) }
    : { text };
  yield level;
  for (let depth = 0; depth < maxLevels && /[\\%&\r\n]/.test(level.text); depth++) {
    const next = decode(level);
    if (next.text === level.text) return;
    yield (level = next);
  }
}

/**
 * Decodes each escape once, and takes out line breaks within words, which may be those of base64. Works on character codes,
 * because a regular expression with a callback takes seconds for a large text full of escapes.
 */
function decode({ text, origins }: Level): Level {
  // Decoding never makes a text longer.
  const codes = new Uint16Array(text.length);
  const next = origins && new Uint32Array(text.length + 1);
  let length = 0;
  for (let from = 0; from < text.length;) {
    let code = text.charCodeAt(from);
    let size = 1;
    if (code === 0x5c || code === 0x25 || code === 0x26) {
      const escape =
        code === 0x5c ? backslashAt(text, from) : code === 0x25 ? hexAt(text, from, 1, 2) : entityAt(text, from);
      if (escape > 0) {
        code = escape & 0xffff;
        size = escape >> 16;
      }
    } else if (code === 0x0a || code === 0x0d) {
      const skipped = breakAt(text, from);
      from += skipped;
      if (skipped > 0) continue;
    }
    if (next) next[length] = origins[from] ?? 0;
    codes[length++] = code;
    from += size;
  }
  const decoded = Buffer.from(codes.buffer, 0, length * 2).toString("utf16le");
  if (!next) return { text: decoded };
  next[length] = origins[text.length] ?? 0;
  return { text: decoded, origins: next.subarray(0, length + 1) };
}

// The functions below return an escape's length and the character that it stands for in one number, or 0 where there is no
// escape: a text may hold millions of them.

function escapeOf(size: number, code: number): number {
  return (size << 16) | code;
}

/** What follows a backslash, and what the two stand for. */
const backslashed: ReadonlyMap<number, number> = new Map(
  Object.entries({
    ...{ b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" },
    ...{ '"': '"', "'": "'", "\\": "\\", "/": "/" },
  }).map(([escape, character]) => [escape.charCodeAt(0), character.charCodeAt(0)]),
);

function backslashAt(text: string, from: number): number {
  const kind = text.charCodeAt(from + 1);
  if (kind === 0x75) return hexAt(text, from, 2, 4);
  if (kind === 0x78) return hexAt(text, from, 2, 2);
  const code = backslashed.get(kind);
  return code === undefined ? 0 : escapeOf(2, code);
}

/** A number of so many hexadecimal digits, after the first characters of an escape. */
function hexAt(text: string, from: number, skip: number, digits: number): number {
  let code = 0;
  for (let at = from + skip; at < from + skip + digits; at++) {
    const digit = hexDigit(text.charCodeAt(at));
    if (digit < 0) return 0;
    code = code * 16 + digit;
  }
  return escapeOf(skip + digits, code);
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function entityAt(text: string, from: number): number {
  const entity = /^&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,16})(?=;));?/i.exec(text.slice(from, from + 20));
  if (!entity) return 0;
  const [{ length }, decimal, hex = "", name] = entity;
  const code = name === undefined ? parseInt(decimal ?? hex, decimal === undefined ? 16 : 10) : codeOfEntity(name);
  return code > 0 && code <= 0xffff ? escapeOf(length, code) : 0;
}

function codeOfEntity(name: string): number {
  return entities.get(name.toLowerCase())?.charCodeAt(0) ?? 0;
}

/** The length of a line break, with what indents the next line, where it is within a word; else 0. */
function breakAt(text: string, from: number): number {
  if (!isOfWord(text.charCodeAt(from - 1))) return 0;
  let to = from + 1;
  if (text.charCodeAt(to) === 0x0a) to++;
  for (let most = to + 8; to < most && (text.charCodeAt(to) === 0x20 || text.charCodeAt(to) === 0x09);) to++;
  return isOfWord(text.charCodeAt(to)) ? to - from : 0;
}

/** Whether a character may be one of base64, or of a token. */
function isOfWord(code: number): boolean {
  const letter = code | 0x20;
  return (
    (letter >= 0x61 && letter <= 0x7a) ||
    (code >= 0x2b && code <= 0x39) ||
    code === 0x3d ||
    code === 0x5f ||
    code === 0x7e
  );
}

function holdsAny(text: string, found: readonly Index[]): boolean {
  for (const level of levelsOf(text)) if (found.some((index) => holds(level.text, index))) return true;
  return false;
}

function holds(text: string, { short, pieces }: Index): boolean {
  if (short.some((form) => text.includes(form))) return true;
  // Every run of 23 characters has one of these pieces within it.
  for (let from = 0; from + pieceLength <= text.length; from += pieceLength) {
    if (pieces.has(text.slice(from, from + pieceLength))) return true;
  }
  return false;
}

/** From and to, in the text as it came. */
type Range = [start: number, end: number];

/** Finds the secrets at every level of decoding. Costs more memory than `holdsAny`, so it comes after that. */
function rangesOf(text: string, found: readonly Index[]): Range[] {
  const ranges: Range[] = [];
  for (const { text: level, origins = new Uint32Array() } of levelsOf(text, true)) {
    for (const index of found) {
      for (const [start, end] of rangesAt(level, index))
        ranges.push([origins[start] ?? 0, origins[end] ?? text.length]);
    }
  }
  return ranges;
}

function rangesAt(text: string, { short, pieces }: Index): Range[] {
  const ranges: Range[] = [];
  for (const form of short) {
    for (let from = text.indexOf(form); from >= 0; from = text.indexOf(form, from + 1)) {
      ranges.push([from, from + form.length]);
    }
  }
  const isPiece = (from: number) => from >= 0 && pieces.has(text.slice(from, from + pieceLength));
  for (let from = 0; from + pieceLength <= text.length; from += pieceLength) {
    if (!isPiece(from)) continue;
    let start = from;
    let last = from;
    while (isPiece(start - 1)) start--;
    while (isPiece(last + 1)) last++;
    ranges.push([start, last + pieceLength]);
    // On to the last step within the range: a secret may follow at once.
    from += Math.floor((last - from) / pieceLength) * pieceLength;
  }
  return ranges;
}

function replaceRanges(text: string, ranges: Range[]): string {
  ranges.sort(([a], [b]) => a - b);
  let result = "";
  let done = 0;
  for (let at = 0; at < ranges.length;) {
    const [start, first] = ranges[at] ?? [0, 0];
    let end = first;
    for (at++; at < ranges.length && (ranges[at]?.[0] ?? 0) <= end; at++) end = Math.max(end, ranges[at]?.[1] ?? 0);
    result += text.slice(done, start) + replacement;
    done = end;
  }
  return result + text.slice(done);
}
