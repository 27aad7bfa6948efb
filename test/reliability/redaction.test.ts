import assert from "node:assert/strict";
import { redact } from "../../provider/common/redact";
import { withoutChance } from "../support/withoutChance";
import { secretsStayHidden } from "./properties/redaction";

const token = `ya29.${"C1d2E3f4-G5h6_I7j8/".repeat(20)}`;
const size = 20_000_000;

describe("the redaction of what a server sends", function () {
  this.timeout(300_000);
  withoutChance();

  it("hides a token in 5,000 cases made up by chance", async () => {
    assert.equal(await secretsStayHidden(5_000), 5_000);
  });

  for (const unit of ["lorem ipsum ", '\\n\\"%20', "\\u0041", "\\", "\n", " ", "%25", "&#65;", "&", "%", token]) {
    it(`takes a few seconds at most for 20 MB of ${JSON.stringify(unit).slice(0, 20)}`, () => {
      const before = process.cpuUsage();
      redact(unit.repeat(size / unit.length), [token]);
      const { user } = process.cpuUsage(before);
      assert.ok(user < 10_000_000, `${user / 1000} ms`);
    });
  }

  it("takes a few seconds at most for 20 MB of one percent escape in another, ten million times", () => {
    const before = process.cpuUsage();
    redact(`%${"25".repeat(size / 2)}`, [token]);
    assert.ok(process.cpuUsage(before).user < 20_000_000);
  });

  it("takes a fraction of a call's time for an ordinary body", () => {
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
