import assert from "node:assert/strict";
import { redact } from "../../provider/common/redact";
import { withoutChance } from "../support/withoutChance";
import { secretsStayHidden } from "./properties/redaction";

const token = `ya29.${"C1d2E3f4-G5h6_I7j8/".repeat(20)}`;
const size = 20_000_000;

describe("the redaction of a response", function () {
  this.timeout(300_000);
  withoutChance();

  it("leaves no piece of a token in 5,000 random cases", async () => {
    assert.equal(await secretsStayHidden(5_000), 5_000);
  });

  for (const [what, body, secret = token] of [
    ...["lorem ipsum ", '\\n\\"%20', "\\u0041", "\\", "\n", " ", "a\n", "%25", "&#65;", "&", "&#", "%", "[", token].map(
      (unit) => [JSON.stringify(unit).slice(0, 20), unit.repeat(size / unit.length)] as const,
    ),
    ["nested percent escapes", `%${"25".repeat(size / 2)}`],
    ["nested HTML entities", `&${"amp;".repeat(size / 4)}`],
    ["nested backslash escapes", "\\u005c".repeat(size / 6)],
    ["an HTML entity with leading zeros", `&#x${"0".repeat(size)}41;`],
    ["zeros before encoded semicolons", `${"0".repeat(size / 2)}${"&#59;".repeat(size / 10)}`],
    ["HTML entities without semicolons", "&#0%30".repeat(size / 6)],
    ["tokens in JSON escapes", "\\u0041\\u0042".repeat(size / 12), "AB".repeat(20)],
    ["a repeated short secret", "a".repeat(size), "a".repeat(8)],
    ["a short secret with separators", "aaaaaaaa-".repeat(size / 9), "a".repeat(8)],
  ] as const) {
    it(`takes less than three seconds for 20 MB of ${what}`, () => {
      const before = process.cpuUsage();
      redact(body, [secret]);
      const { user } = process.cpuUsage(before);
      assert.ok(user < 3_000_000, `${user / 1000} ms`);
    });
  }

  it("takes less than 0.1 ms for an ordinary body", () => {
    const body = JSON.stringify({
      name: "operations/AbC",
      done: false,
      metadata: { "@type": "t", a: "x y z ".repeat(100) },
    });
    const before = process.cpuUsage();
    for (let time = 0; time < 10_000; time++) redact(body, [token]);
    const { user } = process.cpuUsage(before);
    assert.ok(user / 10_000 < 100, `${user / 10_000} µs`);
  });
});
