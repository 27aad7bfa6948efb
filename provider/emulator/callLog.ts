import type { IncomingHttpHeaders } from "node:http";
import type { Identity } from "./identity";

/**
 * What a request asked for: a method of `google.longrunning.Operations`, one of the services that give tokens, the
 * emulator's own (`"admin"`), or nothing the emulator knows.
 */
export type CallMethod =
  "get" | "list" | "cancel" | "delete" | "token" | "generateAccessToken" | "signJwt" | "metadata" | "admin" | "unknown";

/** A request that the emulator received. */
export interface Call {
  readonly method: CallMethod;
  /** The operation, or the listed collection; for `generateAccessToken` and `signJwt` the service account. */
  readonly name?: string;
  /** When it was received, in milliseconds of the emulator's clock. */
  readonly time: number;
  /** The HTTP method. */
  readonly verb: string;
  /** The request's target as it was sent, still percent-encoded. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** In bytes. */
  readonly bodyLength: number;
  readonly body: string;
  /** Whom the access token belongs to; absent without one, or with one that the emulator never issued. */
  readonly identity?: Identity;
  /** The HTTP status that was sent; absent while it is unanswered, and for good where no status was ever sent. */
  readonly status?: number;
}

/** Which calls are meant; what is left out may be anything. */
export interface CallSelection {
  readonly method?: CallMethod;
  readonly name?: string;
}

/** Every request received since the start, or since the last `clear()`. */
export interface CallLog {
  count(method?: CallMethod, name?: string): number;
  /**
   * The calls themselves, in the order they were received.
   *
   * @throws Error with the option `log: "counts"`, which keeps none.
   */
  all(selection?: CallSelection): readonly Call[];
  /** The most recent one. */
  last(selection?: CallSelection): Call | undefined;
  /**
   * Resolves once so many such calls were received, at once if they were already. Rejects when the emulator stops
   * before.
   */
  received(selection: CallSelection, count?: number): Promise<void>;
  /**
   * How many calls were being answered at the same time, at most. They are answered at once, so only a delay shows how
   * many a client makes.
   */
  readonly mostAtOnce: number;
  clear(): void;
}

interface Waiter {
  readonly selection: CallSelection;
  readonly count: number;
  resolve(): void;
  reject(reason: Error): void;
}

/** The log as the server writes it. */
export class RecordedCalls implements CallLog {
  mostAtOnce = 0;
  private inFlight = 0;
  private calls: Call[] = [];
  private counts = new Map<string, number>();
  private waiters: Waiter[] = [];

  constructor(private readonly keep: "full" | "counts") {}

  count(method?: CallMethod, name?: string): number {
    return this.counts.get(keyOf(method, name)) ?? 0;
  }

  all(selection: CallSelection = {}): readonly Call[] {
    if (this.keep === "counts") throw new Error('the emulator was started with log: "counts", and keeps no calls');
    return this.calls.filter((call) => isSelected(call, selection));
  }

  last(selection: CallSelection = {}): Call | undefined {
    return this.all(selection).at(-1);
  }

  received(selection: CallSelection, count = 1): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiters.push({ selection, count, resolve, reject });
      this.wake();
    });
  }

  clear(): void {
    this.calls = [];
    this.counts = new Map();
    this.mostAtOnce = this.inFlight;
  }

  /** @internal */
  begin(call: Call): void {
    if (this.keep === "full") this.calls.push(call);
    for (const key of keysOf(call)) this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    this.wake();
  }

  /** @internal A request has begun to arrive. */
  enter(): void {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.inFlight);
  }

  /** @internal Its answer was sent, or its connection lost. */
  leave(): void {
    this.inFlight--;
  }

  /** @internal */
  close(): void {
    for (const waiter of this.waiters.splice(0)) waiter.reject(new Error("the emulator stopped before such a call"));
  }

  private wake(): void {
    if (this.waiters.length === 0) return;
    this.waiters = this.waiters.filter((waiter) => {
      const { method, name } = waiter.selection;
      if (this.count(method, name) < waiter.count) return true;
      waiter.resolve();
      return false;
    });
  }
}

function isSelected(call: Call, { method, name }: CallSelection): boolean {
  return (method === undefined || call.method === method) && (name === undefined || call.name === name);
}

function keyOf(method?: CallMethod, name?: string): string {
  return `${method ?? "*"} ${name ?? "*"}`;
}

function keysOf({ method, name }: Call): string[] {
  const keys = [keyOf(), keyOf(method)];
  if (name !== undefined) keys.push(keyOf(undefined, name), keyOf(method, name));
  return keys;
}
