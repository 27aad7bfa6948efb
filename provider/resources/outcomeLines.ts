import { inDigits } from "../common/text";
import type { Outcome } from "../operations/outcome";
import { durationParts } from "./inputs/duration";
import type { Display, Log } from "./progress";
import type { CancellationRecord } from "./state/record";
import { type Counts, countsInWords, total } from "./sweep/summary";

/** How many lines of requests a process shows one by one. It counts the others. */
const shownOneByOne = 20;

/** How long counted lines wait for others, in milliseconds. */
const interval = 2_000;

/** The lines of a process about the outcomes of its requests. */
class OutcomeLines {
  private shown = 0;
  private counted: Counts = {};
  private timer: NodeJS.Timeout | undefined;
  private stepsInFlight = 0;

  constructor(private readonly log: Log) {}

  /**
   * Shows the line of a request, or counts it if the process has shown many.
   *
   * @param show shows the line at the request
   */
  add(line: string, outcome: Outcome, show: Log = this.log): void {
    if (this.shown < shownOneByOne) {
      this.shown++;
      show(line);
      return;
    }
    this.counted = { ...this.counted, [outcome]: (this.counted[outcome] ?? 0) + 1 };
    this.timer ??= setTimeout(() => {
      this.flush();
    }, interval).unref();
  }

  /** Does a step. After the last step in flight, shows what is counted, because the engine may then kill the process. */
  async during<T>(step: () => Promise<T>): Promise<T> {
    this.stepsInFlight++;
    try {
      return await step();
    } finally {
      this.stepsInFlight--;
      if (this.stepsInFlight === 0) this.flush();
    }
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const count = total(this.counted);
    if (count === 0) return;
    this.log(`${inDigits(count)} more request${count === 1 ? "" : "s"}: ${countsInWords(this.counted)}.`);
    this.counted = {};
  }
}

/** The lines by where they go. A process has one place for all its resources. */
const linesByLog = new WeakMap<Log, OutcomeLines>();

/** Returns the lines of a process. */
export function outcomeLines({ log }: Display): OutcomeLines {
  const lines = linesByLog.get(log) ?? new OutcomeLines(log);
  linesByLog.set(log, lines);
  return lines;
}

/** Returns what became of a request: its outcome, the one before, and how long after the acknowledged cancel it ended. */
export function describeChange(before: Outcome | undefined, record: CancellationRecord): string {
  const { outcome, requestTime, settleTime } = record;
  const change = before === undefined ? outcome : `${before} → ${outcome}`;
  if (requestTime === undefined || settleTime === undefined) return change;
  const elapsed = Date.parse(settleTime) - Date.parse(requestTime);
  return elapsed >= 0 ? `${change} after ${inWords(elapsed)}` : change;
}

/** Returns a duration for a line: `less than 1 s`, `34 s`, `2 min 5 s`, `1 h 2 min`. */
function inWords(milliseconds: number): string {
  if (milliseconds < 1000) return "less than 1 s";
  return durationParts(milliseconds)
    .slice(0, 2)
    .map(([count, unit]) => `${count} ${unit === "m" ? "min" : unit}`)
    .join(" ");
}
