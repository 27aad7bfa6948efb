import { type Deadline, isSettled, type OperationsClient, type Outcome, pollInterval, sleep } from "../../operations";
import { formatDuration } from "../duration";
import { reasonOf, StepError, UnfinishedError } from "../errors";
import { isMet } from "../expectation";
import { watch } from "../progress";
import { look, requestCancel } from "../pursuit";
import { blank } from "../record";
import { Ledger } from "./ledger";
import { CannotListError, type Collection, pages } from "./listing";
import type { Report } from "./report";
import type { Settings } from "./settings";
import { matchedIn, type Summary, unnamedIn, unsettledOutcomes } from "./summary";

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
  /** Whether the listings of the last sweep came to their end, so that nothing is left that was not asked for. */
  complete: boolean;
  /** Operations that an earlier run got no acknowledgement for: they may be asked for again, once. */
  private readonly again = new Set<string>();
  private readonly collection: Collection;
  private asked = 0;
  private canList: boolean;
  private listedPages = 0;

  constructor(
    private readonly client: OperationsClient,
    private readonly settings: Settings,
    private readonly deadline: Deadline,
    private readonly report: Report,
    private readonly earlier: Summary,
  ) {
    this.collection = { client, name: settings.collection, selection: settings.selection, deadline };
    this.canList = settings.selection.names === undefined;
    this.complete = earlier.incomplete !== true;
    for (const { name, outcome } of earlier.operations) this.takeOn(name, outcome);
  }

  /**
   * Counts what runs and is meant, and cancels nothing.
   *
   * @throws {StepError} when the service can't list
   */
  async count(): Promise<void> {
    for (const name of await this.find()) this.ledger.add(name, { outcome: "running" });
  }

  /** Reads once what an earlier run left unsettled: what the state names, and as many of the rest as still run. */
  async follow(): Promise<void> {
    const named = this.open();
    const unnamed = unnamedIn(this.earlier);
    const rest = unsettledOutcomes.flatMap((outcome) => new Array<typeof outcome>(unnamed[outcome] ?? 0).fill(outcome));
    if (rest.length > 0) {
      const found = [...(await this.find())].slice(0, rest.length);
      found.forEach((name, index) => {
        this.takeOn(name, rest[index] ?? "running");
      });
    }
    await this.read(named);
  }

  /**
   * Makes the cancel calls: first it finds out how many there are to be, then it cancels, and lists again until a listing
   * shows none that was not asked for. What an earlier run was acknowledged for is not asked for again.
   *
   * @throws {StepError} when more are meant than `limit` allows; no call was made then
   * @throws {StepError} when the service can't list
   */
  async cancel(): Promise<void> {
    const { names } = this.settings.selection;
    this.complete = false;
    await this.lookAgain();
    const found = names && matchedIn(this.earlier) === 0 ? new Set(names) : await this.find();
    this.hold(found.size);
    await this.ask(found);
    for (let pass = 2; pass <= maxPasses && !this.deadline.passed; pass++) {
      const more = await this.find();
      if (more.size === 0) break;
      await this.ask(more);
    }
    this.complete = true;
  }

  /** Waits until every operation that was asked for is settled, or the deadline has passed. */
  async settle(): Promise<void> {
    const { waiting } = this.ledger;
    const start = performance.now();
    const stopWatching = watch(() => waiting.size);
    try {
      while (waiting.size > 0) {
        await this.poll();
        if (waiting.size === 0 || this.deadline.passed) break;
        const interval = pollInterval(performance.now() - start, Math.random());
        // Cut short at the deadline, for one last round.
        await sleep(Math.min(interval, this.deadline.remaining));
      }
    } finally {
      stopWatching();
    }
    for (const name of [...waiting]) {
      this.ledger.fail(name, `still running ${formatDuration(this.deadline.allowance)} after this step began`);
    }
  }

  /** Writes what became of each operation, and closes the report. */
  async close(): Promise<void> {
    for (const [name, entry] of this.ledger.all()) {
      const wasSettledBefore = isSettled(entry.outcome) && entry.settleTime === undefined;
      if (!wasSettledBefore) this.report.write(name, entry);
    }
    await this.report.close();
  }

  /** One round of reads: by pages of the listing, or one by one where that takes fewer calls. */
  private async poll(): Promise<void> {
    const missing = new Set(this.ledger.waiting);
    if (this.canList && missing.size > this.listedPages) {
      try {
        for await (const page of this.listed()) {
          for (const operation of page) if (missing.delete(operation.name)) this.ledger.observe(operation);
        }
      } catch (error) {
        if (!(error instanceof CannotListError)) throw error;
        this.canList = false;
      }
    }
    // What a filter leaves out once it is done, or what expired, is in no listing.
    await this.read(missing);
  }

  /** An operation as the earlier run left it. */
  private takeOn(name: string, outcome: Outcome): void {
    const { requestTime } = this.earlier;
    const wasAcknowledged = outcome === "cancelling" && requestTime !== undefined;
    this.ledger.add(name, { outcome, ...(wasAcknowledged ? { requestTime } : {}) });
  }

  /** Learns what became of the operations that an earlier run got no acknowledgement for. */
  private async lookAgain(): Promise<void> {
    const open = this.open().filter((name) => !this.ledger.waiting.has(name) && !this.isMet(name));
    await this.read(open);
    for (const name of open) {
      const { outcome, failure } = this.ledger.get(name) ?? {};
      if (failure === undefined && (outcome === "running" || outcome === "unsupported")) this.again.add(name);
    }
  }

  /** The operations of the ledger that are not settled. */
  private open(): string[] {
    return [...this.ledger.all()].filter(([, { outcome }]) => !isSettled(outcome)).map(([name]) => name);
  }

  private isMet(name: string): boolean {
    const { outcome = "running" } = this.ledger.get(name) ?? {};
    return isMet(outcome, this.settings);
  }

  private read(names: Iterable<string>): Promise<void> {
    return this.each(names, async (name) => {
      const known = { operation: {}, ...(this.ledger.get(name) ?? blank) };
      this.ledger.record(name, await look(known, this.target(name)));
    });
  }

  /** What runs, is meant, and was not asked for yet. */
  private async find(): Promise<Set<string>> {
    const found = new Set<string>();
    const isNew = (name: string) => !this.ledger.has(name) || this.again.has(name);
    const waits = this.settings.waitFor === "settled";
    const { names } = this.settings.selection;
    if (!names) {
      for await (const page of this.listed()) {
        for (const operation of page) {
          const { name, done } = operation;
          if (!done && isNew(name)) found.add(name);
          // The wait is spared a listing of what settles at once.
          else if (waits && this.ledger.waiting.has(name)) this.ledger.observe(operation);
        }
      }
      return found;
    }
    await this.each(new Set(names.filter(isNew)), async (name) => {
      if ((await look(blank, this.target(name))).outcome === "running") found.add(name);
    });
    return found;
  }

  private async *listed() {
    this.listedPages = 0;
    for await (const page of pages(this.collection)) {
      this.listedPages++;
      yield page;
    }
  }

  private hold(count: number): void {
    const { limit, collection } = this.settings;
    if (count <= limit) return;
    throw new StepError(
      `${collection}: ${count} operations match, and \`limit\` is ${limit}. Nothing was cancelled. Narrow the selection, or raise the limit.`,
    );
  }

  private ask(names: ReadonlySet<string>): Promise<void> {
    const { limit } = this.settings;
    return this.each(names, async (name) => {
      this.again.delete(name);
      if (this.asked >= limit) {
        this.ledger.fail(
          name,
          `not cancelled: it came while the sweep was under way, and was beyond its limit of ${limit}`,
        );
      } else if (this.deadline.passed) {
        this.ledger.fail(name, `not cancelled: the ${formatDuration(this.deadline.allowance)} of this step were over`);
      } else {
        this.asked++;
        const record = await requestCancel(blank, this.target(name));
        this.requestTime ??= record.requestTime;
        this.touched ||= record.requestTime !== undefined;
        this.ledger.record(name, record);
      }
    });
  }

  /** Does `work` for each operation, `concurrency` at a time; goes on when one fails. */
  private async each(names: Iterable<string>, work: (name: string) => Promise<void>): Promise<void> {
    const queue = names[Symbol.iterator]();
    const worker = async () => {
      for (let next = queue.next(); next.done !== true; next = queue.next()) {
        const name = next.value;
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
