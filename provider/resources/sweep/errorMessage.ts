import { truncate } from "../../common/text";
import { type Expectation, isSatisfied } from "../expectation";
import type { Ledger } from "./ledger";
import { countedOutcomes, countsInWords, isOutcomeSatisfied, type Summary, total } from "./summary";

/** How many operations an error describes, and with how much text for each: the engine must be able to receive it whole. */
const maxDescribed = 20;
const maxTextLength = 95;

/** Why an operation couldn't be read, if one couldn't. */
export function readErrorIn(ledger: Ledger): string | undefined {
  for (const [name, { failure }] of ledger.all()) {
    if (failure !== undefined) return `${name}: ${withoutName(name, failure)}`;
  }
  return undefined;
}

/** Describes operations that did not end as expected: counts, and the first of them; `undefined` if there are none. */
export function describeUnexpected(
  { outcomes }: Summary,
  ledger: Ledger,
  collection: string,
  expectation: Expectation,
): string | undefined {
  const unwanted = countedOutcomes.filter((outcome) => !isOutcomeSatisfied(outcome, expectation));
  const count = unwanted.reduce((sum, outcome) => sum + (outcomes[outcome] ?? 0), 0);
  if (count === 0) return undefined;
  const lines = [...describe(ledger, expectation)];
  const more = count - lines.length;
  return [
    `${collection}: of ${total(outcomes)} operations ${count} did not end as expected (${countsInWords(outcomes)}; \`expect\` takes ${expectation.expect.join(", ")}).`,
    ...lines,
    ...(more > 0 ? [`- and ${more} more`] : []),
    "The next run goes on with what still runs. Ways out: change `expect`; `retainOnDelete`; `pulumi state delete`.",
  ].join("\n");
}

function* describe(ledger: Ledger, expectation: Expectation): Generator<string> {
  let described = 0;
  for (const { name, failure } of ledger.allUncallable()) {
    if (described++ === maxDescribed) return;
    yield `- ${truncate(JSON.stringify(name), maxTextLength)}: ${truncate(failure, maxTextLength)}`;
  }
  for (const [name, { outcome, failure, error }] of ledger.all()) {
    if (isSatisfied(outcome, expectation)) continue;
    if (described++ === maxDescribed) return;
    const reason = failure === undefined ? [outcome, error].filter(Boolean).join(", ") : withoutName(name, failure);
    yield `- ${truncate(name, maxTextLength)}: ${truncate(reason, maxTextLength)}`;
  }
}

/** The errors of calls begin with the operation's name, which the line has already. */
function withoutName(name: string, reason: string): string {
  return reason.startsWith(`${name}: `) ? reason.slice(name.length + 2) : reason;
}
