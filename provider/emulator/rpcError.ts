import { json, type Reply } from "./reply";

/** `google/rpc/code.proto`: each code, and the HTTP status that it maps to. */
export const httpStatusOf = {
  OK: 200,
  CANCELLED: 499,
  UNKNOWN: 500,
  INVALID_ARGUMENT: 400,
  DEADLINE_EXCEEDED: 504,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  PERMISSION_DENIED: 403,
  UNAUTHENTICATED: 401,
  RESOURCE_EXHAUSTED: 429,
  FAILED_PRECONDITION: 400,
  ABORTED: 409,
  OUT_OF_RANGE: 400,
  UNIMPLEMENTED: 501,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DATA_LOSS: 500,
} as const;

/** The name of a `google.rpc.Code`. */
export type CodeName = keyof typeof httpStatusOf;

export type Detail = Readonly<Record<string, unknown>> & { readonly "@type": string };

/** An error in the form of AIP-193; the HTTP status is the code's own, unless another is given. */
export function rpcError(
  status: CodeName,
  message: string,
  details: readonly Detail[] = [],
  code: number = httpStatusOf[status],
): Reply {
  return json(code, { error: { code, message, status, ...(details.length > 0 && { details }) } });
}

export function errorInfo(reason: string, domain: string, metadata: Readonly<Record<string, string>> = {}): Detail {
  return { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason, domain, metadata };
}

/** `google.rpc.RetryInfo`; durations are written in seconds. */
export function retryInfo(seconds: number): Detail {
  return { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${seconds}s` };
}

/** Google's answer to a token that is unknown, revoked or expired. */
export function unauthenticated(): Reply {
  const reply = rpcError(
    "UNAUTHENTICATED",
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid " +
      "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
    [errorInfo("ACCESS_TOKEN_EXPIRED", "googleapis.com")],
  );
  return { ...reply, headers: { "WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"' } };
}

/** The code that a service most likely had in mind with an HTTP status: AIP-193's table, read backwards. */
export function codeOfHttpStatus(status: number): CodeName {
  switch (status) {
    case 400:
      return "INVALID_ARGUMENT";
    case 401:
      return "UNAUTHENTICATED";
    case 403:
      return "PERMISSION_DENIED";
    case 404:
      return "NOT_FOUND";
    case 409:
      return "ABORTED";
    case 429:
      return "RESOURCE_EXHAUSTED";
    case 499:
      return "CANCELLED";
    case 500:
      return "INTERNAL";
    case 501:
      return "UNIMPLEMENTED";
    case 502:
    case 503:
      return "UNAVAILABLE";
    case 504:
      return "DEADLINE_EXCEEDED";
    default:
      return status < 500 ? "FAILED_PRECONDITION" : "UNKNOWN";
  }
}
