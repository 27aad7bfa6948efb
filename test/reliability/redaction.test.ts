import assert from "node:assert/strict";
import { redact } from "../../provider/common/redact";
import { withoutChance } from "../support/withoutChance";
import { secretsStayHidden } from "./properties/redaction";

const token = `ya29.${"C1d2E3f4-G5h6_I7j8/".repeat(20)}`;
/** A body is at most 32 MB. */
const size = 16_000_000;
const growth = 8;

describe("the redaction of a response", function () {
  this.timeout(300_000);
  withoutChance();

  it("leaves no piece of a token in 5,000 random cases", async () => {
    assert.equal(await secretsStayHidden(5_000), 5_000);
  });

  for (const [what, bodyOf, secret = token] of [
    ...["lorem ipsum ", '\\n\\"%20', "\\u0041", "\\", "\n", " ", "a\n", "%25", "&#65;", "&", "&#", "%", "[", token].map(
      (unit) => [JSON.stringify(unit).slice(0, 20), (length: number) => unit.repeat(length / unit.length)] as const,
    ),
    ["nested percent escapes", (length: number) => `%${"25".repeat(length / 2)}`],
    ["nested HTML entities", (length: number) => `&${"amp;".repeat(length / 4)}`],
    ["nested backslash escapes", (length: number) => "\\u005c".repeat(length / 6)],
    ["an HTML entity with leading zeros", (length: number) => `&#x${"0".repeat(length)}41;`],
    ["zeros before encoded semicolons", (length: number) => `${"0".repeat(length / 2)}${"&#59;".repeat(length / 10)}`],
    ["HTML entities without semicolons", (length: number) => "&#0%30".repeat(length / 6)],
    ["tokens in JSON escapes", (length: number) => "\\u0041\\u0042".repeat(length / 12), "AB".repeat(20)],
    ["a repeated short secret", (length: number) => "a".repeat(length), "a".repeat(8)],
    ["a short secret with separators", (length: number) => "aaaaaaaa-".repeat(length / 9), "a".repeat(8)],
  ] as const) {
    it(`takes time in proportion to the body's size for ${what}`, () => {
      const small = userTime(() => redact(bodyOf(size / growth), [secret]));
      const large = userTime(() => redact(bodyOf(size), [secret]));
      // Quadratic time would be 64 times as long. The bound leaves room for the machine's other work.
      assert.ok(large < 4 * growth * Math.max(small, minTime), `${small} µs became ${large} µs`);
    });
  }
});

/** Shorter times say little, in microseconds. */
const minTime = 20_000;

/** Returns the CPU time that work takes, in microseconds. */
function userTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  return process.cpuUsage(before).user;
}
