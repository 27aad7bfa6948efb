import { codeName, type Operation, type Outcome, settledOutcome } from "../../operations";
import type { CancellationRecord } from "../record";
import { timestamp } from "../timestamp";

/** What is known of one operation of a sweep. Small, because there may be a hundred thousand. */
export interface Entry {
  readonly outcome: Outcome;
  readonly requestTime?: string;
  /** Absent of one that was settled before this run. */
  readonly settleTime?: string;
  /** The error that the operation ended with, in words. */
  readonly error?: string;
  /** Why it could not be cancelled or followed. */
  readonly failure?: string;
}

/** How much is kept of an operation's own words, in characters. */
const maxWords = 500;

/** What a sweep knows of its operations, by name. */
export class Ledger {
  private readonly entries = new Map<string, Entry>();
  /** Those that a cancel was acknowledged for, and that are not settled as far as is known. */
  private readonly unsettled = new Set<string>();
  /** Each text once: most operations of a sweep end with the same error. */
  private readonly texts = new Map<string, string>();

  get size(): number {
    return this.entries.size;
  }

  get waiting(): ReadonlySet<string> {
    return this.unsettled;
  }

  get(name: string): Entry | undefined {
    return this.entries.get(name);
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  all(): IterableIterator<[string, Entry]> {
    return this.entries.entries();
  }

  /** Takes on an operation as it is known from elsewhere. */
  add(name: string, entry: Entry): void {
    this.set(name, entry);
  }

  /** What the cancel call, or a single read, came to. */
  record(name: string, { outcome, operation, requestTime, settleTime }: CancellationRecord): void {
    const error = operation["error"] as { status: string; message: string } | undefined;
    this.set(name, {
      outcome,
      ...(requestTime === undefined ? {} : { requestTime }),
      ...(settleTime === undefined ? {} : { settleTime }),
      ...(error ? { error: this.words(error.status, error.message) } : {}),
    });
  }

  /** A listing showed an operation that is waited for. */
  observe(operation: Operation): void {
    const entry = this.entries.get(operation.name);
    const outcome = settledOutcome(operation);
    if (!entry || !outcome) return;
    const { error } = operation;
    this.set(operation.name, {
      ...entry,
      outcome,
      settleTime: timestamp(),
      ...(error ? { error: this.words(codeName(error.code), error.message) } : {}),
    });
  }

  fail(name: string, failure: string): void {
    this.set(name, { ...(this.entries.get(name) ?? { outcome: "running" }), failure });
  }

  private set(name: string, entry: Entry): void {
    this.entries.set(name, entry);
    if (entry.outcome === "cancelling" && entry.failure === undefined) this.unsettled.add(name);
    else this.unsettled.delete(name);
  }

  private words(status: string, message: string): string {
    const text = `${status}: ${message.slice(0, maxWords)}`;
    const known = this.texts.get(text);
    if (known === undefined) this.texts.set(text, text);
    return known ?? text;
  }
}
