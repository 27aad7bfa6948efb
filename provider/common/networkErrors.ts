/** HTTP statuses that refuse nothing, so that another attempt may succeed. */
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
 * Whether Node.js's error code has its cause in the configuration if it comes before a connection is ready. Then no other attempt
 * can succeed.
 */
export function isConfigurationError(code: string): boolean {
  return configurationCodes.test(code);
}

const noTls =
  "TLS failed, most likely because the server doesn't speak TLS on this port; check the endpoint's scheme and port";

const descriptions: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  EHOSTUNREACH: "the host can't be reached",
  ENETUNREACH: "the network can't be reached",
  ECONNRESET: "the connection was reset",
  EPROTO: noTls,
  EPIPE: "the connection was reset",
  ERR_BAD_RESPONSE: "the response broke off",
  ENOTFOUND: "the host's name does not resolve",
  EAI_AGAIN: "the host's name could not be looked up",
  ETIMEDOUT: "timed out",
  ECONNABORTED: "timed out",
};

/** Describes an error code of Node.js or axios for people. */
export function describeNetworkError(code: string): string {
  return descriptions[code] ?? (code.startsWith("ERR_SSL_") ? noTls : "the connection failed");
}
