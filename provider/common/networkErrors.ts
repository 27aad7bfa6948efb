/** HTTP statuses that don't refuse the request, so a retry may succeed. */
export const transientHttpStatuses: ReadonlySet<number> = new Set([
  408, // Request Timeout
  429, // Too Many Requests
  500, // Internal Server Error
  502, // Bad Gateway
  503, // Service Unavailable
  504, // Gateway Timeout
]);

const configurationCodes =
  /^(ENOTFOUND$|EPROTO$|ERR_INVALID_URL$|ERR_PROXY_(REFUSED|URL)$|ERR_RESPONSE_SIZE$|CERT_|ERR_SSL_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

/**
 * Returns whether an error code of Node.js means that the configuration is wrong, so that no retry can succeed. This
 * applies only to an error before the connection is ready.
 */
export function isConfigurationError(code: string): boolean {
  return configurationCodes.test(code);
}

const noTls =
  "TLS failed, most likely because the server doesn't use TLS on this port. Check the endpoint's scheme and port";

const descriptions: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  EHOSTUNREACH: "the host can't be reached",
  ENETUNREACH: "the network can't be reached",
  ECONNRESET: "the connection was reset",
  EPROTO: noTls,
  EPIPE: "the connection was reset",
  ERR_BAD_RESPONSE: "the response ended early",
  ENOTFOUND: "the host's name doesn't resolve",
  EAI_AGAIN: "the DNS lookup of the host's name failed",
  ETIMEDOUT: "timed out",
  ECONNABORTED: "timed out",
};

/** Describes an error code of Node.js or axios for messages. */
export function describeNetworkError(code: string): string {
  return descriptions[code] ?? (code.startsWith("ERR_SSL_") ? noTls : "the connection failed");
}
