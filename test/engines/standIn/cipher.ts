import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { isSecret, mapChildren, secret, secretSignature, signatureKey, type Value } from "./values";

const algorithm = "aes-256-gcm";
/** Hides the secrets of tests. It doesn't protect them. */
const key = createHash("sha256").update("a passphrase for tests").digest();

/** Returns the value as it is in a state file. There, a secret is Pulumi's envelope with a ciphertext. */
export function encryptSecrets(value: Value): Value {
  if (!isSecret(value)) return mapChildren(value, encryptSecrets);
  const nonce = randomBytes(12);
  const cipher = createCipheriv(algorithm, key, nonce);
  const encrypted = Buffer.concat([cipher.update(JSON.stringify(value["value"] ?? null), "utf8"), cipher.final()]);
  const parts = [nonce, Buffer.concat([encrypted, cipher.getAuthTag()])].map((part) => part.toString("base64"));
  return { [signatureKey]: secretSignature, ciphertext: `v1:${parts.join(":")}` };
}

export function decryptSecrets(value: Value): Value {
  if (!isSecret(value)) return mapChildren(value, decryptSecrets);
  const [, nonce = "", sealed = ""] = (value["ciphertext"] as string).split(":");
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv(algorithm, key, Buffer.from(nonce, "base64"));
  decipher.setAuthTag(bytes.subarray(-16));
  const decrypted = Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]);
  return secret(JSON.parse(decrypted.toString("utf8")) as Value);
}
