/** HTTP statuses that refuse nothing, so that another attempt may succeed. */
export const transientHttpStatuses: ReadonlySet<number> = new Set([
  408, // Request Timeout
  429, // Too Many Requests
  500, // Internal Server Error
  502, // Bad Gateway
  503, // Service Unavailable
  504, // Gateway Timeout
]);

/** A TLS record that arrives damaged. The request may have been sent before it. */
const damagedTls = /^ERR_SSL_.*(BAD_RECORD_MAC|DECRYPT)/;

const configurationCodes =
  /^(ENOTFOUND$|EPROTO$|ERR_INVALID_URL$|ERR_PROXY_(REFUSED|URL)$|ERR_RESPONSE_SIZE$|CERT_|ERR_SSL_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

const unconnectedCodes =
  /^(ECONNREFUSED|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|EAFNOSUPPORT|EACCES|EMFILE|ENFILE|ENOTFOUND|EAI_\w+|ERR_INVALID_URL|ERR_INVALID_CHAR|ERR_PROXY_\w+|EPROTO|ERR_TLS_\w+|ERR_SSL_\w+|CERT_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+|INVALID_(CA|PURPOSE)|HOSTNAME_MISMATCH)$/;

/** Whether Node.js's error code has its cause in the configuration, so that no other attempt can succeed. */
export function isConfigurationError(code: string): boolean {
  return configurationCodes.test(code) && !damagedTls.test(code);
}

/**
 * Whether Node.js's error code means that no connection was made, so that the request was never sent: no socket, no address, no
 * route, nobody listening, no tunnel through the proxy, or no TLS.
 */
export function isNeverSent(code: string): boolean {
  return unconnectedCodes.test(code) && !damagedTls.test(code);
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
  if (damagedTls.test(code)) return "the TLS connection broke";
  return descriptions[code] ?? (code.startsWith("ERR_SSL_") ? noTls : "the connection failed");
}
