import type { Code } from "../common/rpcCodes";
import type { CallMethod } from "./callLog";
import type { Detail } from "./service";

/**
 * Which calls go wrong, and how.
 *
 * @example
 * // The first two cancels of each operation return 503.
 * emulator.fault({ method: "cancel", calls: [1, 2], perOperation: true, then: { status: 503, retryAfter: 2 } });
 */
export interface FaultRule {
  /** Default: every method. No fault applies to the emulator's own methods. */
  readonly method?: FaultyMethod | readonly FaultyMethod[];
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

/** The methods that faults apply to. */
export type FaultyMethod = Exclude<CallMethod, "admin">;

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
