/**
 * A text without escapes and white space, and where each of its characters begins and ends in the text that it came from.
 * Where they are is good until the next text is decoded.
 */
export interface Decoded {
  readonly text: string;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

const [hash, percent, ampersand, semicolon, backslash] = [0x23, 0x25, 0x26, 0x3b, 0x5c];
const [u, x] = [0x75, 0x78];

/**
 * Undoes JSON escapes, percent escapes and HTML entities, in any mix and at any depth. Takes out control characters and
 * spaces too, as those where lines of base64 end. Any number of backslashes counts as one, so that a text comes to the same
 * however often it was encoded.
 */
export function decode(text: string): Decoded {
  const decoded = decodeOnce(text, false);
  if (!decoded.text.includes("&#")) return decoded;
  // HTML allows a number without a semicolon. Only now no `%`, `\\` or `&` begins an escape of the number's next digit.
  const second = decodeOnce(decoded.text, true);
  for (let at = 0; at < second.text.length; at++) {
    second.starts[at] = decoded.starts[second.starts[at] ?? 0] ?? 0;
    second.ends[at] = decoded.ends[(second.ends[at] ?? 0) - 1] ?? 0;
  }
  return second;
}

/** Zeros before the output, so that no look back needs to ask whether there is that much: V8 is slow outside of an array. */
const margin = 16;

/** Kept for texts of an ordinary length, because to make one takes as long as to decode such a text. */
const outputs = [newOutput(0x4000), newOutput(0x4000)] as const;

function newOutput(size: number) {
  return {
    codes: new Uint16Array(margin + size),
    starts: new Uint32Array(margin + size),
    ends: new Uint32Array(margin + size),
    /** Of how many escapes within each other each character was. */
    levels: new Uint8Array(margin + size),
  };
}

/**
 * Takes time in proportion to the length: each character goes to the end of the output, and where that completes an escape,
 * the character that it stands for takes its place, and may complete another.
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

// The functions below put a character in place of an escape at the end of the output, and return the output's length.

function put(codes: Uint16Array, at: number, code: number): number {
  codes[at] = code;
  return at + 1;
}

/** @param levels of how many escapes within each other each character was */
function endEscape(codes: Uint16Array, levels: Uint8Array, length: number): number {
  const last = codes[length - 1] ?? 0;
  if (codes[length - 2] === backslash) {
    // Two of the same level are an escape of one. A second one of another level begins an escape of what follows the first.
    if (last === backslash) return levels[length - 1] === levels[length - 2] ? length - 1 : length;
    // What begins with `%` or `&` may become any of the others.
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

/** Puts a character in place of its number, of so many digits, and of what begins its escape. */
function endHex(codes: Uint16Array, length: number, start: number, digits: number): number {
  let value = 0;
  for (let at = length - digits; at < length; at++) {
    const digit = hexDigit(codes[at] ?? 0);
    if (digit < 0) return length;
    value = value * 16 + digit;
  }
  return put(codes, length - digits - start, value);
}

/** A semicolon that completes no entity is where all later searches for one end, so that none is searched twice. */
function endEntity(codes: Uint16Array, length: number): number {
  let from = length - 2;
  while (isOfEntity(codes[from] ?? 0)) from--;
  if (codes[from] !== ampersand) return length;
  const code =
    codes[from + 1] === hash ? numberIn(codes, from + 2, length - 1) : codeOfName(codes, from + 1, length - 1);
  return code < 0 ? length : put(codes, from, code);
}

/** This many characters of an entity's number are looked at where no semicolon ends it, so that none is again and again. */
const maxOpenEntity = 9;

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

/** What a backslash and a character stand for. All of `\b`, `\f`, `\n`, `\r` and `\t` are control characters. */
function backslashed(code: number): number {
  return code === 0x62 || code === 0x66 || code === 0x6e || code === 0x72 || code === 0x74 ? 0 : code;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** The number that the characters are, decimal or after an `x`; -1 where they are none, or too large for a character. */
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

/** Texts that share a hash with a name pass for it. */
function codeOfName(codes: Uint16Array, from: number, to: number): number {
  return codesByHash.get(hashIn(codes, from, to)) ?? -1;
}

function hashIn(codes: ArrayLike<number>, from: number, to: number): number {
  let value = to - from;
  for (let at = from; at < to; at++) value = (Math.imul(value, 0x1f35) + ((codes[at] ?? 0) | 0x20)) | 0;
  return value;
}
