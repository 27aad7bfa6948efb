import { type Deadline, timerDelay } from "../common/deadline";
import { type Call, CallError, InvalidResponseError, NoListenerError, PausedError, RpcError } from "./errors";
import { hostPause } from "./pause";
import { isTransient } from "./transience";

/** How many names must newly fail in a row, without a definite response between them, before the circuit opens. */
const maxNewFailures = 10;

/** The most probes of one round. */
const maxProbes = 16;
/** The delay before the first round of probes, in milliseconds. It doubles with each round. */
const minProbeDelay = 500;
/** The longest delay, in milliseconds. A host that is down gets less than two probes a second. */
const maxProbeDelay = 10_000;
/** Shortens each delay by a random share of up to this much, so that several processes don't probe a host together. */
const probeJitter = 0.2;

/**
 * How long this machine refuses connections before a call isn't retried, in milliseconds. It's enough for a restart of
 * an emulator.
 */
const maxRefusal = 3_000;

/** The maximum number of failing names to remember. The names that failed longest ago are removed first. */
const maxFailingNames = 10_000;

interface WaitingCall {
  readonly name: string;
  readonly start: (isProbe: boolean) => void;
}

/**
 * Protects one host, for all calls of the process. Delays calls while the host is down or asks for a pause. Never fails
 * a call before its deadline.
 *
 * Distinguishes a host that is down from operations that are broken. A name that fails again doesn't count until it
 * gets a definite response, so operations that always fail can't keep the circuit open. While the circuit is open, each
 * round probes with other operations, so a broken operation can't hide that the host is up.
 *
 * A definite response is a success, or an error that isn't transient.
 *
 * A host on this machine at which nothing listens needs no protection, so its refusals hold back no call.
 */
export class CircuitBreaker {
  /** Names that failed and got no definite response since, with the serial number of their last failure. */
  private readonly failing = new Map<string, number>();
  private failures = 0;
  /** How many names newly failed since the last definite response. */
  private newFailures = 0;
  /** Rounds of probes since the circuit opened; `undefined` while it is closed. */
  private rounds: number | undefined;
  private nextRound = 0;
  /** How many probes the current round can still start. */
  private slots = 0;
  /** Names with a probe in progress. */
  private readonly probing = new Set<string>();
  private pausedUntil = 0;
  /** When this machine began to refuse all connections, and when it last did; `undefined` after anything else. */
  private refusals: { readonly since: number; readonly last: number } | undefined;
  /** The host's last transient error. */
  lastError: CallError | undefined;
  private readonly waiting = new Set<WaitingCall>();
  /** One timer for all waiting calls, because thousands can wait. */
  private timer: NodeJS.Timeout | undefined;

  /**
   * Makes a call as soon as the circuit is closed and the host's pause is over, or as a probe.
   *
   * @throws {PausedError} when the deadline passes first; the call isn't made then
   * @throws the errors of `attempt`
   */
  async execute<T>(call: Call, deadline: Deadline, attempt: () => Promise<T>): Promise<T> {
    const isHeld = this.rounds !== undefined || this.isPaused;
    const isProbe = isHeld && (await this.waitForTurn(call, deadline));
    try {
      const result = await attempt();
      if (isProbe) this.probing.delete(call.name);
      this.recordResponse(call.name);
      return result;
    } catch (error) {
      if (isProbe) this.probing.delete(call.name);
      this.recordError(call.name, error, isProbe);
      throw error;
    }
  }

  /** Whether nothing has listened at the host for so long that a retry won't succeed. */
  get hasNoListener(): boolean {
    return this.refusals !== undefined && this.refusals.last - this.refusals.since >= maxRefusal;
  }

  private get isPaused(): boolean {
    return performance.now() < this.pausedUntil;
  }

  /** Resolves when the call may be made. The result is whether the call is a probe. */
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

  private recordResponse(name: string): void {
    this.refusals = undefined;
    this.failing.delete(name);
    this.newFailures = 0;
    if (this.rounds === undefined) return;
    this.rounds = undefined;
    this.schedule();
  }

  /** Lets all calls through, because they can't overload a host at which nothing listens. */
  private recordRefusal(name: string, error: NoListenerError): void {
    const now = performance.now();
    const { since, last } = this.refusals ?? { since: now, last: now };
    // Nothing is known of a longer time without a call.
    const refusals = { since: now - last > maxRefusal ? now : since, last: now };
    this.recordResponse(name);
    this.refusals = refusals;
    this.lastError = error;
    this.pausedUntil = 0;
    this.schedule();
  }

  private recordError(name: string, error: unknown, isProbe: boolean): void {
    if (error instanceof NoListenerError) {
      this.recordRefusal(name, error);
      return;
    }
    this.pausedUntil = Math.max(this.pausedUntil, performance.now() + hostPause(error));
    if (isTransient(error)) this.recordFailure(name, error);
    else if (error instanceof RpcError || error instanceof InvalidResponseError) this.recordResponse(name);
    else if (isProbe && this.rounds !== undefined) {
      // The error says nothing about the host, so another call takes the probe's place.
      this.slots++;
      this.startProbes();
    }
  }

  private recordFailure(name: string, error: unknown): void {
    this.refusals = undefined;
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

  /** Sets the timer for the next time that waiting calls may start. There is no timer while no call waits. */
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
   * Starts as many waiting calls as there are slots. Names without a known failure come first. Among these, the call
   * that has waited longest and the newest call take turns. The newest call may poll an operation that responded a
   * moment ago. The call that has waited longest must not wait behind broken operations that keep arriving. Names that
   * failed come last, the oldest failure first.
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

/** Returns the items of a list, taken in turns from its beginning and its end. */
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

/** The circuit breakers of the process, by origin. */
export const circuitBreakers = new Map<string, CircuitBreaker>();

/** Returns the process's circuit breaker for an origin. */
export function circuitBreakerFor(origin: string): CircuitBreaker {
  let circuitBreaker = circuitBreakers.get(origin);
  if (!circuitBreaker) {
    circuitBreaker = new CircuitBreaker();
    circuitBreakers.set(origin, circuitBreaker);
  }
  return circuitBreaker;
}
