import type { Fault, RedirectFault, ResetFault, SpoiltBody, StatusFault } from "./faults";
import { html, json, text, type Reply } from "./reply";
import { codeOfHttpStatus, retryInfo, rpcError, unauthenticated } from "./rpcError";

/** What goes over the wire: an answer, perhaps cut off somewhere, or nothing. */
export interface Answer {
  readonly reply: Reply;
  readonly cut?: ResetFault["reset"] | "truncated" | "silence";
}

/** What the caller gets to see of `reply`, the answer that the service made or would have made. */
export function faultyAnswer(fault: Fault, reply: Reply): Answer {
  switch (fault) {
    case "lostAnswer":
      return { reply, cut: "beforeHeaders" };
    case "dropped":
      return { reply: json(200, {}) };
    case "noAnswer":
      return { reply, cut: "silence" };
    case "goesBack":
      return { reply: withOperations(reply, runningAgain) };
    case "staleToken":
      return { reply: unauthenticated() };
  }
  if ("reset" in fault) return { reply, cut: fault.reset };
  if ("redirect" in fault) return { reply: redirect(fault) };
  if ("answersFor" in fault) {
    return { reply: withOperations(reply, (operation) => ({ ...operation, name: fault.answersFor })) };
  }
  if ("status" in fault) return spoil(errorReply(fault), fault.body);
  return spoil(reply, fault.body);
}

function errorReply({ status, code, message, retryAfter, retryInfo: seconds, details = [] }: StatusFault): Reply {
  const all = seconds === undefined ? details : [...details, retryInfo(seconds)];
  const name = code ?? codeOfHttpStatus(status);
  const reply = rpcError(name, message ?? `A fault on demand: ${status}.`, all, status);
  if (retryAfter === undefined) return reply;
  const value = retryAfter instanceof Date ? retryAfter.toUTCString() : String(retryAfter);
  return { ...reply, headers: { "Retry-After": value } };
}

function redirect({ redirect: location, status = 302 }: RedirectFault): Reply {
  return { ...html(status, "Moved", "The document has moved."), headers: { Location: location } };
}

function spoil(reply: Reply, body: SpoiltBody | undefined): Answer {
  if (body === undefined) return { reply };
  if (body === "truncated") return { reply, cut: "truncated" };
  return { reply: { ...reply, ...otherBody(reply.status, body) } };
}

function otherBody(status: number, body: Exclude<SpoiltBody, "truncated">): Pick<Reply, "body" | "contentType"> {
  if (body === "empty") return { body: "", contentType: "text/plain" };
  const { body: content, contentType } =
    body === "html"
      ? html(status, "Proxy", "The server encountered a temporary error.")
      : "json" in body
        ? json(status, body.json)
        : text(status, body.text);
  return {
    body: content,
    contentType: (typeof body === "object" && "contentType" in body && body.contentType) || contentType,
  };
}

/** Changes the operations of a successful get or list, whichever it is. */
function withOperations(reply: Reply, change: (operation: Record<string, unknown>) => Record<string, unknown>): Reply {
  if (reply.status !== 200 || reply.body === "") return reply;
  const body = JSON.parse(reply.body) as Record<string, unknown>;
  if (typeof body["name"] === "string") return json(200, change(body), reply.contentType);
  if (!Array.isArray(body["operations"])) return reply;
  return json(
    200,
    { ...body, operations: (body["operations"] as Record<string, unknown>[]).map(change) },
    reply.contentType,
  );
}

function runningAgain({ name, metadata }: Record<string, unknown>): Record<string, unknown> {
  return { name, ...(metadata !== undefined && { metadata }) };
}
