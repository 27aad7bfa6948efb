import type { IncomingHttpHeaders } from "node:http";
import type { CallMethod } from "./callLog";
import type { Identity } from "./identity";
import type { Reply } from "./reply";

/** A request's first line and headers: all that routing needs. */
export interface RequestHead {
  /** The HTTP method. */
  readonly verb: string;
  /** The path as it was sent, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

export interface ReceivedRequest extends RequestHead {
  readonly body: string;
  /** Whom the access token belongs to, where there is one that the emulator issued. */
  readonly identity: Identity | undefined;
}

/** What a request is, and how it is answered when nothing goes wrong. */
export interface Route {
  readonly method: CallMethod;
  /** The resource that it is about. */
  readonly name?: string;
  answer(request: ReceivedRequest): Reply;
}

/** One of the services behind the emulator's address: takes a request that is its own, and passes over the others. */
export type Service = (head: RequestHead) => Route | undefined;

/** Splits a request's target. Clients behind a proxy send the absolute form, of which only the path counts. */
export function splitTarget(target: string): Pick<RequestHead, "path" | "query"> {
  const origin = /^https?:\/\/[^/?#]*/i.exec(target)?.[0] ?? "";
  const local = target.slice(origin.length);
  const mark = local.indexOf("?");
  const path = mark < 0 ? local : local.slice(0, mark);
  return { path: path === "" ? "/" : path, query: new URLSearchParams(mark < 0 ? "" : local.slice(mark + 1)) };
}
