import { createHmac } from "node:crypto";
import type { EmulatedOperation } from "./operation";
import { canNameOperations, isCollection, type OperationStore } from "./operationStore";
import type { EmulatorOptions } from "./options";
import {
  errorInfo,
  type HttpResponse,
  json,
  type ReceivedRequest,
  type RequestHead,
  type Route,
  rpcError,
} from "./service";

const domain = "cloudchannel.googleapis.com";

type Method = "get" | "list" | "cancel" | "delete";

/** `google.longrunning.Operations` over REST, as in Cloud Channel: get, list, cancel and delete. */
export class OperationsService {
  private readonly prefix: string;
  private readonly pageTokens: PageTokens;

  constructor(
    private readonly store: OperationStore,
    private readonly options: EmulatorOptions,
    private readonly now: () => number,
    /** Returns the error for a call without the credential that the options require. */
    private readonly authorize: (request: ReceivedRequest) => HttpResponse | undefined,
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
    if (!known && !canNameOperations(name)) return undefined;
    const isList = !known && isCollection(name);
    switch (`${head.verb}${verb ?? ""}`) {
      case "GET":
        return isList ? this.method("list", name, this.list) : this.method("get", name, this.get);
      case "POSTcancel":
        return isList ? undefined : this.method("cancel", name, this.cancel);
      case "DELETE":
        return isList ? undefined : this.method("delete", name, this.delete);
      default:
        return undefined;
    }
  };

  private method(
    method: Method,
    name: string,
    execute: (name: string, request: ReceivedRequest) => HttpResponse,
  ): Route {
    return {
      method,
      name,
      respond: (request) => {
        const response = this.validate(method, request) ?? execute(name, request);
        return { ...response, contentType: this.options.contentType ?? response.contentType };
      },
    };
  }

  /** Returns the error for a call that is invalid for every operation. */
  private validate(method: Method, request: ReceivedRequest): HttpResponse | undefined {
    const { unimplemented: methods = [], requireApiClientHeader = false } = this.options;
    const unauthorized = this.authorize(request);
    if (unauthorized !== undefined) return unauthorized;
    if (requireApiClientHeader && !isGeneratedClient(request.headers["x-goog-api-client"])) {
      return rpcError("INVALID_ARGUMENT", "The header x-goog-api-client must have a rest/ and a gapic/ version.");
    }
    const unknown = [...request.query.keys()].find((key) => !isParameter(key, method));
    if (unknown !== undefined) {
      return rpcError("INVALID_ARGUMENT", `Invalid JSON payload received. Unknown name "${unknown}".`);
    }
    const issue = bodyIssue(method, request.body);
    if (issue !== undefined) return rpcError("INVALID_ARGUMENT", issue);
    if (method !== "get" && methods.includes(method)) return unimplemented();
    return undefined;
  }

  private readonly get = (name: string): HttpResponse => {
    const operation = this.find(name);
    return operation === undefined ? notFound(name) : json(200, operation.body(this.now()));
  };

  private readonly cancel = (name: string): HttpResponse => {
    const operation = this.find(name);
    if (operation === undefined) return notFound(name);
    const now = this.now();
    const { answer = "OK", answerWhenDone = "OK" } = operation.spec;
    switch (operation.isDone(now) ? answerWhenDone : answer) {
      case "UNIMPLEMENTED":
        return unimplemented();
      case "FAILED_PRECONDITION":
        return rpcError("FAILED_PRECONDITION", `The operation "${name}" cannot be cancelled.`, [
          errorInfo("OPERATION_NOT_CANCELLABLE", domain, { operation: name }),
        ]);
      case "OK":
        operation.requestCancel(now);
        return json(200, {});
    }
  };

  private readonly delete = (name: string): HttpResponse => {
    const operation = this.find(name);
    operation?.remove(this.now());
    return operation === undefined ? notFound(name) : json(200, {});
  };

  /** The API doesn't document the filter's grammar. The emulator supports `done=true` and `done=false`. */
  private readonly list = (name: string, { query }: ReceivedRequest): HttpResponse => {
    const filter = (query.get("filter") ?? "").replace(/\s*=\s*/, "=").trim();
    if (!["", "done=true", "done=false"].includes(filter)) {
      return rpcError("INVALID_ARGUMENT", `Invalid filter "${filter}": only done=true and done=false are supported.`);
    }
    const size = this.pageSize(query.get("pageSize") ?? query.get("page_size") ?? "0");
    if (size === undefined) return rpcError("INVALID_ARGUMENT", "The page size must be an integer, 0 or more.");
    const listing = `${name}?${filter}`;
    const token = query.get("pageToken") ?? query.get("page_token") ?? "";
    const from = token === "" ? 0 : this.pageTokens.read(listing, token);
    if (from === undefined)
      return rpcError("INVALID_ARGUMENT", "The page token isn't valid for this collection and filter.");
    const now = this.now();
    const matches = (operation: EmulatedOperation) =>
      filter === "" || filter === `done=${String(operation.isDone(now))}`;
    const scanned = this.options.pageSize?.scanned ?? Infinity;
    const { operations, next } = this.store.page(name, { from, size, scanned, matches });
    return json(200, {
      ...(operations.length > 0 && { operations: operations.map((operation) => operation.body(now)) }),
      ...(next !== undefined && { nextPageToken: this.pageTokens.create(listing, next) }),
    });
  };

  private pageSize(text: string): number | undefined {
    if (!/^\d{1,9}$/.test(text)) return undefined;
    const { default: defaultSize = 50, maximum = 1000 } = this.options.pageSize ?? {};
    return Math.min(Number(text) || defaultSize, maximum);
  }

  private find(name: string): EmulatedOperation | undefined {
    const operation = this.store.get(name);
    return operation?.isGone(this.now()) === false ? operation : undefined;
  }
}

/**
 * Returns why a method doesn't accept a body, or `undefined` if it does. A cancel is bound to `body: "*"`, and the
 * request message has no field besides the name in the path, so Google's clients send `{}`.
 *
 * Source: `google/longrunning/operations.proto`, and `google/api/http.proto`.
 */
function bodyIssue(method: Method, body: string): string | undefined {
  if (body.trim() === "") return undefined;
  if (method !== "cancel") return "The request body must be empty.";
  const message = parse(body);
  if (typeof message !== "object" || message === null || Array.isArray(message)) {
    return "Invalid JSON payload received. The body of a cancel must be empty or {}.";
  }
  const [unknown] = Object.keys(message);
  return unknown === undefined
    ? undefined
    : `Invalid JSON payload received. Unknown name "${unknown}": Cannot find field.`;
}

/** Returns `undefined` for a text that isn't JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notFound(name: string): HttpResponse {
  return rpcError("NOT_FOUND", `Operation "${name}" was not found.`, [
    errorInfo("RESOURCE_NOT_FOUND", domain, { resource: name }),
  ]);
}

function unimplemented(): HttpResponse {
  return rpcError("UNIMPLEMENTED", "Operation is not implemented, or supported, or enabled.", [
    errorInfo("METHOD_NOT_IMPLEMENTED", domain),
  ]);
}

/**
 * Decodes the resource name in a URL's path, as gRPC transcoding does for a variable of several segments. `%2F` and
 * invalid escapes stay encoded.
 *
 * Source: `google/api/http.proto`.
 */
export function decodeName(path: string): string {
  return path.replace(/(?:%(?!2f)[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}

/** Creates and reads page tokens. As in AIP-158, a token is valid for one collection and filter only. */
class PageTokens {
  constructor(private readonly secret: string) {}

  create(listing: string, position: number): string {
    return Buffer.from(`${position}.${this.sign(listing, position)}`).toString("base64url");
  }

  /** Returns the position that a token of this listing holds. */
  read(listing: string, token: string): number | undefined {
    const [position = "", signature] = Buffer.from(token, "base64url").toString().split(".");
    return /^\d+$/.test(position) && signature === this.sign(listing, Number(position)) ? Number(position) : undefined;
  }

  private sign(listing: string, position: number): string {
    return createHmac("sha256", this.secret).update(`${position}\n${listing}`).digest("base64url").slice(0, 16);
  }
}

function isGeneratedClient(header: string | string[] | undefined): boolean {
  const tokens = String(header ?? "").split(/\s+/);
  return ["rest/", "gapic/"].every((prefix) => tokens.some((token) => token.startsWith(prefix) && token !== prefix));
}

/** The system parameters of `google.api`, which every method has. */
const systemParameters =
  /^(\$?(alt|fields|prettyPrint|quotaUser|\.xgafv)|key|access_token|oauth_token|callback|uploadType|upload_protocol)$/;
const listParameters = /^(filter|page_?(size|token)|returnPartialSuccess)$/i;

function isParameter(name: string, method: string): boolean {
  return systemParameters.test(name) || (method === "list" && listParameters.test(name));
}
