import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import type { AccessTokens } from "./accessTokens";
import type { Call, RecordedCalls } from "./callLog";
import { deliver } from "./delivery";
import type { Delay, FaultBook } from "./faultBook";
import { faultyAnswer, type Answer } from "./faultyAnswer";
import { html, pageNotFound } from "./reply";
import { splitTarget, type ReceivedRequest, type RequestHead, type Route, type Service } from "./request";
import { readBody } from "./server";

interface Parts {
  readonly services: readonly Service[];
  readonly tokens: AccessTokens;
  readonly calls: RecordedCalls;
  readonly faults: FaultBook;
  readonly now: () => number;
  readonly onCall: ((call: Call) => void) | undefined;
}

/** One request and its answer, from routing to the wire. */
export async function exchange(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { tokens, calls, faults } = parts;
  calls.enter();
  response.once("close", () => {
    calls.leave();
  });
  const body = await readBody(request);
  if (body === undefined) return;
  if (body === "tooLarge") {
    deliver({ reply: html(413, "Payload Too Large", "The request is too large.") }, response);
    return;
  }
  const url = request.url ?? "";
  const head: RequestHead = { verb: request.method ?? "", ...splitTarget(url), headers: request.headers };
  const identity = tokens.identityOf(request.headers.authorization);
  const received: ReceivedRequest = { ...head, body: body.toString(), identity };
  const route = routeOf(head, parts.services);
  const call = callOf(received, route, { url, time: parts.now(), bodyLength: body.length });
  calls.begin(call);
  try {
    const { delays, fault, carriedOut } = faults.judge(call);
    const reply = carriedOut ? route.answer(received) : { status: 200, contentType: "", body: "" };
    const answer: Answer = fault === undefined ? { reply } : faultyAnswer(fault, reply);
    for (const delay of delays) await heldBack(delay, response);
    const status = deliver(answer, response);
    if (status !== undefined) call.status = status;
    await closed(response, answer);
  } finally {
    parts.onCall?.(call);
  }
}

/** The entry of the log; its status is filled in once it is known. */
function callOf(
  { verb, headers, body, identity }: ReceivedRequest,
  { method, name }: Route,
  rest: Pick<Call, "url" | "time" | "bodyLength">,
): Call & { status?: number } {
  return { method, ...(name !== undefined && { name }), verb, headers, body, ...(identity && { identity }), ...rest };
}

function routeOf(head: RequestHead, services: readonly Service[]): Route {
  for (const service of services) {
    const route = service(head);
    if (route !== undefined) return route;
  }
  // Not an API's answer, but the front end's.
  return { method: "unknown", answer: () => pageNotFound(head.path) };
}

/** Ends early when its rule is removed, when the caller hangs up, or when the emulator stops. */
async function heldBack({ milliseconds, lifted }: Delay, response: ServerResponse): Promise<void> {
  if (lifted.aborted || response.destroyed) return;
  const end = new AbortController();
  const abort = () => {
    end.abort();
  };
  response.once("close", abort);
  lifted.addEventListener("abort", abort);
  await wait(milliseconds, undefined, { signal: end.signal }).catch(() => undefined);
  lifted.removeEventListener("abort", abort);
  response.off("close", abort);
}

/** A call that is never answered is at work until its caller gives up. */
async function closed(response: ServerResponse, { cut }: Answer): Promise<void> {
  if (cut !== "silence" || response.destroyed) return;
  await new Promise((resolve) => response.once("close", resolve));
}
