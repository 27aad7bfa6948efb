import { proxySecrets } from "../common/proxy";
import { redact } from "../common/redact";

/** What is known of an error that google-auth-library throws, or Node.js; whatever else it holds may be a credential. */
export interface Thrown {
  readonly message: string;
  readonly code?: unknown;
  readonly config?: unknown;
  readonly response?: { readonly status?: number; readonly data?: unknown };
}

/** Statuses that refuse nothing: a server that is down, or asks for a pause. */
const transientStatuses: ReadonlySet<number> = new Set([
  408, // Request Timeout
  429, // Too Many Requests
  500, // Internal Server Error
  502, // Bad Gateway
  503, // Service Unavailable
  504, // Gateway Timeout
]);

/** The same in OAuth's own words, which come with a status 400. */
const transientOAuthErrors: ReadonlySet<string> = new Set([
  "server_error",
  "temporarily_unavailable",
  "internal_failure",
]);

/** Reasons for which nothing can answer as long as the settings stay as they are. */
const settingsFailures =
  /^(ENOTFOUND$|EPROTO$|ERR_INVALID_URL$|ERR_PROXY_(REFUSED|URL)$|ERR_RESPONSE_SIZE$|CERT_|ERR_SSL_(?!.*(BAD_RECORD_MAC|DECRYPT))|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

const keyIsUnreadable = /DECODER routines|secretOrPrivateKey|PEM routines|asymmetric key/i;

/** The answer's own words, on one line: never what was sent. */
export function reasonOf(thrown: Thrown, error: unknown, secrets: readonly string[]): string {
  if (error instanceof TypeError) return "the credentials lack what credentials of their kind need";
  // A parser's message would quote the key.
  if (error instanceof SyntaxError) return "the credentials are no valid JSON";
  if (keyIsUnreadable.test(thrown.message)) return "the private key can't be read";
  const { data, status } = thrown.response ?? {};
  const words = answered(data) ?? (status === undefined ? thrown.message : `HTTP ${status}`);
  // Before anything is cut: a piece of a secret is not recognized once it is short.
  const line = redact(words, [...secrets, ...proxySecrets()])
    .replace(/[\p{C}\s]+/gu, " ")
    .trim();
  return line.length > 500 ? `${line.slice(0, 499)}…` : line;
}

/** The error in an answer: of OAuth (RFC 6749, 5.2), or of a Google API (AIP-193). */
function answered(data: unknown): string | undefined {
  const { error, error_description: description } = objectOf(data);
  if (typeof error === "string") return typeof description === "string" ? `${error}: ${description}` : error;
  const { status, message } = objectOf(error);
  return typeof message === "string" ? `${typeof status === "string" ? `${status}: ` : ""}${message}` : undefined;
}

/** Its properties, or none where it is no object. */
export function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** Whether nothing was refused, so that another try may do better. */
export function isTransient({ response, code, config }: Thrown): boolean {
  if (response?.status !== undefined) {
    const { error } = objectOf(response.data);
    return transientStatuses.has(response.status) || (typeof error === "string" && transientOAuthErrors.has(error));
  }
  // Only an error of a request has its settings; others have codes as well.
  return config !== undefined && (typeof code !== "string" || !settingsFailures.test(code));
}
