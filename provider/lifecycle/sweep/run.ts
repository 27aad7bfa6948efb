import { type Deadline, type OperationsClient, pollInterval, sleep } from "../../operations";
import { formatDuration } from "../duration";
import { reasonOf, StepError, UnfinishedError } from "../errors";
import { watch } from "../progress";
import { look, requestCancel } from "../pursuit";
import { blank } from "../record";
import { Ledger } from "./ledger";
import { type Collection, pages } from "./listing";
import type { Report } from "./report";
import type { Settings } from "./settings";
import { type Summary, unsettledIn } from "./summary";

const running = { outcome: "running" } as const;

/** How often a sweep lists anew, to find what was started while it was cancelling. */
const maxPasses = 5;

/** A sweep at work. */
export class Run {
  /** What is known by now; holds also when a method threw. */
  readonly ledger = new Ledger();
  /** RFC 3339: when the first cancel was acknowledged. */
  requestTime: string | undefined;
  /** Whether any cancel was, or may have been, acknowledged. */
  touched = false;
  private readonly collection: Collection;
  private listedPages = 0;

  constructor(
    private readonly client: OperationsClient,
    private readonly settings: Settings,
    private readonly deadline: Deadline,
    private readonly report: Report,
  ) {
    this.collection = { client, name: settings.collection, selection: settings.selection, deadline };
  }

  /**
   * Counts what runs and is meant, and cancels nothing.
   *
   * @throws {StepError} when the service can't list
   */
  async count(): Promise<void> {
    const { names } = this.settings.selection;
    if (!names) {
      for await (const page of pages(this.collection)) {
        for (const { name, done } of page) if (!done) this.ledger.add(name, running);
      }
      return;
    }
    await this.each(new Set(names), async (name) => {
      const record = await look(blank, this.target(name));
      if (record.outcome === "running") this.ledger.add(name, running);
    });
  }

  /** Takes on the operations that an earlier run was acknowledged for: they are waited for, and not asked again. */
  resume({ operations, requestTime }: Summary): void {
    if (requestTime === undefined) return;
    for (const { name, outcome } of operations) {
      if (outcome === "cancelling") this.ledger.add(name, { outcome, requestTime });
    }
  }

  /** Reads once what an earlier run left unsettled: what the state names, and as many of the rest as still run. */
  async follow(earlier: Summary): Promise<void> {
    const unsettled = unsettledIn(earlier);
    if (unsettled === 0) return;
    const { requestTime } = earlier;
    const times = requestTime === undefined ? {} : { requestTime };
    const named = new Map(earlier.operations.map(({ name, outcome }) => [name, outcome]));
    for (const [name, outcome] of named) {
      if (outcome === "cancelling" || outcome === "running") this.ledger.add(name, { outcome, ...times });
    }
    let unnamed = unsettled - this.ledger.size;
    if (unnamed > 0) {
      const running = this.settings.selection.names ?? (await this.find());
      for (const name of running) {
        if (unnamed > 0 && !named.has(name)) {
          this.ledger.add(name, { outcome: "cancelling", ...times });
          unnamed--;
        }
      }
    }
    await this.read(new Set([...this.ledger.all()].map(([name]) => name)));
  }

  /**
   * Makes the cancel calls: first it finds out how many there are to be, then it cancels, and lists again until a listing
   * shows none that was not asked for.
   *
   * @throws {StepError} when more are meant than `limit` allows; no call was made then
   */
  async cancel(): Promise<void> {
    const { names } = this.settings.selection;
    if (names) {
      const distinct = new Set(names.filter((name) => !this.ledger.has(name)));
      this.hold(distinct.size);
      await this.ask(distinct);
      return;
    }
    const found = await this.find();
    this.hold(found.size);
    await this.ask(found);
    for (let pass = 2; pass <= maxPasses; pass++) {
      const more = await this.find();
      if (more.size === 0) return;
      const room = this.settings.limit - this.ledger.size;
      await this.ask(new Set([...more].slice(0, room)));
      if (more.size > room) {
        throw new StepError(
          `${this.settings.collection}: while the sweep was under way, more operations were started than its limit of ${this.settings.limit} allows; it stopped there.`,
        );
      }
    }
  }

  /** Waits until every operation that was asked for is settled, or the deadline has passed. */
  async settle(): Promise<void> {
    const start = performance.now();
    const stopWatching = watch(() => this.ledger.waiting.size);
    try {
      while (this.ledger.waiting.size > 0) {
        await this.poll();
        if (this.ledger.waiting.size === 0 || this.deadline.passed) break;
        const interval = pollInterval(performance.now() - start, Math.random());
        await sleep(Math.min(interval, this.deadline.remaining));
      }
    } finally {
      stopWatching();
    }
    for (const name of [...this.ledger.waiting]) {
      this.ledger.fail(name, `is still running ${formatDuration(this.deadline.allowance)} after this step began`);
    }
  }

  /** Writes what became of each operation, and closes the report. */
  async close(): Promise<void> {
    for (const [name, entry] of this.ledger.all()) this.report.write(name, entry);
    await this.report.close();
  }

  /** One round of reads: by pages of the listing, or one by one where that takes fewer calls. */
  private async poll(): Promise<void> {
    const missing = new Set(this.ledger.waiting);
    if (!this.settings.selection.names && missing.size > this.listedPages) {
      this.listedPages = 0;
      for await (const page of pages(this.collection)) {
        this.listedPages++;
        for (const operation of page) {
          if (missing.delete(operation.name)) this.ledger.observe(operation);
        }
      }
    }
    // What a filter leaves out once it is done, or what expired, is in no listing.
    await this.read(missing);
  }

  private read(names: ReadonlySet<string>): Promise<void> {
    return this.each(names, async (name) => {
      const known = { operation: {}, ...(this.ledger.get(name) ?? running) };
      this.ledger.record(name, await look(known, this.target(name)));
    });
  }

  /** What runs, is meant, and was not asked for in this run. */
  private async find(): Promise<Set<string>> {
    const found = new Set<string>();
    this.listedPages = 0;
    for await (const page of pages(this.collection)) {
      this.listedPages++;
      for (const { name, done } of page) if (!done && !this.ledger.has(name)) found.add(name);
    }
    return found;
  }

  private hold(count: number): void {
    const { limit, collection } = this.settings;
    if (count <= limit) return;
    throw new StepError(
      `${collection}: ${count} operations match, and \`limit\` is ${limit}. Nothing was cancelled. Narrow the selection, or raise the limit.`,
    );
  }

  private ask(names: ReadonlySet<string>): Promise<void> {
    return this.each(names, async (name) => {
      const record = await requestCancel(blank, this.target(name));
      this.requestTime ??= record.requestTime;
      this.touched ||= record.requestTime !== undefined;
      this.ledger.record(name, record);
    });
  }

  /** Does `work` for each operation, `concurrency` at a time; goes on when one fails. */
  private async each(names: ReadonlySet<string>, work: (name: string) => Promise<void>): Promise<void> {
    const queue = names.values();
    const worker = async () => {
      for (const name of queue) {
        try {
          await work(name);
        } catch (error) {
          this.touched ||= error instanceof UnfinishedError;
          this.ledger.fail(name, reasonOf(error));
        }
      }
    };
    await Promise.all(Array.from({ length: this.settings.concurrency }, worker));
  }

  private target(name: string) {
    return { client: this.client, name, deadline: this.deadline };
  }
}
