import type { IncomingHttpHeaders } from "node:http";

/**
 * The API method of a request: one of `google.longrunning.Operations`, `"admin"` for the emulator's own, or `"unknown"`
 * for any other request.
 */
export type CallMethod = "get" | "list" | "cancel" | "delete" | "admin" | "unknown";

/** A request that the emulator received. */
export interface Call {
  readonly method: CallMethod;
  /** The name of the operation, or of the listed collection. */
  readonly name?: string;
  /** The time of the request, in milliseconds of the emulator's clock. */
  readonly time: number;
  /** The HTTP method. */
  readonly verb: string;
  /** The request's target as sent, still percent-encoded. */
  readonly url: string;
  /** The names are in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** The length of the body in bytes. */
  readonly bodyLength: number;
  readonly body: string;
  /** The HTTP status of the response; absent until the emulator sends one. */
  readonly status?: number;
}

/** Selects calls. A property that is left out matches every call. */
export interface CallSelection {
  readonly method?: CallMethod;
  readonly name?: string;
}

/** The requests received since the start, or since the last `clear()`. */
export interface CallLog {
  /** Returns the number of calls, with the option `log: "counts"` too. */
  count(method?: CallMethod, name?: string): number;
  /**
   * Returns the calls in the order in which they were received.
   *
   * @throws Error with the option `log: "counts"`, which keeps no calls
   */
  all(selection?: CallSelection): readonly Call[];
  /**
   * Returns the most recent call.
   *
   * @throws Error with the option `log: "counts"`, which keeps no calls
   */
  last(selection?: CallSelection): Call | undefined;
  /** Resolves when `count` such calls have been received, by default one. Rejects if the emulator stops first. */
  received(selection: CallSelection, count?: number): Promise<void>;
  /**
   * The maximum number of concurrent calls. To measure a client's concurrency, add a fault with a delay. Without a
   * delay, the emulator responds at once.
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

/** The log, with the methods by which the server writes it. */
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
    if (this.keep === "counts")
      throw new Error('the emulator keeps no calls with the option log: "counts". Use count(), or log: "full"');
    return this.calls.filter((call) => isSelected(call, selection));
  }

  last(selection: CallSelection = {}): Call | undefined {
    return this.all(selection).at(-1);
  }

  received(selection: CallSelection, count = 1): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiters.push({ selection, count, resolve, reject });
      this.resolveWaiters();
    });
  }

  clear(): void {
    this.calls = [];
    this.counts = new Map();
    this.mostAtOnce = this.inFlight;
  }

  record(call: Call): void {
    if (this.keep === "full") this.calls.push(call);
    for (const key of keysOf(call)) this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    this.resolveWaiters();
  }

  requestStarted(): void {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.inFlight);
  }

  requestEnded(): void {
    this.inFlight--;
  }

  /** Rejects the pending promises of `received()`. */
  close(): void {
    for (const waiter of this.waiters.splice(0))
      waiter.reject(new Error("the emulator stopped before it received the calls"));
  }

  private resolveWaiters(): void {
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
