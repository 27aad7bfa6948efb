import type { CallMethod } from "./callLog";
import type { CodeName, Detail } from "./rpcError";

/**
 * Which calls go wrong, and how.
 *
 * @example
 * // Cloud Channel is unavailable twice, and then itself again.
 * emulator.fault({ method: "cancel", calls: [1, 2], then: { status: 503, retryAfter: 2 } });
 */
export interface FaultRule {
  /** Default: every method, those of the services that give tokens included. */
  readonly method?: CallMethod | readonly CallMethod[];
  /** The resource name of the call. Default: any. */
  readonly name?: string | RegExp;
  /**
   * Which of the matching calls, counted from 1 since the rule was made: one, some, or a range. Default: every one.
   */
  readonly calls?: number | readonly number[] | { readonly from: number; readonly to?: number };
  /** Counts `calls` for every operation apart. Default `false`: for all that the rule matches together. */
  readonly perOperation?: boolean;
  /** Of the calls that remain, the share that goes wrong, 0 to 1, by the emulator's `seed`. Default 1. */
  readonly probability?: number;
  /** Milliseconds that the answer is held back, or until the rule is removed. Default 0. The call itself takes effect at once. */
  readonly delay?: number;
  /** What goes wrong. Default: nothing but the delay. Where several rules apply, the one made first says it. */
  readonly then?: Fault;
  /**
   * With `then`: whether the service carries the call out, whatever the caller is told. Default: what is said at each
   * fault.
   */
  readonly carriedOut?: boolean;
}

/** What goes wrong with a call. */
export type Fault = NamedFault | StatusFault | BodyFault | ResetFault | RedirectFault | MisnamedFault;

/**
 * - `"lostAnswer"`: the call is carried out, and the connection is reset before the answer's first byte.
 * - `"dropped"`: the call is answered OK with an empty object, and never carried out.
 * - `"noAnswer"`: nothing is ever answered, nor carried out; the connection stays open.
 * - `"goesBack"`: carried out; operations that are done are answered as running.
 * - `"staleToken"`: 401 UNAUTHENTICATED, not carried out. The token of the first such call is refused from then on, in
 *   every matching call; another one is welcome.
 */
export type NamedFault = "lostAnswer" | "dropped" | "noAnswer" | "goesBack" | "staleToken";

/** An error in place of the answer. Not carried out. */
export interface StatusFault {
  /** The HTTP status. */
  readonly status: number;
  /** Default: the code that AIP-193's table gives for the status. */
  readonly code?: CodeName;
  readonly message?: string;
  /** The header `Retry-After`: seconds, a date (sent as an HTTP date), or any text as it is. */
  readonly retryAfter?: number | Date | string;
  /** Seconds, in a `google.rpc.RetryInfo` among the details. */
  readonly retryInfo?: number;
  readonly details?: readonly Detail[];
  /** Default: an AIP-193 body. */
  readonly body?: SpoiltBody;
}

/** The answer's status and headers with another body. Carried out. */
export interface BodyFault {
  readonly body: SpoiltBody;
}

/**
 * - `"html"`: a proxy's page; `"empty"`: no body at all.
 * - `"truncated"`: the answer's own body, cut in half: the connection ends before its content-length is reached.
 */
export type SpoiltBody =
  | "html"
  | "empty"
  | "truncated"
  | { readonly json: unknown }
  | { readonly text: string; readonly contentType?: string };

/**
 * A connection that is reset (TCP RST) before the answer's first byte, within its headers, right after them, or within
 * its body. Carried out in all but the first: an answer had been made.
 */
export interface ResetFault {
  readonly reset: "beforeHeaders" | "withinHeaders" | "afterHeaders" | "withinBody";
}

/** A redirect. Not carried out. */
export interface RedirectFault {
  /** The header `Location`, as it is. */
  readonly redirect: string;
  /** Default 302. */
  readonly status?: number;
}

/** The answer of another operation: its body carries this name. Carried out. */
export interface MisnamedFault {
  readonly answersFor: string;
}

/** What `emulator.fault()` hands out. */
export interface FaultHandle {
  /** The rule no longer applies, and the answers that it holds back are sent. */
  remove(): void;
  /** How many calls it has affected. */
  readonly hits: number;
}
