/** Cancels whatever runs at an endpoint; every way to do it that is compared is one of these. */
export type Sweep = (options: SweepOptions) => Promise<void>;

export interface SweepOptions {
  readonly endpoint: string;
  readonly waitFor: "accepted" | "settled";
  /** Calls in flight. */
  readonly concurrency: number;
  /** A service account's key as JSON, where the endpoint lets in only who has a token. */
  readonly credentials?: string;
}

/** Does `work` for each item, so many at a time. */
export async function pool<Item>(
  items: Iterable<Item>,
  concurrency: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
