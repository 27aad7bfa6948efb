import { isDeepStrictEqual } from "node:util";
import type { Deadline } from "../../common/deadline";
import type { OperationsClient } from "../../operations/client";
import { CallError, InterruptedError, NoListenerError, TimeLimitError } from "../../operations/errors";
import { isSettled } from "../../operations/outcome";
import { poll } from "../../operations/poll";
import { isSameOperation } from "../../operations/resourceName";
import type { Operation } from "../../operations/response";
import { formatDuration } from "../inputs/duration";
import { timeoutToRaise } from "../inputs/schema";
import { reasonOf, StepError, UnfinishedError } from "../errors";
import { isSatisfied } from "../expectation";
import { type Display, showWait } from "../progress";
import type { Report } from "../report";
import { readOperation, requestCancel } from "../cancelOperation";
import { initialRecord, type CancellationRecord } from "../state/record";
import { Ledger, uncallableReason } from "./ledger";
import { describeListing, listPages } from "./listing";
import type { SweepSettings } from "./inputs";
import { type Counts, matchedIn, runningIn, type Summary, unnamedAfter, unnamedAfterReads, unnamedIn } from "./summary";

/** How many listings a run makes at most, to find what started while it was cancelling. */
const maxListings = 5;

/**
 * How long a listing may take while a run waits, in milliseconds. After that, the run reads the operations one by one.
 */
const pollListingTimeout = 30_000;

/** How many operations that couldn't be cancelled or read the run reads once more at its end. */
const maxRechecks = 100;

/**
 * One run of a sweep. Finds operations, cancels them and waits for their end. Its results are valid also after a method
 * throws.
 */
export class Run {
  readonly ledger = new Ledger();
  requestTime: string | undefined;
  complete: boolean;
  unnamed: Counts;
  /** Whether a cancel was, or may have been, carried out. */
  mayHaveCancelled = false;
  private readonly acknowledged: ReadonlyMap<string, string>;
  /** The names in the state. The key leaves out the project, which a listing may name differently. */
  private readonly knownNames = new Map<string, string>();
  /** How many operations acknowledged under another selection have joined the ledger in this run. */
  private joined = 0;
  /** Why some operations couldn't be read. Their outcomes aren't known. */
  private readError: string | undefined;
  /** The operations for which this run has sent a cancel, or has decided not to. */
  private readonly handled = new Set<string>();
  private sent = 0;
  private canList: boolean;
  private listedPages = 0;
  /** The error of an operation, if nothing listens at the host. */
  noListener: NoListenerError | undefined;
  /** Describes how far the run is. */
  private describeProgress: () => string | undefined = () => undefined;
  private isWaiting = false;

  constructor(
    private readonly client: OperationsClient,
    private readonly settings: SweepSettings,
    private readonly deadline: Deadline,
    private readonly report: Report,
    private readonly earlier: Summary,
    private readonly display: Display,
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

  /** A line that says how far the run is, or `undefined` while another line says that. */
  get progress(): string | undefined {
    return this.isWaiting ? undefined : this.describeProgress();
  }

  /**
   * Counts the selected operations that are running, and cancels none. Returns those that need a cancel.
   *
   * @throws {StepError} if the service can't list
   */
  async count(): Promise<ReadonlySet<string>> {
    const { names } = this.settings.selection;
    const running = names ? await this.readRunning(names) : await this.listRunning();
    for (const name of running) this.ledger.add(name, { outcome: "running" });
    return running;
  }

  /**
   * Reads once what an earlier run left unsettled. Records how the operations ended that the state names. Of the
   * others, records only how many are still running.
   *
   * @throws {StepError} if the service can't list, or if an operation can't be read
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
   * Sends the cancels. Counts the operations first, then sends the cancels, and lists again until a listing shows
   * nothing new. Doesn't send a cancel again that an earlier run recorded as acknowledged.
   *
   * @throws {StepError} before any cancel, if more operations match than `limit` allows
   * @throws {StepError} if a listing fails, if the listings don't end, or if an operation can't be read
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
    const total = waiting.size;
    this.isWaiting = true;
    const stopShowing = showWait(this.display, {
      since: this.deadline.start,
      count: () => waiting.size,
      describe: () => `Waiting for ${waiting.size} of ${total} operations to settle.`,
    });
    try {
      await poll(round, this.deadline);
    } finally {
      stopShowing();
      this.isWaiting = false;
    }
    for (const name of [...waiting]) {
      const { interrupted, allowance } = this.deadline;
      const time = interrupted
        ? "when the deployment was interrupted"
        : `${formatDuration(allowance)} after this step began`;
      this.ledger.fail(name, `still running ${time}`);
    }
  }

  /** Reads operations once more that couldn't be cancelled or read, because they may have ended meanwhile. */
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
   * @throws {StepError} if it can't be written
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

  /**
   * Writes the outcomes that a refresh found changed to the report, unless its preview has written them. Doesn't open the
   * report if there are none.
   *
   * @throws {StepError} if it can't be written
   */
  async closeAfterRefresh(): Promise<void> {
    // The next `pulumi up` writes everything.
    if (this.earlier.unreported === true) return;
    const before = new Map(this.earlier.operations.map(({ name, outcome }) => [name, outcome]));
    for (const [name, entry] of this.ledger.all()) {
      if (entry.outcome !== before.get(name)) this.report.writeChanged({ name, ...entry });
    }
    if (!isDeepStrictEqual(this.unnamed, unnamedIn(this.earlier))) this.report.writeUnnamedChanged(this.unnamed);
    await this.report.close();
  }

  /** Lists again, and cancels what is new, until a listing shows nothing new. */
  private async cancelNew(): Promise<void> {
    const { collection, cancelOn } = this.settings;
    for (let listing = 2; listing <= maxListings; listing++) {
      if (this.deadline.passed) {
        throw new StepError(
          `${collection}: ${this.end} before a listing confirmed that nothing is left to cancel. Run again.` +
            (this.deadline.interrupted ? "" : ` To allow more time, set ${timeoutToRaise(cancelOn)}.`),
        );
      }
      const found = await this.listRunning();
      if (found.size === 0) return;
      await this.sendAll(found);
    }
    throw new StepError(
      `${collection}: operations start as fast as the sweep cancels them. Each of ${maxListings} listings showed new ones. ` +
        "Stop what starts them, and run again.",
    );
  }

  /**
   * Finds in a listing which operations to cancel, and reads those that the state names and the listing doesn't show.
   */
  private async findListed(): Promise<Set<string>> {
    const found = await this.listRunning();
    const missing = this.unacknowledged().filter((name) => !found.has(name));
    for (const name of await this.readRunning(missing, "record")) found.add(name);
    return found;
  }

  /** Finds which of the named operations to cancel. */
  private async findNamed(names: readonly string[]): Promise<Set<string>> {
    const unacknowledged = this.unacknowledged();
    if (matchedIn(this.earlier) > 0) {
      const running = await this.readUnnamed(names);
      for (const name of await this.readRunning(unacknowledged, "record")) running.add(name);
      return running;
    }
    // The response to a cancel shows whether an operation has ended, so reads are necessary only if the limit may be
    // exceeded.
    if (names.length > this.settings.limit) return this.readRunning(names, "record");
    return new Set(names.filter((name) => this.isToBeCancelled(name)));
  }

  /** Lists the operations to cancel. Also records how operations ended that the run waits for. */
  private async listRunning(): Promise<Set<string>> {
    const found = new Set<string>();
    const uncallable = new Map<string, string>();
    let matching = 0;
    this.describeProgress = () => describeListing(this.settings.collection, this.listedPages, matching);
    for await (const { operations, undecided } of this.listed(this.deadline)) {
      for (const { name, done } of undecided) {
        if (!done && !this.ledger.has(this.knownName(name))) {
          uncallable.set(name, "can't be matched: `match.name` takes too long for its name");
        }
      }
      matching += operations.length;
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
   * Reads operations one by one, and returns those that are running and need a cancel.
   *
   * @param ended whether to record how the others ended
   */
  private async readRunning(names: readonly string[], ended?: "record"): Promise<Set<string>> {
    const running = new Set<string>();
    const read = async (name: string) => {
      const record = await this.readOperation(name);
      const runs = record.outcome === "running" || record.outcome === "unsupported";
      if (runs && this.isToBeCancelled(name)) running.add(name);
      else if (!runs && ended === "record") this.ledger.record(name, record);
    };
    await this.each(names, read);
    return running;
  }

  /**
   * Reads the operations of `names` that the state doesn't name, and returns those that are running. Recounts the
   * others.
   */
  private async readUnnamed(names: readonly string[]): Promise<Set<string>> {
    const unnamed = names.filter((name) => !this.ledger.has(name));
    const running = await this.readRunning(unnamed, "record");
    const read = unnamed.map((name) => ({ name, ...this.ledger.get(name) }));
    for (const { name, failure } of read) {
      if (failure === undefined) continue;
      // Another run may have counted it with an outcome that isn't known here, so it stays counted and unnamed.
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

  private read(names: readonly string[]): Promise<void> {
    const read = async (name: string) => {
      this.ledger.record(name, await this.readOperation(name));
    };
    return this.each(names, read);
  }

  private readOperation(name: string): Promise<CancellationRecord> {
    return readOperation({ operation: {}, ...(this.ledger.get(name) ?? initialRecord) }, this.target(name));
  }

  private observe(operation: Operation): void {
    // With waitFor "accepted" an acknowledgement is enough, and the run doesn't record how the operation ends.
    const isWaitedFor = this.settings.waitFor === "settled" || !this.ledger.waiting.has(operation.name);
    if (isWaitedFor) this.ledger.observe(operation);
  }

  /** Reads the operations that the run waits for: by a listing, or one by one if that takes fewer calls. */
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
        // Single reads may work if the listing doesn't. If they fail too, their errors say why.
        this.canList = false;
      }
    }
    // A listing doesn't show an operation that expired, or that the filter excludes after its end. In the last round a
    // listing isn't enough, because it may be out of date.
    await this.each(isLast ? [...this.ledger.waiting] : missing, async (name) => {
      try {
        this.ledger.record(name, await this.readOperation(name));
      } catch (error) {
        if (!(error instanceof TimeLimitError || error instanceof InterruptedError)) throw error;
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

  /** Returns the operations in the ledger that need a cancel. */
  private unacknowledged(): string[] {
    return [...this.ledger.all()].map(([name]) => name).filter((name) => this.isToBeCancelled(name));
  }

  /** Returns whether an operation that a listing shows as running needs a cancel. */
  private isToBeCancelledNow(name: string): boolean {
    if (this.ledger.get(name)?.outcome === "notFound") {
      const isHandled = this.handled.has(name);
      this.ledger.add(name, { outcome: "running" });
      if (isHandled)
        this.ledger.fail(name, "the service returned NOT_FOUND for the cancel, and lists the operation as running");
    }
    return this.isToBeCancelled(name);
  }

  /**
   * Returns whether an operation, if it's running, needs a cancel. Adds one acknowledged under another selection to the
   * ledger.
   */
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

  /** Returns the name that the state has for a listed operation. A service may name the project by ID or by number. */
  private knownName(name: string): string {
    if (!name.startsWith("projects/") || this.ledger.has(name)) return name;
    const known = this.knownNames.get(withoutProject(name));
    return known !== undefined && isSameOperation(known, name) ? known : name;
  }

  /**
   * Recounts the operations that the state doesn't name, after all running operations were found.
   *
   * @param then whether the operations found join the ledger, or are only counted
   */
  private recount(found: ReadonlySet<string>, then: "join" | "count"): void {
    const unnamed = [...found].filter((name) => !this.ledger.has(name)).length;
    const others = this.ledger.uncallableCount + this.joined;
    // With `names`, the run read how operations ended, so none is unobserved.
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
    return this.each(
      names,
      async (name) => {
        this.handled.add(name);
        if (this.sent >= limit) {
          this.ledger.fail(name, `not cancelled: it started while the sweep ran, and exceeds the limit of ${limit}`);
        } else if (this.deadline.passed) {
          this.ledger.fail(name, `not cancelled: ${this.end}`);
        } else {
          this.sent++;
          const record = await requestCancel(initialRecord, this.target(name), this.settings.expect);
          this.requestTime ??= record.requestTime;
          this.mayHaveCancelled ||= record.requestTime !== undefined || record.mayHaveCancelled === true;
          // Only operations that run count toward the limit.
          if (record.requestTime === undefined && record.outcome !== "unsupported") this.sent--;
          this.ledger.record(name, record);
        }
      },
      "cancelled",
    );
  }

  /**
   * Does `work` for each operation, `concurrency` at a time. If one fails, continues with the others.
   *
   * @param done what the work does with an operation, in the words of the lines and errors about it
   */
  private async each(
    names: readonly string[] | ReadonlySet<string>,
    work: (name: string) => Promise<void>,
    done: "cancelled" | "read" = "read",
  ): Promise<void> {
    const queue = names[Symbol.iterator]();
    const total = "size" in names ? names.size : names.length;
    let [succeeded, failed] = [0, 0];
    this.describeProgress = () => {
      if (total === 0) return undefined;
      const verb = done === "cancelled" ? "Cancelled" : "Read";
      const failures = failed > 0 ? ` (${failed} failed)` : "";
      return `${verb} ${succeeded} of ${total} operation${total === 1 ? "" : "s"}${failures}.`;
    };
    const worker = async () => {
      for (let next = queue.next(); next.done !== true; next = queue.next()) {
        const name = next.value;
        try {
          if (!this.deadline.expired) await work(name);
          else if (!this.ledger.waiting.has(name) && this.ledger.get(name)?.failure === undefined) {
            this.ledger.fail(name, `not ${done}: ${this.end}`);
          }
        } catch (error) {
          this.mayHaveCancelled ||= error instanceof UnfinishedError;
          if (error instanceof NoListenerError) this.noListener ??= error;
          this.ledger.fail(name, reasonOf(error));
        }
        if (this.ledger.get(name)?.failure === undefined) succeeded++;
        else failed++;
      }
    };
    await Promise.all(Array.from({ length: this.settings.concurrency }, worker));
  }

  /** Says why no time is left. */
  private get end(): string {
    const { interrupted, allowance } = this.deadline;
    if (interrupted) return "the deployment was interrupted";
    return `the step's time limit of ${formatDuration(allowance)} was over`;
  }

  private target(name: string) {
    return { client: this.client, name, deadline: this.deadline, display: this.display };
  }
}

/** Returns a name without its project, as a key. Two names of one operation have the same key. */
function withoutProject(name: string): string {
  return name.replace(/^projects\/[^/]*\//, "projects/-/");
}
