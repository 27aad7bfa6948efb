/** The texts that an error must not show, in the order of use. The least recently used one is removed first. */
export type Secrets = Set<string>;

/** Must be less than the number of secrets whose search indexes `redact` keeps. */
const maxSecrets = 32;

/** Names of properties, form fields, and headers with a secret. `private_key_id` and `subject_token_type` have none. */
const secretName = /(secret|token|assertion|private_?key|password|authorization|code)$/i;

/** More levels than any credential has. */
const maxDepth = 8;

/** Adds the secrets in a JSON value: a credentials file, or the body of a request. */
export function rememberSecrets(secrets: Secrets, value: unknown, name = "", depth = 0): void {
  if (typeof value === "string") {
    if (secretName.test(name)) add(secrets, value);
  } else if (typeof value === "object" && value !== null && depth < maxDepth) {
    for (const [key, item] of Object.entries(value)) rememberSecrets(secrets, item, key, depth + 1);
  }
}

/** Adds the secrets that a request sends, in its headers or its body. */
export function secretsOfRequest(
  secrets: Secrets,
  request: { headers?: Headers; data?: unknown; body?: unknown },
): void {
  for (const [name, value] of request.headers ?? []) {
    const [, scheme = "", credential = value] = /^(\w+) +(.+)$/.exec(value) ?? [];
    if (!secretName.test(name)) continue;
    add(secrets, credential);
    // Basic authentication: the client's name, a colon, and its secret.
    if (/^basic$/i.test(scheme))
      add(
        secrets,
        Buffer.from(credential, "base64")
          .toString()
          .replace(/^[^:]*:/, ""),
      );
  }
  const body = request.data ?? request.body;
  if (body instanceof URLSearchParams) rememberSecrets(secrets, Object.fromEntries(body));
  else rememberSecrets(secrets, typeof body === "string" ? parsed(body) : body);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return Object.fromEntries(new URLSearchParams(body));
  }
}

function add(secrets: Secrets, secret: string): void {
  secrets.delete(secret);
  secrets.add(secret);
  const [oldest] = secrets;
  if (secrets.size > maxSecrets && oldest !== undefined) secrets.delete(oldest);
}
