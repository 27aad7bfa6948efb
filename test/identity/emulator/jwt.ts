import { createSign, createVerify, type KeyObject } from "node:crypto";

/** A parsed JSON Web Token (RFC 7519), whose signature isn't verified yet. */
export interface Jwt {
  readonly claims: Readonly<Record<string, unknown>>;
  /** Verifies an RS256 signature, independently of the header's algorithm. */
  isSignedBy(key: KeyObject): boolean;
}

/** Returns `undefined` when the text isn't a JWT. */
export function readJwt(token: string): Jwt | undefined {
  const parts = token.split(".");
  const [header = "", payload = "", signature = ""] = parts;
  const claims = readPart(payload);
  if (parts.length !== 3 || readPart(header) === undefined || claims === undefined) return undefined;
  return {
    claims,
    isSignedBy: (key) => createVerify("RSA-SHA256").update(`${header}.${payload}`).verify(key, signature, "base64url"),
  };
}

/** Signs claims, given as JSON text, with RS256. */
export function signJwt(claims: string, key: KeyObject, keyId: string): string {
  const header = JSON.stringify({ alg: "RS256", typ: "JWT", kid: keyId });
  const signed = [header, claims].map((part) => Buffer.from(part).toString("base64url")).join(".");
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(key, "base64url")}`;
}

function readPart(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
