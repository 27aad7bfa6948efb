import { setMaxListeners } from "node:events";
import type { Call } from "./callLog";
import type { Fault, FaultHandle, FaultRule } from "./faults";

/** What is to go wrong with one call. */
export interface Mishap {
  /** One after the other. */
  readonly delays: readonly Delay[];
  readonly fault?: Fault;
  readonly carriedOut: boolean;
}

/** How long an answer is held back. */
export interface Delay {
  readonly milliseconds: number;
  /** Comes when the rule is removed, which ends the delay. */
  readonly lifted: AbortSignal;
}

const nothing: Mishap = { delays: [], carriedOut: true };

/** The rules in force, and how often each has matched. */
export class FaultBook {
  private rules: RuleInForce[] = [];

  constructor(private readonly random: () => number) {}

  add(rule: FaultRule): FaultHandle {
    const added = new RuleInForce(checkedRule(rule), this.random);
    this.rules.push(added);
    return {
      remove: () => {
        this.rules = this.rules.filter((other) => other !== added);
        added.lifted.abort();
      },
      get hits() {
        return added.hits;
      },
    };
  }

  /** Every rule counts the call, also where another has the say. Delays add up. */
  judge(call: Call): Mishap {
    if (this.rules.length === 0) return nothing;
    const applying = this.rules.filter((rule) => rule.applies(call));
    const delays = applying.flatMap(({ rule: { delay = 0 }, lifted: { signal: lifted } }) =>
      delay > 0 ? [{ milliseconds: delay, lifted }] : [],
    );
    const speaking = applying.find(({ rule }) => rule.then !== undefined)?.rule;
    if (speaking?.then === undefined) return { delays, carriedOut: true };
    return { delays, fault: speaking.then, carriedOut: speaking.carriedOut ?? isCarriedOut(speaking.then) };
  }
}

class RuleInForce {
  hits = 0;
  readonly lifted = new AbortController();
  private readonly matches = new Map<string, number>();
  private staleToken: string | undefined;

  constructor(
    readonly rule: FaultRule,
    private readonly random: () => number,
  ) {
    // Every call that is held back listens.
    setMaxListeners(0, this.lifted.signal);
  }

  applies(call: Call): boolean {
    if (!this.isMeant(call)) return false;
    const key = this.rule.perOperation === true ? (call.name ?? "") : "";
    const count = (this.matches.get(key) ?? 0) + 1;
    this.matches.set(key, count);
    const hit = this.rule.then === "staleToken" ? this.refusesToken(call, count) : this.isDrawn(count);
    if (hit) this.hits++;
    return hit;
  }

  private isMeant({ method, name }: Call): boolean {
    const { method: wanted = method, name: pattern } = this.rule;
    if (typeof wanted === "string" ? wanted !== method : !wanted.includes(method)) return false;
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

const namedFaults = ["lostAnswer", "dropped", "noAnswer", "goesBack", "staleToken"];
const faultKeys = ["status", "body", "reset", "redirect", "answersFor"];

/** A rule that does not say what it means would silently test nothing. */
function checkedRule(rule: FaultRule): FaultRule {
  const { then, delay = 0, probability = 1 } = rule;
  if (typeof then === "string" ? !namedFaults.includes(then) : then && !faultKeys.some((key) => key in then)) {
    throw new Error(`"then" must be one of ${namedFaults.join(", ")}, or an object with ${faultKeys.join(", ")}`);
  }
  if (!(delay >= 0 && delay < 2 ** 31)) throw new Error('"delay" must be a number of milliseconds');
  if (!(probability >= 0 && probability <= 1)) throw new Error('"probability" must be from 0 to 1');
  return rule;
}
