import assert from "node:assert/strict";
import { gaxios } from "google-auth-library";
import { CredentialError } from "../../provider/auth/credentialError";
import { Credential } from "../../provider/auth/tokenCache";
import { credentialError } from "../../provider/auth/credentialErrors";
import type { Identity } from "../../provider/auth/identity";
import { cleanUps } from "../support/cleanUps";
import { rejection } from "../support/rejection";
import { type Canned, startServer } from "../support/server";

const scopes = ["https://www.googleapis.com/auth/apps.order"];
const identity: Identity = { credentials: "{}", source: "config gcp:credentials", delegates: [] };

describe("a failure to get a token", () => {
  const { stopping } = cleanUps();

  /** Returns the error for a response to google-auth-library's own transport. */
  async function told(answer: Canned | string, who = identity): Promise<CredentialError> {
    const url = typeof answer === "string" ? answer : stopping(await startServer(answer)).endpoint;
    const error = await rejection(new gaxios.Gaxios().request({ url, method: "POST", data: { assertion: "S3CR3T" } }));
    return credentialError(error, who, scopes);
  }
  const cutOff: Canned = (_request, response) => response.destroy();

  for (const [what, answer, transient] of [
    ["a refused grant", { status: 400, json: { error: "invalid_grant", error_description: "No." } }, false],
    ["a refused client", { status: 401, json: { error: "unauthorized_client" } }, false],
    ["a refused permission", { status: 403, json: { error: { status: "PERMISSION_DENIED", message: "No." } } }, false],
    ["a wrong address", { status: 404, text: "<html>Not Found</html>" }, false],
    ["a proxy that requires a password", { status: 407, text: "" }, false],
    ["a server of another kind", { status: 501, text: "" }, false],
    ["a host that doesn't exist", "https://nowhere.invalid/", false],
    ["an internal failure of the OAuth server", { status: 400, json: { error: "internal_failure" } }, true],
    ["too many requests", { status: 429, json: {} }, true],
    ["an internal server error", { status: 500, text: "<html>Oops</html>" }, true],
    ["a server that is unavailable", { status: 503, text: "" }, true],
    ["a connection that is cut off", cutOff, true],
    ["a connection that is refused", "http://127.0.0.1:1/", true],
  ] as const) {
    it(`is ${transient ? "transient" : "definite"} when the cause is ${what}`, async () => {
      const error = await told(answer);
      assert.equal(error.transient, transient, error.message);
      assert.match(error.message, /^Can't get an access token from config gcp:credentials for the scope https:/);
    });
  }

  it("is definite when the cause is a server that doesn't speak TLS on its port", async () => {
    const { endpoint } = stopping(await startServer({ json: {} }));
    const error = await told(endpoint.replace("http:", "https:"));
    assert.equal(error.transient, false, error.message);
  });

  it("is definite when the error doesn't come from an HTTP request", () => {
    const error = Object.assign(new Error("no such file"), { code: "ENOENT" });
    assert.equal(credentialError(error, identity, scopes).transient, false);
    assert.equal(credentialError("thrown", identity, scopes).transient, false);
  });

  it("quotes the response's error, and names the account and the user", async () => {
    const who = {
      ...identity,
      impersonateServiceAccount: "target@x",
      delegates: ["projects/-/serviceAccounts/a@x"],
      subject: "user@x",
    };
    const { message } = await told(
      { status: 400, json: { error: "invalid_scope", error_description: "No\nway." } },
      who,
    );
    assert.match(message, /credentials, as target@x through a@x, acting for user@x, for the scope/);
    assert.match(message, /: invalid_scope: No way\. Check `service\.scopes`$/);
  });

  it("quotes neither an HTML page nor the HTTP request", async () => {
    const answer = await told({ status: 403, headers: { "content-type": "text/html" }, text: "<html>S3CR3T</html>" });
    assert.match(answer.message, /: HTTP 403\. Set the config/);
    const everything = `${answer.message}${answer.stack ?? ""}${JSON.stringify(answer)}${String(answer.cause)}`;
    assert.ok(!everything.includes("S3CR3T"), everything);
  });

  it("advises to check the connection when a proxy requires a password", async () => {
    const { message } = await told({ status: 407, text: "" });
    assert.match(message, /: HTTP 407\. Check the network connection\..*HTTPS_PROXY/);
  });

  it("explains incomplete credentials when google-auth-library gives no explanation", async () => {
    const incomplete = { credentials: JSON.stringify({ type: "external_account" }), source: "x", delegates: [] };
    const { message } = await rejection(new Credential(incomplete, scopes).headers());
    assert.match(message, /from x for the scope \S+: the credentials lack a property/);
  });

  it("isn't wrapped again when the error already is a CredentialError", () => {
    const error = new CredentialError("told.");
    assert.equal(credentialError(error, identity, scopes), error);
    assert.equal(error.message, "told");
  });
});
