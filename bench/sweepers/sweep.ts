/** Cancels the running operations of an endpoint. Each compared client has one such function. */
export type Sweep = (options: SweepOptions) => Promise<void>;

export interface SweepOptions {
  readonly endpoint: string;
  readonly waitFor: "accepted" | "settled";
  /** The maximum number of calls in flight. */
  readonly concurrency: number;
  /** A service account key as JSON, for an endpoint that requires an access token. */
  readonly credentials?: string;
}

export type SweeperName = "product" | "axiosPool" | "gax";

/** The functions of a sweeper's process. */
export interface SweeperFunctions {
  sweep(name: SweeperName, options: SweepOptions): Promise<SweepCost>;
}

export interface SweepCost {
  readonly seconds: number;
  /** The peak memory of the process above its memory before the sweep, in MB, including memory that it has freed. */
  readonly megabytes: number;
  /** The maximum number of connections open at the same time. */
  readonly sockets: number;
}

/** Runs `work` for each item, with at most `concurrency` items at a time. */
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
