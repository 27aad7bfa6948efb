import { type Deadline, timerDelay } from "../common/deadline";
import { type Call, CallError, PausedError, RpcError, InvalidResponseError } from "./errors";
import { hostPause } from "./pause";
import { isTransient } from "./transience";

/** Distinct names that newly fail in a row, with no answer between them, before the circuit opens. */
const maxNewFailures = 10;

/** The most probes of one round. */
const maxProbes = 16;
/** The delay before the first round of probes, in milliseconds; it doubles with each round. */
const minProbeDelay = 500;
/** The longest delay. A host that is down gets less than two probes a second. */
const maxProbeDelay = 10_000;
/** Delays vary by this much downwards, so that several processes don't probe a host together. */
const probeJitter = 0.2;

/** How many failing names are remembered. The ones that failed longest ago are forgotten first. */
const maxFailingNames = 10_000;

interface WaitingCall {
  readonly name: string;
  readonly start: (isProbe: boolean) => void;
}

/**
 * Protects one host, for all calls of the process. It delays calls while the host is down or asks for a pause, and never
 * fails one before its deadline.
 *
 * It tells a host that is down from operations that are broken. A name that fails again counts no more until it has had an
 * answer, so operations that always fail can't keep the circuit open. While it is open, each round probes with other
 * operations, so a broken one can't keep the others from showing that the host is up.
 */
export class CircuitBreaker {
  /** Names that failed and have had no answer since, with the serial number of their last failure. */
  private readonly failing = new Map<string, number>();
  private failures = 0;
  /** How many of the names newly failed since the last answer. */
  private newFailures = 0;
  /** Rounds of probes since the circuit opened; `undefined` while it is closed. */
  private rounds: number | undefined;
  private nextRound = 0;
  /** Probes that the current round has left. */
  private slots = 0;
  /** Names that a probe is under way for. */
  private readonly probing = new Set<string>();
  private pausedUntil = 0;
  private lastError: CallError | undefined;
  private readonly waiting = new Set<WaitingCall>();
  /** One for all waiting calls: thousands may wait. */
  private timer: NodeJS.Timeout | undefined;

  /**
   * Makes a call as soon as the host may be called.
   *
   * @throws {PausedError} when the deadline passed before that; the call was not made
   * @throws the errors of `attempt`
   */
  async execute<T>(call: Call, deadline: Deadline, attempt: () => Promise<T>): Promise<T> {
    const isHeld = this.rounds !== undefined || this.isPaused;
    const isProbe = isHeld && (await this.waitForTurn(call, deadline));
    try {
      const result = await attempt();
      if (isProbe) this.probing.delete(call.name);
      this.recordAnswer(call.name);
      return result;
    } catch (error) {
      if (isProbe) this.probing.delete(call.name);
      this.recordError(call.name, error, isProbe);
      throw error;
    }
  }

  private get isPaused(): boolean {
    return performance.now() < this.pausedUntil;
  }

  /** Resolves when the call may be made, and tells whether it is a probe. */
  private waitForTurn(call: Call, deadline: Deadline): Promise<boolean> {
    return new Promise((resolve, reject) => {
      let expiry: NodeJS.Timeout | undefined;
      const start = (isProbe: boolean) => {
        clearTimeout(expiry);
        this.waiting.delete(waitingCall);
        resolve(isProbe);
      };
      const expire = () => {
        if (!deadline.passed) {
          expiry = setTimeout(expire, timerDelay(deadline.remaining));
          return;
        }
        this.waiting.delete(waitingCall);
        this.schedule();
        reject(new PausedError(call, this.lastError));
      };
      const waitingCall = { name: call.name, start };
      this.waiting.add(waitingCall);
      expire();
      this.startProbes();
      this.schedule();
    });
  }

  private recordAnswer(name: string): void {
    this.failing.delete(name);
    this.newFailures = 0;
    if (this.rounds === undefined) return;
    this.rounds = undefined;
    this.schedule();
  }

  private recordError(name: string, error: unknown, isProbe: boolean): void {
    this.pausedUntil = Math.max(this.pausedUntil, performance.now() + hostPause(error));
    if (isTransient(error)) this.recordFailure(name, error);
    else if (error instanceof RpcError || error instanceof InvalidResponseError) this.recordAnswer(name);
    else if (isProbe && this.rounds !== undefined) {
      // The error says nothing of the host, so another call takes the probe's place.
      this.slots++;
      this.startProbes();
    }
  }

  private recordFailure(name: string, error: unknown): void {
    if (error instanceof CallError) this.lastError = error;
    const isNew = !this.failing.delete(name);
    this.failing.set(name, ++this.failures);
    for (const oldest of this.failing.keys()) {
      if (this.failing.size <= maxFailingNames) break;
      this.failing.delete(oldest);
    }
    if (!isNew || ++this.newFailures < maxNewFailures || this.rounds !== undefined) return;
    this.rounds = 0;
    this.slots = 0;
    this.nextRound = performance.now() + probeDelay(0);
  }

  /** Sets the timer for the next moment at which waiting calls may go; none is left while no call waits. */
  private schedule(): void {
    clearTimeout(this.timer);
    if (this.waiting.size === 0) return;
    const next = Math.max(this.pausedUntil, this.rounds === undefined ? 0 : this.nextRound);
    this.timer = setTimeout(
      () => {
        this.wake();
      },
      timerDelay(Math.max(0, next - performance.now())),
    );
  }

  private wake(): void {
    if (!this.isPaused) {
      if (this.rounds === undefined) for (const { start } of this.waiting) start(false);
      else if (performance.now() >= this.nextRound) {
        this.slots = Math.min(maxProbes, 2 ** this.rounds);
        this.nextRound = performance.now() + probeDelay(++this.rounds);
        this.startProbes();
      }
    }
    this.schedule();
  }

  /**
   * Starts as many waiting calls as there are slots. Names that aren't known to fail go first. Of these, the one that waits longest
   * and the newest take turns: the newest may well be a poll of an operation that had an answer a moment ago, and the one that
   * waits longest must not be kept back by broken ones that keep arriving. Then come the names that failed longest ago.
   */
  private startProbes(): void {
    if (this.rounds === undefined || this.slots === 0 || this.isPaused) return;
    const calls = [...this.waiting];
    const lastFailure = ({ name }: WaitingCall) => this.failing.get(name) ?? 0;
    const unknown = calls.filter((call) => lastFailure(call) === 0);
    const failing = calls.filter((call) => lastFailure(call) > 0).sort((a, b) => lastFailure(a) - lastFailure(b));
    for (const { name, start } of [...fromBothEnds(unknown, this.rounds % 2 === 1), ...failing]) {
      if (this.slots === 0) return;
      if (this.probing.has(name)) continue;
      this.slots--;
      this.probing.add(name);
      start(true);
    }
  }
}

/** The items of a list, in turns from its beginning and from its end. */
function fromBothEnds<T>(list: readonly T[], fromEnd: boolean): T[] {
  return list.map((_, index) => {
    const half = Math.floor(index / 2);
    const isFromEnd = (index % 2 === 0) === fromEnd;
    return list[isFromEnd ? list.length - 1 - half : half] as T;
  });
}

function probeDelay(round: number): number {
  return Math.min(maxProbeDelay, minProbeDelay * 2 ** round) * (1 - probeJitter * Math.random());
}

/** The circuit breakers of the process, by the origins of their hosts. */
export const circuitBreakers = new Map<string, CircuitBreaker>();

/** The circuit breaker of a host: one for the process. */
export function circuitBreakerFor(origin: string): CircuitBreaker {
  let circuitBreaker = circuitBreakers.get(origin);
  if (!circuitBreaker) {
    circuitBreaker = new CircuitBreaker();
    circuitBreakers.set(origin, circuitBreaker);
  }
  return circuitBreaker;
}
