import { setMaxListeners } from "node:events";
import type { Call, CallMethod } from "./callLog";
import { validateRule } from "./faultRule";
import type { Fault, FaultRule } from "./faults";

/** A rule that `emulator.fault()` added. */
export interface FaultHandle {
  /** Removes the rule, and sends the responses that it delays. */
  remove(): void;
  /** The number of calls that the rule applied to. */
  readonly hits: number;
}

/** A rule in force. */
export interface ActiveFault extends FaultHandle {
  /** The rule's number, counted from 1 in the order in which rules were added. */
  readonly id: number;
  readonly rule: FaultRule;
}

/** What the rules determine for one call. */
export interface MatchedFaults {
  /** Delays that add up. */
  readonly delays: readonly Delay[];
  readonly fault?: Fault;
  readonly carriedOut: boolean;
}

export interface Delay {
  readonly milliseconds: number;
  /** Aborted when the rule is removed. */
  readonly ended: AbortSignal;
}

/** The rules in force. */
export class ActiveFaults {
  private rules: ActiveRule[] = [];
  private added = 0;

  constructor(private readonly random: () => number) {}

  /** @throws Error when the rule is invalid */
  add(rule: FaultRule): ActiveFault {
    validateRule(rule);
    const added = new ActiveRule(++this.added, rule, this.random, () => {
      this.rules = this.rules.filter((other) => other !== added);
    });
    this.rules.push(added);
    return added;
  }

  all(): readonly ActiveFault[] {
    return this.rules;
  }

  /** Every rule counts the call, even when another rule determines the fault. */
  match(call: Call): MatchedFaults {
    // Otherwise a rule for every method would also refuse the request that removes it.
    if (this.rules.length === 0 || call.method === "admin") return { delays: [], carriedOut: true };
    const matching = this.rules.filter((rule) => rule.appliesTo(call));
    const delays = matching.flatMap(({ rule: { delay = 0 }, removed: { signal: ended } }) =>
      delay > 0 ? [{ milliseconds: delay, ended }] : [],
    );
    const first = matching.find(({ rule }) => rule.then !== undefined)?.rule;
    if (first?.then === undefined) return { delays, carriedOut: true };
    return { delays, fault: first.then, carriedOut: first.carriedOut ?? isCarriedOut(first.then) };
  }
}

class ActiveRule implements ActiveFault {
  hits = 0;
  readonly removed = new AbortController();
  private readonly matches = new Map<string, number>();
  private staleToken: string | undefined;

  constructor(
    readonly id: number,
    readonly rule: FaultRule,
    private readonly random: () => number,
    private readonly onRemove: () => void,
  ) {
    // Every delayed call adds a listener.
    setMaxListeners(0, this.removed.signal);
  }

  readonly remove = (): void => {
    this.onRemove();
    this.removed.abort();
  };

  /** Counts a call that has the method and the name. */
  appliesTo(call: Call): boolean {
    if (!this.selects(call)) return false;
    const key = this.rule.perOperation === true ? (call.name ?? "") : "";
    const count = (this.matches.get(key) ?? 0) + 1;
    this.matches.set(key, count);
    const hit = this.rule.then === "staleToken" ? this.refusesToken(call, count) : this.isDrawn(count);
    if (hit) this.hits++;
    return hit;
  }

  private selects({ method, name }: Call): boolean {
    const { method: selected, name: pattern } = this.rule;
    if (selected !== undefined && !([] as CallMethod[]).concat(selected).includes(method)) return false;
    if (pattern === undefined) return true;
    if (name === undefined) return false;
    return typeof pattern === "string" ? pattern === name : name.search(pattern) >= 0;
  }

  private isDrawn(count: number): boolean {
    return isCounted(this.rule.calls, count) && this.random() < (this.rule.probability ?? 1);
  }

  private refusesToken({ headers }: Call, count: number): boolean {
    const token = headers.authorization ?? "";
    if (this.staleToken === undefined && this.isDrawn(count)) this.staleToken = token;
    return this.staleToken === token;
  }
}

function isCounted(calls: FaultRule["calls"], count: number): boolean {
  if (calls === undefined) return true;
  if (typeof calls === "number") return calls === count;
  if ("from" in calls) return count >= calls.from && count <= (calls.to ?? Infinity);
  return calls.includes(count);
}

function isCarriedOut(fault: Fault): boolean {
  if (typeof fault === "string") return fault === "lostAnswer" || fault === "goesBack";
  if ("reset" in fault) return fault.reset !== "beforeHeaders";
  return !("status" in fault || "redirect" in fault);
}
