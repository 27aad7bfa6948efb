import type { CallMethod } from "../../../provider/emulator";
import {
  html,
  type HttpResponse,
  json,
  type ReceivedRequest,
  type Service,
  text,
} from "../../../provider/emulator/service";
import type { AccessTokens } from "./accessTokens";
import { projectId } from "./serviceAccounts";

interface Parts {
  readonly tokens: AccessTokens;
  readonly account: string;
  readonly universeDomain: string;
  /** The lifetime of tokens in milliseconds. */
  readonly lifetime: number;
}

const flavor = { "Metadata-Flavor": "Google" };
const root = "/computeMetadata/v1/";
const account = "instance/service-accounts/default/";

/**
 * Serves the part of a virtual machine's metadata server that credentials come from, for clients with the emulator in
 * `GCE_METADATA_HOST`. A request must have the header `Metadata-Flavor: Google`, and no `X-Forwarded-For`, as on a real
 * machine.
 */
export function metadataServer(parts: Parts): Service {
  return ({ verb, path, headers }) => {
    if (verb !== "GET") return undefined;
    const isPing = path === "/" && headers["metadata-flavor"] !== undefined;
    if (!isPing && !`${path}/`.startsWith(root)) return undefined;
    return { method: "metadata" as CallMethod, respond: (request) => respond(request, parts) };
  };
}

function respond(request: ReceivedRequest, parts: Parts): HttpResponse {
  const { headers, path } = request;
  if (headers["metadata-flavor"] !== "Google" || headers["x-forwarded-for"] !== undefined) {
    return html(403, "Forbidden", "Missing Metadata-Flavor:Google header.");
  }
  const response = entry(path.slice(root.length), request, parts) ?? html(404, "Not Found", `No entry ${path}.`);
  return { ...response, headers: flavor };
}

function entry(key: string, { query }: ReceivedRequest, parts: Parts): HttpResponse | undefined {
  switch (key) {
    case "":
      return text(200, "instance/\nproject/\nuniverse/\n");
    case "instance":
    case "instance/":
      return text(200, "service-accounts/\n");
    case account:
      return json(200, { aliases: ["default"], email: parts.account, scopes: [cloudPlatform] });
    case `${account}email`:
      return text(200, parts.account);
    case `${account}token`:
      return token(query.get("scopes"), parts);
    case "universe/universe-domain":
    case "universe/universe_domain":
      return text(200, parts.universeDomain);
    case "project/project-id":
      return text(200, projectId);
    default:
      return undefined;
  }
}

const cloudPlatform = "https://www.googleapis.com/auth/cloud-platform";

function token(scopes: string | null, { tokens, account: email, lifetime }: Parts): HttpResponse {
  const identity = { email, scopes: (scopes ?? cloudPlatform).split(","), source: "metadata" } as const;
  const { token: accessToken } = tokens.issue(identity, lifetime);
  return json(200, { access_token: accessToken, expires_in: Math.floor(lifetime / 1000), token_type: "Bearer" });
}
