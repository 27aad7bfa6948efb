import { EmulatedOperation } from "./operation";
import { checkedSpec, type OperationSpec } from "./operationSpec";
import { randomText } from "./random";
import { collectionOf } from "./resourceName";

/** An operation's place in its collection. Places are never used twice, so that a page token survives changes. */
interface Entry {
  readonly place: number;
  readonly operation: EmulatedOperation;
}

export interface Page {
  readonly operations: EmulatedOperation[];
  /** Where the next page begins; absent after the last. */
  readonly next?: number;
}

export interface PageRequest {
  readonly from: number;
  readonly size: number;
  /** At most how many operations are looked at: with a filter, a page may be short, or empty. */
  readonly scanned: number;
  readonly matches: (operation: EmulatedOperation) => boolean;
}

/** The operations by name, and by collection in the order they were added. */
export class OperationStore {
  private readonly byName = new Map<string, EmulatedOperation>();
  private readonly byCollection = new Map<string, Entry[]>();
  private places = 0;

  constructor(
    private readonly now: () => number,
    private readonly random: () => number,
  ) {}

  add(spec: OperationSpec): EmulatedOperation {
    checkedSpec(spec);
    const now = this.now();
    const name = spec.name ?? `operations/${randomText(this.random, 20)}`;
    const known = this.byName.get(name);
    if (known !== undefined) {
      if (!known.isGone(now)) throw new Error(`there is an operation ${name} already`);
      this.forget(known);
    }
    const operation = new EmulatedOperation(name, spec, now);
    this.byName.set(name, operation);
    const entry = { place: this.places++, operation };
    const collection = collectionOf(name);
    const entries = this.byCollection.get(collection);
    if (entries === undefined) this.byCollection.set(collection, [entry]);
    else entries.push(entry);
    return operation;
  }

  /** Also one that is gone by now: see `EmulatedOperation.isGone`. */
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
      // The first that no longer fits is where the next page begins: no page is announced to be empty.
      if (operations.length === size) break;
      operations.push(operation);
    }
    const next = entries[index]?.place;
    return next === undefined ? { operations } : { operations, next };
  }

  private forget(operation: EmulatedOperation): void {
    const entries = this.byCollection.get(collectionOf(operation.name));
    const index = entries?.findIndex((entry) => entry.operation === operation) ?? -1;
    if (index >= 0) entries?.splice(index, 1);
  }
}

/** Places ascend, so the first entry at or after one is found by halving. */
function firstFrom(entries: readonly Entry[], place: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.place ?? Infinity) < place) low = middle + 1;
    else high = middle;
  }
  return low;
}
