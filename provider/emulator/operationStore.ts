import { EmulatedOperation, type OperationSpec, validateSpec } from "./operation";

interface Entry {
  /** Ascends within a collection. It is never reused, so that page tokens stay valid when operations come and go. */
  readonly position: number;
  readonly operation: EmulatedOperation;
}

export interface Page {
  readonly operations: EmulatedOperation[];
  /** The position where the next page starts; absent on the last page. */
  readonly next?: number;
}

export interface PageRequest {
  readonly from: number;
  readonly size: number;
  /** The maximum number of operations to examine. With a filter, it can make a page short or empty. */
  readonly scanned: number;
  readonly matches: (operation: EmulatedOperation) => boolean;
}

/** The operations by name, and by collection in the order in which they were added. */
export class OperationStore {
  private readonly byName = new Map<string, EmulatedOperation>();
  private readonly byCollection = new Map<string, Entry[]>();
  private positions = 0;

  constructor(
    private readonly now: () => number,
    private readonly random: () => number,
  ) {}

  /** @throws Error when the spec is invalid or the name is taken */
  add(spec: OperationSpec): EmulatedOperation {
    validateSpec(spec);
    const now = this.now();
    const name = spec.name ?? `operations/${generateId(this.random)}`;
    const known = this.byName.get(name);
    if (known !== undefined) {
      if (!known.isGone(now)) throw new Error(`operation "${name}" already exists`);
      this.forget(known);
    }
    const operation = new EmulatedOperation(name, spec, now);
    this.byName.set(name, operation);
    const entry = { position: this.positions++, operation };
    const collection = collectionOf(name);
    const entries = this.byCollection.get(collection);
    if (entries === undefined) this.byCollection.set(collection, [entry]);
    else entries.push(entry);
    return operation;
  }

  /** Returns operations that are gone too: see `EmulatedOperation.isGone`. */
  get(name: string): EmulatedOperation | undefined {
    return this.byName.get(name);
  }

  page(collection: string, { from, size, scanned, matches }: PageRequest): Page {
    const entries = this.byCollection.get(collection) ?? [];
    const now = this.now();
    const operations: EmulatedOperation[] = [];
    let index = firstFrom(entries, from);
    for (const end = index + scanned; index < entries.length && index < end; index++) {
      const operation = entries[index]?.operation;
      if (operation === undefined || operation.isGone(now) || !matches(operation)) continue;
      // The next page starts at an operation that matches, so that it isn't empty.
      if (operations.length === size) break;
      operations.push(operation);
    }
    const next = entries[index]?.position;
    return next === undefined ? { operations } : { operations, next };
  }

  private forget(operation: EmulatedOperation): void {
    const entries = this.byCollection.get(collectionOf(operation.name));
    const index = entries?.findIndex((entry) => entry.operation === operation) ?? -1;
    if (index >= 0) entries?.splice(index, 1);
  }
}

/** Returns the index of the first entry at or after a position, by binary search. */
function firstFrom(entries: readonly Entry[], position: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.position ?? Infinity) < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

function generateId(random: () => number): string {
  return Array.from({ length: 20 }, () => alphabet.charAt(Math.floor(random() * alphabet.length))).join("");
}

/**
 * Returns the collection that lists an operation. Cloud Channel lists all of `operations/**` in `operations`. Another
 * name's collection ends at its last collection ID, or at the segment before the last if it has no collection ID.
 */
function collectionOf(name: string): string {
  if (name.startsWith("operations/")) return "operations";
  const segments = name.split("/");
  const last = segments.slice(0, -1).findLastIndex(isCollectionId);
  return segments.slice(0, last >= 0 ? last + 1 : -1).join("/");
}

/** Returns whether a name is that of a collection. Under `operations/`, every name is that of an operation. */
export function isCollection(name: string): boolean {
  return name === "operations" || (!name.startsWith("operations/") && isCollectionId(name.split("/").at(-1) ?? ""));
}

/** Returns whether a name can be that of an operation or a collection. One of its segments must be a collection ID. */
export function canNameOperations(name: string): boolean {
  const segments = name.split("/");
  return segments.every((segment) => segment !== "") && segments.some(isCollectionId);
}

/** Most services have `operations`. Some have other IDs, for example `transferOperations` in Storage Transfer. */
function isCollectionId(segment: string): boolean {
  return /^([a-z]+O|o)perations$/.test(segment);
}
