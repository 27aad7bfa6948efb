/** A value that must not be shown, and the place where it was planted. */
export interface Secret {
  readonly source: string;
  readonly value: string;
}

export interface Finding {
  /** The source of the secret. */
  readonly source: string;
  /** The text before the secret. */
  readonly context: string;
}

/** Shorter pieces reveal little, and can occur by chance. */
const pieceLength = 12;

/**
 * Finds secrets in texts. It finds a secret unchanged, in JSON within JSON, percent-encoded, in hexadecimal, and in
 * base64 at any offset of the encoded text. It also finds a piece of 12 characters.
 */
export class SecretSearch {
  private readonly pieces = new Map<string, string>();

  constructor(secrets: readonly Secret[]) {
    for (const secret of secrets) this.add(secret);
  }

  add({ source, value }: Secret): void {
    for (const form of formsOf(value)) {
      for (let at = 0; at + pieceLength <= form.length; at++) {
        this.pieces.set(form.slice(at, at + pieceLength), source);
      }
    }
  }

  find(text: string): Finding | undefined {
    for (let at = 0; at + pieceLength <= text.length; at++) {
      const source = this.pieces.get(text.slice(at, at + pieceLength));
      if (source === undefined) continue;
      return { source, context: `${text.slice(Math.max(0, at - 120), at)}«HERE»` };
    }
    return undefined;
  }
}

function formsOf(value: string): Set<string> {
  const inJson = (text: string) => JSON.stringify(text).slice(1, -1);
  const written = new Set([value, value.replace(/\s/g, ""), inJson(value), inJson(inJson(value))]);
  return new Set([...written].flatMap((text) => [text, ...encodingsOf(text)]));
}

function encodingsOf(text: string): string[] {
  const percent = encodeURIComponent(text);
  const hex = Buffer.from(text).toString("hex");
  return [
    ...[percent, percent.replace(/%../g, (escape) => escape.toLowerCase())],
    ...[hex, hex.toUpperCase()],
    ...[0, 1, 2].flatMap((offset) => base64At(offset, text)),
  ];
}

/** Returns the part of a text's base64 that depends only on the text, after `offset` bytes (modulo 3) of other text. */
function base64At(offset: number, text: string): string[] {
  const bytes = Buffer.from(" ".repeat(offset) + text);
  const whole = bytes.subarray(0, bytes.length - (bytes.length % 3));
  const depending = offset === 0 ? 0 : offset + 1;
  return (["base64", "base64url"] as const).map((encoding) => whole.toString(encoding).slice(depending));
}
