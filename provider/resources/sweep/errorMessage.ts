import { asSentence, truncate } from "../../common/text";
import { isSettled } from "../../operations/outcome";
import { type Expectation, isSatisfied } from "../expectation";
import { expectable, timeoutToRaise } from "../inputs/schema";
import type { Ledger } from "./ledger";
import {
  type Counted,
  countedOutcomes,
  countsInWords,
  isOutcomeSatisfied,
  isSettledCount,
  type Summary,
  total,
} from "./summary";

/** How many operations an error describes. */
const maxDescribed = 20;
/** How long their descriptions together can be, in bytes. The host truncates an error at 4 KB, and its end says what to do. */
const maxDescribedBytes = 2.5 * 1024;
const separator = "; ";
/** How long the name and the reason of each operation can be, in characters. */
const maxTextLength = 95;

/** Returns why an operation couldn't be cancelled or read, or `undefined` without such an operation. */
export function readErrorIn(ledger: Ledger): string | undefined {
  for (const [name, { failure }] of ledger.all()) {
    if (failure !== undefined) return `${name}: ${withoutName(name, failure)}`;
  }
  return undefined;
}

/**
 * Describes operations that didn't end as expected, in one line: counts, and the first ones. Returns `undefined` if
 * there are none.
 */
export function describeUnexpected(
  { outcomes }: Summary,
  ledger: Ledger,
  collection: string,
  expectation: Expectation,
): string | undefined {
  const unwanted = unwantedIn(outcomes, expectation);
  if (unwanted.length === 0) return undefined;
  const count = unwanted.reduce((sum, outcome) => sum + (outcomes[outcome] ?? 0), 0);
  const described = fitting([...describe(ledger, expectation)]);
  const more = count - described.length;
  const first = [...described, ...(more > 0 ? [`and ${more} more`] : [])].join(separator);
  return [
    `${collection}: ${count} of ${total(outcomes)} operations didn't end as expected (${countsInWords(outcomes)}). \`expect\` allows ${expectation.expect.join(", ")}.`,
    ...(described.length > 0 ? [asSentence(first)] : []),
    ...(unwanted.every(isSettledCount) ? [] : ["The next run continues with what still runs."]),
    ...(unwanted.includes("cancelling") ? [`To wait longer, set ${timeoutToRaise(expectation.cancelOn)}.`] : []),
  ].join(" ");
}

/** Returns how to accept the outcomes that aren't expected, or `undefined` if `expect` can have none of them. */
export function acceptanceIn({ outcomes }: Summary, expectation: Expectation): string | undefined {
  const unwanted = unwantedIn(outcomes, expectation);
  const missing = expectable.filter(
    (outcome) =>
      !expectation.expect.includes(outcome) &&
      (unwanted.includes(outcome) || (isSettled(outcome) && unwanted.includes("unobserved"))),
  );
  if (missing.length === 0) return undefined;
  const which = missing.length === 1 ? "this outcome" : "these outcomes";
  return `To accept ${which}, add ${missing.map((outcome) => `"${outcome}"`).join(", ")} to \`expect\``;
}

/** Returns the outcomes that operations have and that aren't expected. */
function unwantedIn(outcomes: Summary["outcomes"], expectation: Expectation): Counted[] {
  return countedOutcomes.filter((outcome) => outcomes[outcome] && !isOutcomeSatisfied(outcome, expectation));
}

/** Returns the first descriptions, as many as fit. */
function fitting(descriptions: readonly string[]): string[] {
  let bytes = 0;
  return descriptions.filter(
    (description) => (bytes += Buffer.byteLength(description) + separator.length) <= maxDescribedBytes,
  );
}

function* describe(ledger: Ledger, expectation: Expectation): Generator<string> {
  let described = 0;
  for (const { name, failure } of ledger.allUncallable()) {
    if (described++ === maxDescribed) return;
    yield `${truncate(JSON.stringify(name), maxTextLength)}: ${truncate(failure, maxTextLength)}`;
  }
  for (const [name, { outcome, failure, error }] of ledger.all()) {
    if (isSatisfied(outcome, expectation)) continue;
    if (described++ === maxDescribed) return;
    const reason = failure === undefined ? [outcome, error].filter(Boolean).join(", ") : withoutName(name, failure);
    yield `${truncate(name, maxTextLength)}: ${truncate(reason.replace(/\.+$/, ""), maxTextLength)}`;
  }
}

/** Removes the operation's name, with which the error of a call begins. The line already has the name. */
function withoutName(name: string, reason: string): string {
  return reason.startsWith(`${name}: `) ? reason.slice(name.length + 2) : reason;
}
