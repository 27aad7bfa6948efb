import { createHash } from "node:crypto";
import { singleLine } from "../../common/text";
import { codeName } from "../../common/rpcCodes";
import { isSettled, type Outcome, settledOutcome } from "../../operations/outcome";
import { nameIssues } from "../../operations/resourceName";
import type { Operation } from "../../operations/response";
import { sanitize } from "../state/sanitize";
import { type CancellationRecord, errorText, timestamp } from "../state/record";

/**
 * What is known of one operation of a sweep. An entry is small, because a sweep may have a hundred thousand operations.
 */
export interface Entry {
  readonly outcome: Outcome;
  /** RFC 3339: when the server acknowledged the cancel. */
  readonly requestTime?: string;
  /** RFC 3339: when this run first found the operation settled. Absent if an earlier run did. */
  readonly settleTime?: string;
  /** The error that the operation ended with: its code's name and its message. */
  readonly error?: string;
  /** Why the operation couldn't be cancelled or read. */
  readonly failure?: string;
}

/** The operations of a sweep, by name, and what is known of each. */
export class Ledger {
  private readonly entries = new Map<string, Entry>();
  /** Operations with an acknowledged cancel that haven't settled, as far as is known. */
  private readonly unsettled = new Set<string>();
  /**
   * Listed operations whose names can't be called. The key is a hash of the name, because a name may have a megabyte.
   */
  private uncallable = new Map<string, { name: string; failure: string }>();
  /** The error texts, to keep each only once. Most operations of a sweep end with the same error. */
  private readonly texts = new Map<string, string>();

  /** The operations with an acknowledged cancel that a run waits for. */
  get waiting(): ReadonlySet<string> {
    return this.unsettled;
  }

  /** How many listed operations have names that can't be called. */
  get uncallableCount(): number {
    return this.uncallable.size;
  }

  get(name: string): Entry | undefined {
    return this.entries.get(name);
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** Returns all operations that can be called. */
  all(): IterableIterator<[string, Entry]> {
    return this.entries.entries();
  }

  /**
   * Returns the listed operations that can't be called, each with a beginning of its name that is safe to show and the
   * reason.
   */
  allUncallable(): Iterable<{ name: string; failure: string }> {
    return this.uncallable.values();
  }

  /** Adds or replaces an operation's entry. */
  add(name: string, entry: Entry): void {
    this.set(name, entry);
  }

  /** Records the result of a cancel call or of a single read. */
  record(name: string, { outcome, operation, requestTime, settleTime }: CancellationRecord): void {
    const error = operation["error"] as { status: string; message: string } | undefined;
    this.set(name, {
      outcome,
      ...(requestTime === undefined ? {} : { requestTime }),
      ...(settleTime === undefined ? {} : { settleTime }),
      ...(error ? { error: this.onlyText(error.status, error.message) } : {}),
    });
  }

  /** Records how an operation ended, if a listing shows that it has ended. */
  observe(operation: Operation): void {
    const entry = this.entries.get(operation.name);
    const outcome = settledOutcome(operation);
    if (!entry || !outcome || isSettled(entry.outcome)) return;
    const { error } = operation;
    const { requestTime } = entry;
    this.set(operation.name, {
      ...(requestTime === undefined ? {} : { requestTime }),
      outcome,
      settleTime: timestamp(),
      ...(error ? { error: this.onlyText(codeName(error.code), error.message) } : {}),
    });
  }

  /** Records why an operation couldn't be cancelled or read. */
  fail(name: string, failure: string): void {
    this.set(name, { ...(this.entries.get(name) ?? { outcome: "running" }), failure });
  }

  /** Records which listed operations can't be called, and why. Summaries count them as running. */
  setUncallable(failures: ReadonlyMap<string, string>): void {
    this.uncallable = new Map();
    for (const [name, failure] of failures) this.uncallable.set(hashOf(name), { name: shownName(name), failure });
  }

  remove(name: string): void {
    this.entries.delete(name);
    this.unsettled.delete(name);
  }

  private set(name: string, entry: Entry): void {
    this.entries.set(name, entry);
    if (entry.outcome === "cancelling" && entry.failure === undefined) this.unsettled.add(name);
    else this.unsettled.delete(name);
  }

  private onlyText(status: string, message: string): string {
    const text = errorText(status, message);
    const known = this.texts.get(text);
    if (known === undefined) this.texts.set(text, text);
    return known ?? text;
  }
}

/** How much of a name that can't be called is shown, in characters. */
const maxShownLength = 100;

/**
 * Returns a listed name that is safe to show and keep: unchanged if it can be called, and otherwise a sanitized
 * beginning of it.
 */
export function shownName(name: string): string {
  return uncallableReason(name) === undefined ? name : sanitize(singleLine(name, maxShownLength));
}

/** Returns why a listed name can't be called or kept in the state, or `undefined` if it can. */
export function uncallableReason(name: string): string | undefined {
  const [reason] = nameIssues(name);
  if (reason !== undefined) return `can't be called: its name ${reason}`;
  return sanitize(name) === name ? undefined : "can't be called: its name is a value that Pulumi reserves";
}

function hashOf(name: string): string {
  return createHash("sha256").update(name, "utf16le").digest("base64");
}
