import assert from "node:assert/strict";
import { type Call, NoResponseError, RpcError, InvalidResponseError } from "../../provider/operations/errors";

const call: Call = { method: "get", name: "operations/AbC", base: "https://example.com/v1" };
const messages = (text: string) => [
  new RpcError(call, "INTERNAL", 500, text).message,
  new InvalidResponseError(call, 404, "a body that isn't a google.rpc error", text).message,
];

describe("the message of an error", () => {
  it("is one line without control characters", () => {
    for (const message of messages("a\r\nb\u001b[31m\u0007\u0000\u009b2J\u2028c\u202ed\ud800")) {
      assert.match(message, /: a b \[31m 2J c d$/);
      assert.doesNotMatch(message, /\p{C}|\p{Zl}|\p{Zp}/u);
    }
  });

  it("quotes at most 500 characters of the service's message, and 200 of an invalid response", () => {
    const counts = messages("☃".repeat(1_000_000)).map((message) => message.split("☃").length - 1);
    assert.deepEqual(counts, [499, 199]);
    const [whole] = messages("☃".repeat(500));
    assert.ok(whole?.endsWith(`: ${"☃".repeat(500)}`));
  });

  it("is truncated between characters, not within a surrogate pair", () => {
    const texts = ["x".repeat(498) + "😀".repeat(9), "x".repeat(198) + "😀".repeat(9)];
    const [words, excerpt] = texts.map((text, index) => messages(text)[index]);
    assert.match(words ?? "", /x…$/);
    assert.match(excerpt ?? "", /x…$/);
  });

  it("names the likely cause when TLS fails", () => {
    for (const reason of ["EPROTO", "ERR_SSL_WRONG_VERSION_NUMBER"]) {
      const { message } = new NoResponseError(call, reason, true);
      assert.match(message, /the server doesn't use TLS on this port/);
      assert.ok(message.endsWith(`(${reason}), so nothing was sent`));
    }
  });

  it("ends after the HTTP status when the service sends no message", () => {
    assert.equal(messages("")[0], "operations/AbC: the get call failed with INTERNAL (HTTP 500)");
    assert.equal(messages("\u0000\n ")[0], "operations/AbC: the get call failed with INTERNAL (HTTP 500)");
    assert.equal(messages("No way...")[0], "operations/AbC: the get call failed with INTERNAL (HTTP 500): No way");
  });
});
