import { checkedSpec, type OperationSpec } from "./operationSpec";
import { json, type Reply } from "./reply";
import type { ReceivedRequest, Service } from "./request";
import { rpcError } from "./rpcError";

/**
 * `POST /emulator/operations`: gives a running emulator the operation in the body, and answers its name. A web page
 * must not be able to, so a browser's request is refused, and one that reached this machine by another name.
 */
export function adminService(add: (spec: OperationSpec) => string): Service {
  return ({ verb, path }) =>
    verb === "POST" && path === "/emulator/operations"
      ? { method: "admin", answer: (request) => refusal(request) ?? answer(request, add) }
      : undefined;
}

function refusal({ headers }: ReceivedRequest): Reply | undefined {
  if (headers.origin !== undefined || headers["sec-fetch-site"] !== undefined) {
    return rpcError("PERMISSION_DENIED", "Not from a browser.");
  }
  // A page's own host name can be made to resolve to 127.0.0.1: DNS rebinding.
  const host = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;
  return host.test(headers.host ?? "") ? undefined : rpcError("PERMISSION_DENIED", "Not under another host name.");
}

function answer({ body }: ReceivedRequest, add: (spec: OperationSpec) => string): Reply {
  try {
    return json(200, { name: add(checkedSpec(JSON.parse(body === "" ? "{}" : body))) });
  } catch (error) {
    return rpcError("INVALID_ARGUMENT", error instanceof Error ? error.message : String(error));
  }
}
