import { singleLine, truncate } from "../common/text";
import { CallError, InvalidResponseError, NoResponseError, RpcError } from "../operations/errors";
import type { CallObserver, PendingCall } from "../operations/pendingCall";
import { formatDuration } from "./inputs/duration";
import { type Activity, Topic } from "./progress";

/** How long a first attempt takes before it is worth a line, in milliseconds. */
const slow = 1_000;

/** How soon a call follows another one if the step does nothing between them, in milliseconds. */
const maxGap = 100;

/** The maximum length of an operation's name, and of a reason, in a line. */
const [maxNameLength, maxReasonLength] = [120, 500];

interface CallActivity extends Activity {
  readonly call: PendingCall;
}

/** The calls of the process, by host. */
const hosts = new Map<string, Topic<CallActivity>>();

function topicOf(origin: string): Topic<CallActivity> {
  let topic = hosts.get(origin);
  if (!topic) {
    topic = new Topic((activities) => describeCalls(activities.map(({ call }) => call)));
    hosts.set(origin, topic);
  }
  return topic;
}

/**
 * Returns an observer for one step's calls. It shows calls that fail or take long, in one line for each host. A call
 * that follows another one at once continues its time, so that a step of several slow calls isn't silent.
 */
export function observeCalls(log: Activity["log"], origin: string): CallObserver {
  const topic = topicOf(origin);
  let pending = 0;
  let since = 0;
  let lastEnd = -Infinity;
  return (call) => {
    if (pending > 0 || call.since - lastEnd > maxGap) since = call.since;
    pending++;
    const remove = topic.add({ since, log, call });
    return () => {
      remove();
      pending--;
      lastEnd = performance.now();
    };
  };
}

/** Describes the calls to a host that fail, wait or take long. Returns `undefined` without such a call. */
export function describeCalls(calls: readonly PendingCall[]): string | undefined {
  const now = performance.now();
  const stuck = calls.filter(
    ({ error, phase, since }) => error !== undefined || phase === "turn" || now - since >= slow,
  );
  const shown = stuck.find(({ error }) => error !== undefined) ?? stuck[0];
  if (!shown) return undefined;
  const others = stuck.length - 1;
  const subject = truncate(shown.call.name, maxNameLength) + (others > 0 ? ` and ${others} more` : "");
  return `${subject}: ${singleLine(reasonOf(shown, now), maxReasonLength)}; ${prospectOf(shown)}.`;
}

/** Returns why a call has no result yet. */
function reasonOf({ call, error, phase, since, hostError }: PendingCall, now: number): string {
  const { host } = new URL(call.base);
  if (error instanceof CallError) return `${host} ${describeError(error, call.method)}`;
  if (error instanceof Error) return `${host} isn't called yet. ${error.message.replace(/\.$/, "")}`;
  if (phase === "turn") {
    const last = hostError();
    return last ? `${host} ${describeError(last, "other calls")}` : `${host} accepts no calls`;
  }
  const duration = formatDuration(now - since);
  if (phase === "credential") return `${host} isn't called yet, because no access token has arrived for ${duration}`;
  return `${host} hasn't responded to ${call.method} for ${duration}`;
}

/** Returns what a host does to a call, as the call's error tells it. */
function describeError(error: CallError, to: string): string {
  if (error instanceof RpcError) return `responds ${error.httpStatus} (${error.code}) to ${to}`;
  if (error instanceof InvalidResponseError) return `responds ${error.httpStatus} to ${to}, with ${error.flaw}`;
  if (error instanceof NoResponseError) return `doesn't respond to ${to}: ${error.detail} (${error.reason})`;
  return `accepts no calls`;
}

/** Returns which attempt it is, and how long the call goes on. */
function prospectOf({ call, attempts, deadline }: PendingCall): string {
  const attempt = attempts > 0 ? `attempt ${attempts}` : `${call.method} isn't sent yet`;
  const end = deadline.passed ? "the last one" : `retries continue for ${formatDuration(deadline.remaining)}`;
  return `${attempt}, ${end}`;
}
