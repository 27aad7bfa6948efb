import type { ActiveFault, ActiveFaults } from "./activeFaults";
import { parseFault } from "./faultText";
import type { OperationSpec } from "./operation";
import type { OperationStore } from "./operationStore";
import { type HttpResponse, json, type ReceivedRequest, rpcError, type Service } from "./service";

/** What the service changes. */
interface Parts {
  readonly store: OperationStore;
  readonly faults: ActiveFaults;
  readonly issueToken: () => string;
}

/**
 * Serves the emulator's own methods:
 *
 * - `POST /emulator/operations` adds the operation in its body, and returns its name.
 * - `POST /emulator/tokens` issues a token.
 * - `POST /emulator/faults` adds the fault in its body, and returns it with its id.
 * - `GET /emulator/faults` lists the faults, and how many calls each applied to.
 * - `DELETE /emulator/faults` removes all faults, and `DELETE /emulator/faults/ID` removes one.
 */
export function adminService({ store, faults, issueToken }: Parts): Service {
  const respond = ({ verb, path, body }: ReceivedRequest): HttpResponse => {
    const [, collection = "", id] = path.split("/").slice(1);
    switch (`${verb} ${collection}`) {
      case "POST operations":
        return json(200, { name: store.add(JSON.parse(body === "" ? "{}" : body) as OperationSpec).name });
      case "POST tokens":
        return json(200, { token: issueToken() });
      case "POST faults":
        return json(200, resource(faults.add(parseFault(body))));
      case "GET faults":
        return json(200, { faults: faults.all().map(resource) });
      default:
        return removeFaults(faults, id);
    }
  };
  return ({ verb, path }) =>
    methods.test(`${verb} ${path}`)
      ? { method: "admin", respond: (request) => denyWebPages(request) ?? orInvalid(() => respond(request)) }
      : undefined;
}

const methods =
  /^(POST \/emulator\/(operations|tokens|faults)|GET \/emulator\/faults|DELETE \/emulator\/faults(\/\d+)?)$/;

function removeFaults(faults: ActiveFaults, id: string | undefined): HttpResponse {
  const removed = faults.all().filter((fault) => id === undefined || fault.id === Number(id));
  if (id !== undefined && removed.length === 0) return rpcError("NOT_FOUND", `There is no fault ${id}.`);
  for (const fault of removed) fault.remove();
  return json(200, {});
}

/** A test in the same process can add a rule with a regular expression, which JSON doesn't have. */
function resource({ id, rule, hits }: ActiveFault): unknown {
  return { id, rule: rule.name instanceof RegExp ? { ...rule, name: String(rule.name) } : rule, hits };
}

function denyWebPages({ headers }: ReceivedRequest): HttpResponse | undefined {
  if (headers.origin !== undefined || headers["sec-fetch-site"] !== undefined) {
    return rpcError("PERMISSION_DENIED", "Browsers aren't allowed to use the emulator's own methods.");
  }
  // By DNS rebinding, a web page makes its own host name resolve to 127.0.0.1.
  const localHost = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;
  return localHost.test(headers.host ?? "")
    ? undefined
    : rpcError("PERMISSION_DENIED", "The header Host must be 127.0.0.1 or localhost.");
}

function orInvalid(respond: () => HttpResponse): HttpResponse {
  try {
    return respond();
  } catch (error) {
    return rpcError("INVALID_ARGUMENT", error instanceof Error ? error.message : String(error));
  }
}
