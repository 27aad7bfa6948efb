import { setMaxListeners } from "node:events";
import type { Code } from "../common/rpcCodes";
import type { Call, CallMethod } from "./callLog";
import type { Detail } from "./service";

/**
 * Which calls go wrong, and how.
 *
 * @example
 * // The first two cancels of each operation return 503.
 * emulator.fault({ method: "cancel", calls: [1, 2], perOperation: true, then: { status: 503, retryAfter: 2 } });
 */
export interface FaultRule {
  /** Default: every method. */
  readonly method?: CallMethod | readonly CallMethod[];
  /** The resource name of the call. Default: any. */
  readonly name?: string | RegExp;
  /**
   * Which of the matching calls, counted from 1 since the rule was added: one, some, or a range. Default: all.
   */
  readonly calls?: number | readonly number[] | { readonly from: number; readonly to?: number };
  /** Counts `calls` for each operation separately. Default `false`. */
  readonly perOperation?: boolean;
  /** The share of these calls that the rule applies to, from 0 to 1. The option `seed` determines which. Default 1. */
  readonly probability?: number;
  /**
   * Delays the response by so many milliseconds, or until the rule is removed. The call itself takes effect at once.
   * Default 0.
   */
  readonly delay?: number;
  /** What goes wrong. When several rules apply, the first with a `then` determines it. Default: only the delay. */
  readonly then?: Fault;
  /** Whether the service carries out a call with a fault. Each fault documents its default. */
  readonly carriedOut?: boolean;
}

/** What goes wrong with a call. */
export type Fault = NamedFault | StatusFault | BodyFault | ResetFault | RedirectFault | WrongNameFault;

/**
 * - `"lostAnswer"`: the call is carried out, and the connection is reset before the first byte of the response.
 * - `"dropped"`: the response is 200 with an empty object. The call isn't carried out.
 * - `"noAnswer"`: there is no response, and the connection stays open. The call isn't carried out.
 * - `"goesBack"`: the response shows operations that are done as running. The call is carried out.
 * - `"staleToken"`: 401 UNAUTHENTICATED. The call isn't carried out. The token of the first such call is refused from
 *   then on; other tokens are accepted.
 */
export type NamedFault = "lostAnswer" | "dropped" | "noAnswer" | "goesBack" | "staleToken";

/** An error response. The call isn't carried out. */
export interface StatusFault {
  /** The HTTP status. */
  readonly status: number;
  /** Default: the code that AIP-193 maps to the status. */
  readonly code?: Code;
  readonly message?: string;
  /** The header `Retry-After`: seconds, a date (sent as an HTTP date), or any text. */
  readonly retryAfter?: number | Date | string;
  /** The delay in a `google.rpc.RetryInfo` detail, in seconds. */
  readonly retryInfo?: number;
  readonly details?: readonly Detail[];
  /** Default: an error in the format of AIP-193. */
  readonly body?: FaultyBody;
}

/** The regular status and headers with another body. The call is carried out. */
export interface BodyFault {
  readonly body: FaultyBody;
}

/**
 * - `"html"`: an error page of a proxy.
 * - `"empty"`: no body.
 * - `"truncated"`: half of the regular body. The connection ends before the content length is reached.
 */
export type FaultyBody =
  | "html"
  | "empty"
  | "truncated"
  | { readonly json: unknown }
  | { readonly text: string; readonly contentType?: string };

/**
 * A connection that is reset (TCP RST) before the first byte of the response, within its headers, right after them, or
 * within its body. The call is carried out unless the reset comes before the headers.
 */
export interface ResetFault {
  readonly reset: "beforeHeaders" | "withinHeaders" | "afterHeaders" | "withinBody";
}

/** A redirect. The call isn't carried out. */
export interface RedirectFault {
  /** The header `Location`. */
  readonly redirect: string;
  /** Default 302. */
  readonly status?: number;
}

/** The operations in the response have this name. The call is carried out. */
export interface WrongNameFault {
  readonly answersFor: string;
}

/** A rule that `emulator.fault()` added. */
export interface FaultHandle {
  /** Removes the rule, and sends the responses that it delays. */
  remove(): void;
  /** The number of calls that the rule applied to. */
  readonly hits: number;
}

/** What the rules determine for one call. */
export interface MatchedFaults {
  /** Delays that add up. */
  readonly delays: readonly Delay[];
  readonly fault?: Fault;
  readonly carriedOut: boolean;
}

export interface Delay {
  readonly milliseconds: number;
  /** Aborted when the rule is removed. */
  readonly ended: AbortSignal;
}

/** The rules in force. */
export class ActiveFaults {
  private rules: ActiveRule[] = [];

  constructor(private readonly random: () => number) {}

  /** @throws Error when the rule is invalid */
  add(rule: FaultRule): FaultHandle {
    validateRule(rule);
    const added = new ActiveRule(rule, this.random);
    this.rules.push(added);
    return {
      remove: () => {
        this.rules = this.rules.filter((other) => other !== added);
        added.removed.abort();
      },
      get hits() {
        return added.hits;
      },
    };
  }

  /** Every rule counts the call, even when another rule determines the fault. */
  match(call: Call): MatchedFaults {
    if (this.rules.length === 0) return { delays: [], carriedOut: true };
    const matching = this.rules.filter((rule) => rule.appliesTo(call));
    const delays = matching.flatMap(({ rule: { delay = 0 }, removed: { signal: ended } }) =>
      delay > 0 ? [{ milliseconds: delay, ended }] : [],
    );
    const first = matching.find(({ rule }) => rule.then !== undefined)?.rule;
    if (first?.then === undefined) return { delays, carriedOut: true };
    return { delays, fault: first.then, carriedOut: first.carriedOut ?? isCarriedOut(first.then) };
  }
}

class ActiveRule {
  hits = 0;
  readonly removed = new AbortController();
  private readonly matches = new Map<string, number>();
  private staleToken: string | undefined;

  constructor(
    readonly rule: FaultRule,
    private readonly random: () => number,
  ) {
    // Every delayed call adds a listener.
    setMaxListeners(0, this.removed.signal);
  }

  /** Counts a call that has the method and the name. */
  appliesTo(call: Call): boolean {
    if (!this.selects(call)) return false;
    const key = this.rule.perOperation === true ? (call.name ?? "") : "";
    const count = (this.matches.get(key) ?? 0) + 1;
    this.matches.set(key, count);
    const hit = this.rule.then === "staleToken" ? this.refusesToken(call, count) : this.isDrawn(count);
    if (hit) this.hits++;
    return hit;
  }

  private selects({ method, name }: Call): boolean {
    const { method: methods = method, name: pattern } = this.rule;
    if (typeof methods === "string" ? methods !== method : !methods.includes(method)) return false;
    if (pattern === undefined) return true;
    if (name === undefined) return false;
    return typeof pattern === "string" ? pattern === name : name.search(pattern) >= 0;
  }

  private isDrawn(count: number): boolean {
    return isCounted(this.rule.calls, count) && this.random() < (this.rule.probability ?? 1);
  }

  private refusesToken({ headers }: Call, count: number): boolean {
    const token = headers.authorization ?? "";
    if (this.staleToken === undefined && this.isDrawn(count)) this.staleToken = token;
    return this.staleToken === token;
  }
}

function isCounted(calls: FaultRule["calls"], count: number): boolean {
  if (calls === undefined) return true;
  if (typeof calls === "number") return calls === count;
  if ("from" in calls) return count >= calls.from && count <= (calls.to ?? Infinity);
  return calls.includes(count);
}

function isCarriedOut(fault: Fault): boolean {
  if (typeof fault === "string") return fault === "lostAnswer" || fault === "goesBack";
  if ("reset" in fault) return fault.reset !== "beforeHeaders";
  return !("status" in fault || "redirect" in fault);
}

const namedFaults = ["lostAnswer", "dropped", "noAnswer", "goesBack", "staleToken"];
const faultKeys = ["status", "body", "reset", "redirect", "answersFor"];

/** Throws for an invalid rule, because a test whose rule has no effect would pass without testing anything. */
function validateRule({ then, delay = 0, probability = 1 }: FaultRule): void {
  if (typeof then === "string" ? !namedFaults.includes(then) : then && !faultKeys.some((key) => key in then)) {
    throw new Error(`"then" must be one of ${namedFaults.join(", ")}, or an object with ${faultKeys.join(", ")}`);
  }
  if (!(delay >= 0 && delay < 2 ** 31)) throw new Error('"delay" must be a number of milliseconds, 0 or more');
  if (!(probability >= 0 && probability <= 1)) throw new Error('"probability" must be a number from 0 to 1');
}
