import type { Deadline } from "../../common/deadline";
import type { OperationsClient } from "../../operations/client";
import { CallError, TimeLimitError } from "../../operations/errors";
import { isSettled } from "../../operations/outcome";
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
import { type Counts, matchedIn, runningIn, type Summary, unnamedAfter, unnamedAfterReads, unnamedIn } from "./summary";

/** How often a run lists, to find what was started while it was cancelling. */
const maxListings = 5;

/** How long a listing may take while a run waits, in milliseconds; then the operations are read one by one. */
const pollListingTimeout = 30_000;

/** How many operations that couldn't be cancelled or read are read once more at the end of a run. */
const maxRechecks = 100;

/** One run of a sweep: finds operations, cancels them and waits for their end. What it learns holds also when a method throws. */
export class Run {
  readonly ledger = new Ledger();
  requestTime: string | undefined;
  complete: boolean;
  unnamed: Counts;
  /** Whether a cancel was, or may have been, carried out. */
  mayHaveCancelled = false;
  private readonly acknowledged: ReadonlyMap<string, string>;
  /** The names that the state knows, by their form without the project, which a listing may name otherwise. */
  private readonly knownNames = new Map<string, string>();
  /** How many acknowledged operations have joined the ledger since the state was written. */
  private joined = 0;
  /** Why some operations could not be read, so that nothing is known of them. */
  private readError: string | undefined;
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
    for (const { name } of [...earlier.acknowledged, ...earlier.operations])
      this.knownNames.set(withoutProject(name), name);
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
    if (this.readError !== undefined) throw new StepError(this.readError);
    this.recount(running, "count");
  }

  /**
   * Sends the cancels: first it finds out how many there are to be, then it sends them, and lists again until a listing shows
   * nothing new. A cancel that an earlier run recorded as acknowledged isn't sent again.
   *
   * @throws {StepError} when more operations are found than `limit` allows; no cancel was sent then
   * @throws {StepError} when a listing fails, when the listings don't come to an end, or when an operation can't be read
   */
  async cancel(): Promise<void> {
    const { names } = this.settings.selection;
    this.complete = false;
    const found = names ? await this.findNamed(names) : await this.findListed();
    this.recount(found, found.size > this.settings.limit ? "count" : "join");
    this.assertWithinLimit(found.size);
    await this.sendAll(found);
    if (!names) await this.cancelNew();
    if (this.readError !== undefined) throw new StepError(this.readError);
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

  /** Reads once more what couldn't be cancelled or read: it may have ended meanwhile. */
  async recheck(): Promise<void> {
    const failed = [...this.ledger.all()].filter(
      ([, { outcome, failure }]) => failure !== undefined && !isSettled(outcome),
    );
    await this.each(
      failed.slice(0, maxRechecks).map(([name]) => name),
      async (name) => {
        const record = await this.readOperation(name).catch(() => undefined);
        if (record && isSettled(record.outcome)) this.ledger.record(name, record);
      },
    );
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
    if (names.length > this.settings.limit) return this.readRunning(names, "record");
    return new Set(names.filter((name) => this.isToBeCancelled(name)));
  }

  /** Lists what is to be cancelled. The listing also shows how operations ended that are waited for. */
  private async listRunning(): Promise<Set<string>> {
    const found = new Set<string>();
    const uncallable = new Map<string, string>();
    for await (const { operations, undecided } of this.listed(this.deadline)) {
      for (const { name, done } of undecided) {
        if (!done && !this.ledger.has(this.knownName(name))) {
          uncallable.set(name, "can't be matched: `match.name` takes too long for its name");
        }
      }
      for (const operation of operations) {
        const name = this.knownName(operation.name);
        const reason = operation.done ? undefined : uncallableReason(name);
        if (operation.done) {
          // A listing may show an operation twice, before and after its end.
          found.delete(name);
          this.observe({ ...operation, name });
        } else if (reason !== undefined) uncallable.set(name, reason);
        else if (this.isToBeCancelledNow(name)) found.add(name);
      }
    }
    this.ledger.setUncallable(uncallable);
    return found;
  }

  /**
   * Reads operations one by one, and returns those that run and are to be cancelled.
   *
   * @param ended whether to record how the others ended
   */
  private async readRunning(names: Iterable<string>, ended?: "record"): Promise<Set<string>> {
    const running = new Set<string>();
    await this.each(names, async (name) => {
      const record = await this.readOperation(name);
      const runs = record.outcome === "running" || record.outcome === "unsupported";
      if (runs && this.isToBeCancelled(name)) running.add(name);
      else if (!runs && ended === "record") this.ledger.record(name, record);
    });
    return running;
  }

  /**
   * Reads the operations of `names` that the state doesn't name, and returns those that run. Recounts the others.
   */
  private async readUnnamed(names: readonly string[]): Promise<Set<string>> {
    const unnamed = names.filter((name) => !this.ledger.has(name));
    const running = await this.readRunning(unnamed, "record");
    const read = unnamed.map((name) => ({ name, ...this.ledger.get(name) }));
    for (const { name, failure } of read) {
      if (failure === undefined) continue;
      // Another run may have counted it, with an outcome that isn't known here, so it stays counted and not named.
      this.readError ??= `${name}: ${failure.replace(`${name}: `, "")}`;
      this.ledger.remove(name);
    }
    const seen = read.filter(({ failure }) => failure === undefined).flatMap(({ outcome }) => outcome ?? []);
    const { counts, expired } = unnamedAfterReads(this.unnamed, seen, unnamed.length - seen.length - running.size);
    const missing = read.filter(({ outcome }) => outcome === "notFound").map(({ name }) => name);
    for (const name of missing.slice(0, expired)) this.ledger.remove(name);
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
    const isLast = this.deadline.passed;
    if (this.canList && missing.size > this.listedPages) {
      try {
        for await (const { operations } of this.listed(this.deadline.atMost(pollListingTimeout))) {
          for (const operation of operations) {
            const name = this.knownName(operation.name);
            missing.delete(name);
            this.observe({ ...operation, name });
          }
        }
      } catch (error) {
        if (!(error instanceof CallError || error instanceof StepError)) throw error;
        // Single reads may work where the listing doesn't. If they don't either, they tell why.
        this.canList = false;
      }
    }
    // A listing doesn't show what its filter leaves out once it is done, or what expired. In the last round a listing that is
    // out of date isn't enough.
    await this.each(isLast ? [...this.ledger.waiting] : missing, async (name) => {
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

  /** Whether an operation that a listing shows as running needs a cancel. */
  private isToBeCancelledNow(name: string): boolean {
    if (this.ledger.get(name)?.outcome === "notFound") {
      const isHandled = this.handled.has(name);
      this.ledger.add(name, { outcome: "running" });
      if (isHandled)
        this.ledger.fail(name, "the service answered NOT_FOUND to the cancel, and lists the operation as running");
    }
    return this.isToBeCancelled(name);
  }

  /** Whether an operation, if it runs, needs a cancel. One that was acknowledged under another selection joins the ledger. */
  private isToBeCancelled(name: string): boolean {
    if (this.handled.has(name)) return false;
    const entry = this.ledger.get(name);
    if (entry) {
      return entry.requestTime === undefined && !isSettled(entry.outcome) && !isSatisfied(entry.outcome, this.settings);
    }
    const requestTime = this.acknowledged.get(name);
    if (requestTime === undefined) return true;
    this.requestTime ??= requestTime;
    this.joined++;
    this.ledger.add(name, { outcome: "cancelling", requestTime });
    return false;
  }

  /** The name under which the state knows a listed operation. A service may name its project by ID or by number. */
  private knownName(name: string): string {
    if (!name.startsWith("projects/") || this.ledger.has(name)) return name;
    const known = this.knownNames.get(withoutProject(name));
    return known !== undefined && isSameOperation(known, name) ? known : name;
  }

  /**
   * Counts anew what the state doesn't name, when everything that runs was found.
   *
   * @param then whether the operations found join the ledger, or are only counted
   */
  private recount(found: ReadonlySet<string>, then: "join" | "count"): void {
    const unnamed = [...found].filter((name) => !this.ledger.has(name)).length;
    const others = this.ledger.uncallableCount + this.joined;
    // The ends of named operations were read, so those aren't unobserved.
    const unobserved = this.settings.selection.names === undefined;
    const seen = this.readError === undefined ? unnamed + others : Infinity;
    const named = others + (then === "join" ? unnamed : 0);
    this.unnamed = unnamedAfter(this.unnamed, { seen, named, unobserved }, this.settings);
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
    return this.each(
      names,
      async (name) => {
        this.handled.add(name);
        if (this.sent >= limit) {
          this.ledger.fail(name, `not cancelled: it started while the sweep ran, and exceeds the limit of ${limit}`);
        } else if (this.deadline.passed) {
          this.ledger.fail(name, `not cancelled: the ${allowance} of this step were over`);
        } else {
          this.sent++;
          const record = await requestCancel(initialRecord, this.target(name), this.settings.expect);
          this.requestTime ??= record.requestTime;
          this.mayHaveCancelled ||= record.requestTime !== undefined || record.mayHaveCancelled === true;
          // The limit is for operations that run.
          if (record.requestTime === undefined && record.outcome !== "unsupported") this.sent--;
          this.ledger.record(name, record);
        }
      },
      "not cancelled",
    );
  }

  /**
   * Does `work` for each operation, `concurrency` at a time; goes on when one fails.
   *
   * @param otherwise what to say of operations that the time is over for
   */
  private async each(
    names: Iterable<string>,
    work: (name: string) => Promise<void>,
    otherwise = "not read",
  ): Promise<void> {
    const queue = names[Symbol.iterator]();
    const allowance = formatDuration(this.deadline.allowance);
    const worker = async () => {
      for (let next = queue.next(); next.done !== true; next = queue.next()) {
        const name = next.value;
        try {
          if (!this.deadline.expired) await work(name);
          else if (!this.ledger.waiting.has(name) && this.ledger.get(name)?.failure === undefined) {
            this.ledger.fail(name, `${otherwise}: the ${allowance} of this step were over`);
          }
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

/** A name whose project is left out, as a key: two names of one operation have the same. */
function withoutProject(name: string): string {
  return name.replace(/^projects\/[^/]*\//, "projects/-/");
}
