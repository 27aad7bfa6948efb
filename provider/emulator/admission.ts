import type { EmulatorOptions } from "./options";
import type { Reply } from "./reply";
import type { ReceivedRequest } from "./request";
import { errorInfo, rpcError, unauthenticated } from "./rpcError";

/** Why the operations service lets a caller not in; `undefined` where it does. */
export function refusedAdmission({ identity }: ReceivedRequest, options: EmulatorOptions): Reply | undefined {
  if (options.tokens !== "required") return undefined;
  if (identity === undefined) return unauthenticated();
  const { scopes, callers } = options;
  if (scopes !== undefined && !scopes.some((scope) => identity.scopes.includes(scope))) {
    return rpcError("PERMISSION_DENIED", "Request had insufficient authentication scopes.", [
      errorInfo("ACCESS_TOKEN_SCOPE_INSUFFICIENT", "googleapis.com"),
    ]);
  }
  if (callers !== undefined && !callers.includes(identity.subject ?? identity.email)) {
    return rpcError("PERMISSION_DENIED", "The caller does not have permission", [
      errorInfo("IAM_PERMISSION_DENIED", "iam.googleapis.com"),
    ]);
  }
  return undefined;
}
