/**
 * A text without escapes and whitespace. `starts` and `ends` hold where each of its characters begins and ends in the
 * original text. They are valid until the next text is decoded.
 */
export interface Decoded {
  readonly text: string;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

const [hash, percent, ampersand, semicolon, backslash] = [0x23, 0x25, 0x26, 0x3b, 0x5c];
const [u, x] = [0x75, 0x78];

/**
 * Decodes JSON escapes, percent escapes, and HTML entities, in any mix and at any depth. Also removes control
 * characters and spaces, for example the line breaks in base64. Treats any number of backslashes as one, so that the
 * result doesn't depend on how often the text was encoded.
 */
export function decode(text: string): Decoded {
  const decoded = decodeOnce(text, false);
  if (!decoded.text.includes("&#")) return decoded;
  // HTML allows a numeric entity without a semicolon. A second pass decodes these, when no digit that may continue the
  // number is itself escaped.
  const second = decodeOnce(decoded.text, true);
  for (let at = 0; at < second.text.length; at++) {
    second.starts[at] = decoded.starts[second.starts[at] ?? 0] ?? 0;
    second.ends[at] = decoded.ends[(second.ends[at] ?? 0) - 1] ?? 0;
  }
  return second;
}

/** Zeros before the output, so that looking back needs no bounds check. V8 is slow when it reads outside an array. */
const margin = 16;

/** Reused for texts of ordinary length, because creating one takes as long as decoding such a text. */
const outputs = [newOutput(0x4000), newOutput(0x4000)] as const;

function newOutput(size: number) {
  return {
    codes: new Uint16Array(margin + size),
    starts: new Uint32Array(margin + size),
    ends: new Uint32Array(margin + size),
    /** How many nested escapes each character came from. */
    levels: new Uint8Array(margin + size),
  };
}

/**
 * Takes linear time. Appends each character to the output. When that completes an escape, the decoded character
 * replaces the escape, and may complete another one.
 */
function decodeOnce(text: string, withOpenEntities: boolean): Decoded {
  const { codes, starts, ends, levels } =
    text.length > 0x4000 ? newOutput(text.length) : outputs[withOpenEntities ? 1 : 0];
  let length = margin;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x20) {
      codes[length] = code;
      starts[length] = at;
      ends[length] = at + 1;
      levels[length++] = 0;
    }
    for (;;) {
      let shorter = code > 0x20 ? endEscape(codes, levels, length) : length;
      if (shorter === length && withOpenEntities) shorter = endOpenEntity(codes, length, text.charCodeAt(at + 1));
      if (shorter === length) break;
      length = shorter;
      if ((codes[length - 1] ?? 0) > 0x20) ends[length - 1] = at + 1;
      else length--;
    }
  }
  const decoded = Buffer.from(codes.buffer, margin * 2, (length - margin) * 2).toString("utf16le");
  return { text: decoded, starts: starts.subarray(margin), ends: ends.subarray(margin) };
}

// The functions below replace an escape at the end of the output with its character, and return the output's length.

function put(codes: Uint16Array, at: number, code: number): number {
  codes[at] = code;
  return at + 1;
}

/** @param levels how many nested escapes each character came from */
function endEscape(codes: Uint16Array, levels: Uint8Array, length: number): number {
  const last = codes[length - 1] ?? 0;
  if (codes[length - 2] === backslash) {
    // Two backslashes of the same level are an escaped one. With different levels, the second one begins an escape.
    if (last === backslash) return levels[length - 1] === levels[length - 2] ? length - 1 : length;
    // `u` and `x` begin a longer escape. `%` and `&` may begin another escape, which can stand for any character.
    const isOpen = last === u || last === x || last === percent || last === ampersand;
    return isOpen ? length : put(codes, length - 2, backslashed(last));
  }
  let shorter = length;
  if (last === semicolon) shorter = endEntity(codes, length);
  else if (hexDigit(last) < 0) return length;
  else if (codes[length - 3] === percent) shorter = endHex(codes, length, 1, 2);
  else if (codes[length - 3] === x && codes[length - 4] === backslash) shorter = endHex(codes, length, 2, 2);
  else if (codes[length - 5] === u && codes[length - 6] === backslash) shorter = endHex(codes, length, 2, 4);
  if (shorter < length) levels[shorter - 1] = Math.min((levels[shorter - 1] ?? 0) + 1, 255);
  return shorter;
}

/** Replaces a hexadecimal escape, which has `start` characters before its digits. */
function endHex(codes: Uint16Array, length: number, start: number, digits: number): number {
  let value = 0;
  for (let at = length - digits; at < length; at++) {
    const digit = hexDigit(codes[at] ?? 0);
    if (digit < 0) return length;
    value = value * 16 + digit;
  }
  return put(codes, length - digits - start, value);
}

/** Replaces an entity. A semicolon without an entity ends all later searches, so no character is searched twice. */
function endEntity(codes: Uint16Array, length: number): number {
  let from = length - 2;
  while (isOfEntity(codes[from] ?? 0)) from--;
  if (codes[from] !== ampersand) return length;
  const code =
    codes[from + 1] === hash ? numberIn(codes, from + 2, length - 1) : codeOfName(codes, from + 1, length - 1);
  return code < 0 ? length : put(codes, from, code);
}

/** How far to look back for an entity without a semicolon. The limit keeps the time linear. */
const maxOpenEntity = 9;

/** Replaces a numeric entity without a semicolon, if `next` doesn't continue it. */
function endOpenEntity(codes: Uint16Array, length: number, next: number): number {
  if (hexDigit(codes[length - 1] ?? 0) < 0) return length;
  let from = length - 1;
  while (from > length - maxOpenEntity && codes[from] !== hash) from--;
  if (codes[from] !== hash || codes[from - 1] !== ampersand) return length;
  const isHex = ((codes[from + 1] ?? 0) | 0x20) === x;
  const digit = hexDigit(next);
  if (next === semicolon || (digit >= 0 && (isHex || digit < 10))) return length;
  const code = numberIn(codes, from + 1, length);
  return code < 0 ? length : put(codes, from - 1, code);
}

/** Returns the code of an escaped character, or 0 for the control characters `\b`, `\f`, `\n`, `\r`, and `\t`. */
function backslashed(code: number): number {
  return code === 0x62 || code === 0x66 || code === 0x6e || code === 0x72 || code === 0x74 ? 0 : code;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** Reads a number, decimal or hexadecimal after an `x`. Returns -1 if it isn't one or is too large for a character. */
function numberIn(codes: Uint16Array, from: number, to: number): number {
  const isHex = ((codes[from] ?? 0) | 0x20) === x;
  const first = isHex ? from + 1 : from;
  const base = isHex ? 16 : 10;
  let value = first < to ? 0 : -1;
  for (let at = first; at < to && value >= 0; at++) {
    const digit = hexDigit(codes[at] ?? 0);
    value = digit < 0 || digit >= base ? -1 : value * base + digit;
    if (value > 0xffff) value = -1;
  }
  return value;
}

function isOfEntity(code: number): boolean {
  const letter = code | 0x20;
  return code === hash || (code >= 0x30 && code <= 0x39) || (letter >= 0x61 && letter <= 0x7a);
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
const codesByHash: ReadonlyMap<number, number> = new Map(
  [...entities].map(([name, character]) => [hashIn(Buffer.from(name), 0, name.length), character.charCodeAt(0)]),
);

/** Returns the character code of a named entity. A text with the same hash as a name counts as that name. */
function codeOfName(codes: Uint16Array, from: number, to: number): number {
  return codesByHash.get(hashIn(codes, from, to)) ?? -1;
}

function hashIn(codes: ArrayLike<number>, from: number, to: number): number {
  let value = to - from;
  for (let at = from; at < to; at++) value = (Math.imul(value, 0x1f35) + ((codes[at] ?? 0) | 0x20)) | 0;
  return value;
}
