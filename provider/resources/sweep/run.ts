import type { Deadline } from "../../common/deadline";
import type { OperationsClient } from "../../operations/client";
import { CallError, TimeLimitError } from "../../operations/errors";
import { isSettled, settledOutcomes } from "../../operations/outcome";
import { poll } from "../../operations/poll";
import { isSameOperation } from "../../operations/resourceName";
import type { Operation } from "../../operations/response";
import { formatDuration } from "../inputs/duration";
import { reasonOf, StepError, UnfinishedError } from "../errors";
import { isSatisfied } from "../expectation";
import { showProgress } from "../progress";
import { readOperation, requestCancel } from "../cancelOperation";
import { initialRecord, type CancellationRecord } from "../state/record";
import { Ledger, uncallableReason } from "./ledger";
import { listPages } from "./listing";
import type { Report } from "./report";
import type { SweepSettings } from "./inputs";
import { type Counted, type Counts, matchedIn, runningIn, type Summary, unnamedAfter, unnamedIn } from "./summary";

/** How often a run lists, to find what was started while it was cancelling. */
const maxListings = 5;

/** How long a listing may take while a run waits, in milliseconds; then the operations are read one by one. */
const pollListingTimeout = 30_000;

/** One run of a sweep: finds operations, cancels them and waits for their end. What it learns holds also when a method throws. */
export class Run {
  readonly ledger = new Ledger();
  requestTime: string | undefined;
  complete: boolean;
  unnamed: Counts;
  /** Whether a cancel was, or may have been, carried out. */
  mayHaveCancelled = false;
  private readonly acknowledged: ReadonlyMap<string, string>;
  /** The operations for which this run has sent a cancel, or has refused to. */
  private readonly handled = new Set<string>();
  private sent = 0;
  private canList: boolean;
  private listedPages = 0;

  constructor(
    private readonly client: OperationsClient,
    private readonly settings: SweepSettings,
    private readonly deadline: Deadline,
    private readonly report: Report,
    private readonly earlier: Summary,
  ) {
    this.canList = settings.selection.names === undefined;
    this.complete = earlier.incomplete !== true;
    this.unnamed = unnamedIn(earlier);
    this.acknowledged = new Map(earlier.acknowledged.map(({ name, requestTime }) => [name, requestTime]));
    for (const { name, outcome } of earlier.operations) {
      const { requestTime } = earlier;
      const isAcknowledged = outcome === "cancelling" && requestTime !== undefined;
      if (isAcknowledged) this.ledger.add(name, { outcome, requestTime });
      else this.ledger.add(name, { outcome: outcome === "cancelling" ? "running" : outcome });
    }
  }

  /**
   * Counts the operations that run and that the selection means, without cancelling any.
   *
   * @throws {StepError} when the service can't list
   */
  async count(): Promise<void> {
    const { names } = this.settings.selection;
    const running = names ? await this.readRunning(names) : await this.listRunning();
    for (const name of running) this.ledger.add(name, { outcome: "running" });
  }

  /**
   * Reads what an earlier run left unsettled, once. It sees how the operations end that the state names. Of the others it sees
   * only how many still run.
   *
   * @throws {StepError} when the service can't list
   */
  async refresh(): Promise<void> {
    const open = [...this.ledger.all()].filter(([, { outcome }]) => !isSettled(outcome)).map(([name]) => name);
    await this.read(open);
    if (runningIn(this.unnamed) === 0) return;
    const { names } = this.settings.selection;
    const running = names ? await this.readUnnamed(names) : await this.listRunning();
    this.recount(running, 0);
  }

  /**
   * Sends the cancels: first it finds out how many there are to be, then it sends them, and lists again until a listing shows
   * nothing new. A cancel that an earlier run recorded as acknowledged isn't sent again.
   *
   * @throws {StepError} when more operations are found than `limit` allows; no cancel was sent then
   * @throws {StepError} when a listing fails, or when the listings don't come to an end
   */
  async cancel(): Promise<void> {
    const { names } = this.settings.selection;
    this.complete = false;
    const found = names ? await this.findNamed(names) : await this.findListed();
    this.recount(found, found.size > this.settings.limit ? 0 : found.size);
    this.assertWithinLimit(found.size);
    await this.sendAll(found);
    if (!names) await this.cancelNew();
    this.complete = true;
  }

  /** Waits until every operation with an acknowledged cancel has settled, or until the deadline. */
  async wait(): Promise<void> {
    const { waiting } = this.ledger;
    const round = async () => {
      if (waiting.size > 0) await this.readWaiting();
      return { done: waiting.size === 0 };
    };
    const stopProgress = showProgress(() => waiting.size);
    try {
      await poll(round, this.deadline);
    } finally {
      stopProgress();
    }
    for (const name of [...waiting]) {
      this.ledger.fail(name, `still running ${formatDuration(this.deadline.allowance)} after this step began`);
    }
  }

  /**
   * Writes the report.
   *
   * @throws {StepError} when it can't be written
   */
  async close(): Promise<void> {
    const { unreported } = this.earlier;
    for (const [name, entry] of this.ledger.all()) {
      const isReported = isSettled(entry.outcome) && entry.settleTime === undefined && unreported !== true;
      if (!isReported) this.report.write({ name, ...entry });
    }
    for (const { name, failure } of this.ledger.allUncallable()) {
      this.report.write({ name, outcome: "running", failure });
    }
    if (unreported === true) this.report.writeUnnamed(this.unnamed);
    await this.report.close();
  }

  /** Lists on until a listing shows nothing new. */
  private async cancelNew(): Promise<void> {
    const { collection } = this.settings;
    for (let listing = 2; listing <= maxListings; listing++) {
      if (this.deadline.passed) {
        throw new StepError(
          `${collection}: the ${formatDuration(this.deadline.allowance)} of this step were over before a listing confirmed that nothing is left to cancel. ` +
            "Run `pulumi up` again; to allow more time, set `customTimeouts`.",
        );
      }
      const found = await this.listRunning();
      if (found.size === 0) return;
      await this.sendAll(found);
    }
    throw new StepError(
      `${collection}: operations start as fast as they are cancelled: each of ${maxListings} listings showed new ones. ` +
        "Stop what starts them, and run `pulumi up` again.",
    );
  }

  /** Finds in a listing what is to be cancelled, and reads what the state names and the listing doesn't show. */
  private async findListed(): Promise<Set<string>> {
    const found = await this.listRunning();
    const missing = this.unacknowledged().filter((name) => !found.has(name));
    for (const name of await this.readRunning(missing, "record")) found.add(name);
    return found;
  }

  /** Finds which of the named operations are to be cancelled. */
  private async findNamed(names: readonly string[]): Promise<Set<string>> {
    const unacknowledged = this.unacknowledged();
    if (matchedIn(this.earlier) > 0) {
      const running = await this.readUnnamed(names);
      for (const name of await this.readRunning(unacknowledged, "record")) running.add(name);
      return running;
    }
    // The answer to a cancel tells that an operation has ended, so reads are needed only where the limit may be exceeded.
    if (new Set(names).size > this.settings.limit) return this.readRunning(names, "record");
    return new Set(names.filter((name) => this.isToBeCancelled(name)));
  }

  /** Lists what is to be cancelled. The listing also shows how operations ended that are waited for. */
  private async listRunning(): Promise<Set<string>> {
    const found = new Set<string>();
    const uncallable = new Map<string, string>();
    for await (const { operations, undecided } of this.listed(this.deadline)) {
      for (const { name, done } of undecided) {
        if (!done) uncallable.set(name, "can't be matched: `match.name` takes too long for its name");
      }
      for (const operation of operations) {
        const { name, done } = operation;
        const reason = done ? undefined : uncallableReason(name);
        if (done) this.observe(operation);
        else if (reason !== undefined) uncallable.set(name, reason);
        else if (this.isToBeCancelled(name)) found.add(name);
      }
    }
    for (const [name, reason] of uncallable) this.ledger.addUncallable(name, reason);
    return found;
  }

  /**
   * Reads operations one by one, and returns those that run and are to be cancelled.
   *
   * @param ended whether to record how the others ended
   */
  private async readRunning(names: Iterable<string>, ended?: "record"): Promise<Set<string>> {
    const running = new Set<string>();
    await this.each(new Set(names), async (name) => {
      const record = await this.readOperation(name);
      const runs = record.outcome === "running" || record.outcome === "unsupported";
      if (runs && this.isToBeCancelled(name)) running.add(name);
      else if (!runs && ended === "record") this.ledger.record(name, record);
    });
    return running;
  }

  /**
   * Reads the operations of `names` that the state doesn't name, and returns those that run. An operation that an earlier run
   * saw settle may have expired since: then its count is kept, and it doesn't count as `notFound`.
   *
   * @throws {StepError} when one can't be read: then it isn't known which of them are counted already
   */
  private async readUnnamed(names: readonly string[]): Promise<Set<string>> {
    const unnamed = new Set(names.filter((name) => !this.ledger.has(name)));
    const running = await this.readRunning(unnamed, "record");
    const read = [...unnamed].map((name) => ({ name, ...this.ledger.get(name) }));
    const failed = read.find(({ failure }) => failure !== undefined);
    if (failed) {
      for (const { name } of read) this.ledger.remove(name);
      throw new StepError(failed.failure ?? failed.name);
    }
    const expired = read.filter(({ outcome }) => outcome === "notFound").map(({ name }) => name);
    const counts: Partial<Record<Counted, number>> = { ...this.unnamed };
    for (const outcome of [...settledOutcomes, "unobserved", "notFound"] as const) {
      const unread = (counts[outcome] ?? 0) - read.filter((one) => one.outcome === outcome).length;
      const kept = outcome === "notFound" ? [] : expired.splice(0, Math.max(0, unread));
      for (const name of kept) this.ledger.remove(name);
      counts[outcome] = kept.length;
    }
    this.unnamed = counts;
    return running;
  }

  private read(names: Iterable<string>): Promise<void> {
    return this.each(names, async (name) => {
      this.ledger.record(name, await this.readOperation(name));
    });
  }

  private readOperation(name: string): Promise<CancellationRecord> {
    return readOperation({ operation: {}, ...(this.ledger.get(name) ?? initialRecord) }, this.target(name));
  }

  private observe(operation: Operation): void {
    // With waitFor "accepted" an acknowledgement is enough, and how the operation ends is not looked at.
    const isWaitedFor = this.settings.waitFor === "settled" || !this.ledger.waiting.has(operation.name);
    if (isWaitedFor) this.ledger.observe(operation);
  }

  /** One round of reads: by pages of the listing, or one by one where that takes fewer calls. */
  private async readWaiting(): Promise<void> {
    const missing = new Set(this.ledger.waiting);
    if (this.canList && missing.size > this.listedPages) {
      try {
        for await (const { operations } of this.listed(this.deadline.atMost(pollListingTimeout))) {
          for (const operation of operations) if (missing.delete(operation.name)) this.ledger.observe(operation);
        }
      } catch (error) {
        if (!(error instanceof CallError || error instanceof StepError)) throw error;
        // Single reads may work where the listing doesn't. If they don't either, they tell why.
        this.canList = false;
      }
    }
    // A listing doesn't show what its filter leaves out once it is done, or what expired.
    await this.each(missing, async (name) => {
      if (this.deadline.expired) return;
      try {
        this.ledger.record(name, await this.readOperation(name));
      } catch (error) {
        if (!(error instanceof TimeLimitError)) throw error;
      }
    });
  }

  private async *listed(deadline: Deadline) {
    const { collection, selection } = this.settings;
    this.listedPages = 0;
    for await (const page of listPages({ client: this.client, name: collection, selection, deadline })) {
      this.listedPages++;
      yield page;
    }
  }

  /** The operations that the state names, for which no cancel was acknowledged and one is needed. */
  private unacknowledged(): string[] {
    return [...this.ledger.all()].map(([name]) => name).filter((name) => this.isToBeCancelled(name));
  }

  /** Whether an operation, if it runs, needs a cancel. One that was acknowledged under another selection joins the ledger. */
  private isToBeCancelled(name: string): boolean {
    if (this.handled.has(name)) return false;
    const entry = this.ledger.get(name);
    if (entry)
      return entry.requestTime === undefined && !isSettled(entry.outcome) && !isSatisfied(entry.outcome, this.settings);
    const requestTime = this.acknowledgedUnder(name);
    if (requestTime === undefined) return true;
    this.requestTime ??= requestTime;
    this.ledger.add(name, { outcome: "cancelling", requestTime });
    return false;
  }

  /** When a cancel was acknowledged under another selection, which may have named the project otherwise. */
  private acknowledgedUnder(name: string): string | undefined {
    if (!name.startsWith("projects/")) return this.acknowledged.get(name);
    for (const [known, requestTime] of this.acknowledged) if (isSameOperation(known, name)) return requestTime;
    return undefined;
  }

  /** Counts anew what the state doesn't name, when everything that runs was found. `sent` of it join the ledger. */
  private recount(found: ReadonlySet<string>, sent: number): void {
    const { uncallableCount } = this.ledger;
    const unnamed = [...found].filter((name) => !this.ledger.has(name)).length;
    const named = Math.min(unnamed, sent) + uncallableCount;
    // The ends of named operations were read, so those aren't unobserved.
    const unobserved = this.settings.selection.names === undefined;
    this.unnamed = unnamedAfter(this.unnamed, { seen: unnamed + uncallableCount, named, unobserved }, this.settings);
  }

  private assertWithinLimit(count: number): void {
    const { limit, collection } = this.settings;
    if (count <= limit) return;
    throw new StepError(
      `${collection}: ${count} operations match, and \`limit\` is ${limit}. Nothing was cancelled. Narrow the selection, or raise the limit.`,
    );
  }

  private sendAll(names: ReadonlySet<string>): Promise<void> {
    const { limit } = this.settings;
    const allowance = formatDuration(this.deadline.allowance);
    return this.each(names, async (name) => {
      this.handled.add(name);
      if (this.sent >= limit) {
        this.ledger.fail(name, `not cancelled: it started while the sweep ran, and exceeds the limit of ${limit}`);
      } else if (this.deadline.passed) {
        this.ledger.fail(name, `not cancelled: the ${allowance} of this step were over`);
      } else {
        this.sent++;
        const record = await requestCancel(initialRecord, this.target(name), this.settings.expect);
        this.requestTime ??= record.requestTime;
        this.mayHaveCancelled ||= record.requestTime !== undefined;
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
          this.mayHaveCancelled ||= error instanceof UnfinishedError;
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
