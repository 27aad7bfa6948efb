import { refusedAdmission } from "./admission";
import type { EmulatedOperation } from "./operation";
import type { OperationStore } from "./operationStore";
import type { EmulatorOptions } from "./options";
import { PageTokens } from "./pageToken";
import { json, type Reply } from "./reply";
import type { ReceivedRequest, RequestHead, Route } from "./request";
import { decodeName, isCollection, namesOperations } from "./resourceName";
import { errorInfo, rpcError } from "./rpcError";

const domain = "cloudchannel.googleapis.com";

/** `google.longrunning.Operations` over REST, as Cloud Channel serves it: get, list, cancel and delete. */
export class OperationsService {
  private readonly prefix: string;
  private readonly pageTokens: PageTokens;

  constructor(
    private readonly store: OperationStore,
    private readonly options: EmulatorOptions,
    private readonly now: () => number,
  ) {
    this.prefix = `/${options.version ?? "v1"}/`;
    this.pageTokens = new PageTokens(`page tokens of seed ${options.seed ?? 1}`);
  }

  readonly route = (head: RequestHead): Route | undefined => {
    if (!head.path.startsWith(this.prefix)) return undefined;
    const path = head.path.slice(this.prefix.length);
    const verb = /:cancel$/.test(path) ? "cancel" : undefined;
    const name = decodeName(verb === undefined ? path : path.slice(0, -":cancel".length));
    const known = this.store.get(name) !== undefined;
    if (!known && !namesOperations(name)) return undefined;
    const lists = !known && isCollection(name);
    switch (`${head.verb}${verb ?? ""}`) {
      case "GET":
        return lists ? this.method("list", name, this.list) : this.method("get", name, this.get);
      case "POSTcancel":
        return lists ? undefined : this.method("cancel", name, this.cancel);
      case "DELETE":
        return lists ? undefined : this.method("delete", name, this.delete);
      default:
        return undefined;
    }
  };

  private method(
    method: "get" | "list" | "cancel" | "delete",
    name: string,
    carryOut: (name: string, request: ReceivedRequest) => Reply,
  ): Route {
    return {
      method,
      name,
      answer: (request) => {
        const reply = this.refusal(method, request) ?? carryOut(name, request);
        return { ...reply, contentType: this.options.contentType ?? reply.contentType };
      },
    };
  }

  /** What is wrong with a call before it comes to the operation. */
  private refusal(method: "get" | "list" | "cancel" | "delete", request: ReceivedRequest): Reply | undefined {
    const { unimplemented = [], requireApiClientHeader = false } = this.options;
    const refused = refusedAdmission(request, this.options);
    if (refused !== undefined) return refused;
    if (requireApiClientHeader && !isGeneratedClient(request.headers["x-goog-api-client"])) {
      return rpcError("INVALID_ARGUMENT", "The header x-goog-api-client must name a rest/ and a gapic/ version.");
    }
    const unknown = [...request.query.keys()].find((key) => !isParameter(key, method));
    if (unknown !== undefined) {
      return rpcError("INVALID_ARGUMENT", `Invalid JSON payload received. Unknown name "${unknown}".`);
    }
    if (request.body !== "") return rpcError("INVALID_ARGUMENT", "The request body must be empty.");
    if (method !== "get" && unimplemented.includes(method)) return notImplemented();
    return undefined;
  }

  private readonly get = (name: string): Reply => {
    const operation = this.find(name);
    return operation === undefined ? notFound(name) : json(200, operation.body(this.now()));
  };

  private readonly cancel = (name: string): Reply => {
    const operation = this.find(name);
    if (operation === undefined) return notFound(name);
    const now = this.now();
    const { answer = "OK", answerWhenDone = "OK" } = operation.spec;
    switch (operation.isDone(now) ? answerWhenDone : answer) {
      case "UNIMPLEMENTED":
        return notImplemented();
      case "FAILED_PRECONDITION":
        return rpcError("FAILED_PRECONDITION", `The operation "${name}" cannot be cancelled.`, [
          errorInfo("OPERATION_NOT_CANCELLABLE", domain, { operation: name }),
        ]);
      case "OK":
        operation.requestCancel(now);
        return json(200, {});
    }
  };

  private readonly delete = (name: string): Reply => {
    const operation = this.find(name);
    operation?.remove(this.now());
    return operation === undefined ? notFound(name) : json(200, {});
  };

  /** The filter's grammar is documented nowhere; `done=true` and `done=false` are what is understood here. */
  private readonly list = (name: string, { query }: ReceivedRequest): Reply => {
    const filter = (query.get("filter") ?? "").replace(/\s*=\s*/, "=").trim();
    if (!["", "done=true", "done=false"].includes(filter)) {
      return rpcError("INVALID_ARGUMENT", `Invalid filter "${filter}": only done=true and done=false are supported.`);
    }
    const size = this.pageSize(query.get("pageSize") ?? query.get("page_size") ?? "0");
    if (size === undefined) return rpcError("INVALID_ARGUMENT", "The page size must be a number, 0 or more.");
    const listing = `${name}?${filter}`;
    const token = query.get("pageToken") ?? query.get("page_token") ?? "";
    const from = token === "" ? 0 : this.pageTokens.read(listing, token);
    if (from === undefined) return rpcError("INVALID_ARGUMENT", "The page token is not one of this listing.");
    const now = this.now();
    const matches = (operation: EmulatedOperation) =>
      filter === "" || filter === `done=${String(operation.isDone(now))}`;
    const scanned = this.options.pageSize?.scanned ?? Infinity;
    const { operations, next } = this.store.page(name, { from, size, scanned, matches });
    return json(200, {
      ...(operations.length > 0 && { operations: operations.map((operation) => operation.body(now)) }),
      ...(next !== undefined && { nextPageToken: this.pageTokens.issue(listing, next) }),
    });
  };

  private pageSize(text: string): number | undefined {
    if (!/^\d{1,9}$/.test(text)) return undefined;
    const { default: usual = 50, maximum = 1000 } = this.options.pageSize ?? {};
    return Math.min(Number(text) || usual, maximum);
  }

  private find(name: string): EmulatedOperation | undefined {
    const operation = this.store.get(name);
    return operation?.isGone(this.now()) === false ? operation : undefined;
  }
}

function notFound(name: string): Reply {
  return rpcError("NOT_FOUND", `Operation "${name}" was not found.`, [
    errorInfo("RESOURCE_NOT_FOUND", domain, { resource: name }),
  ]);
}

function notImplemented(): Reply {
  return rpcError("UNIMPLEMENTED", "Operation is not implemented, or supported, or enabled.", [
    errorInfo("METHOD_NOT_IMPLEMENTED", domain),
  ]);
}

function isGeneratedClient(header: string | string[] | undefined): boolean {
  const tokens = String(header ?? "").split(/\s+/);
  return ["rest/", "gapic/"].every((prefix) => tokens.some((token) => token.startsWith(prefix) && token !== prefix));
}

/** `google.api` system parameters: every method takes them. */
const systemParameters =
  /^(\$?(alt|fields|prettyPrint|quotaUser|\.xgafv)|key|access_token|oauth_token|callback|uploadType|upload_protocol)$/;
const listParameters = /^(filter|page_?(size|token)|returnPartialSuccess)$/i;

function isParameter(name: string, method: string): boolean {
  return systemParameters.test(name) || (method === "list" && listParameters.test(name));
}
