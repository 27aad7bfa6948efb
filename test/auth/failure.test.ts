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

  /** What is told of an answer, which google-auth-library's own transport was given. */
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
    ["a proxy that wants a password", { status: 407, text: "" }, false],
    ["a server of another kind", { status: 501, text: "" }, false],
    ["a host that does not exist", "https://nowhere.invalid/", false],
    ["an OAuth server at fault", { status: 400, json: { error: "internal_failure" } }, true],
    ["too many requests", { status: 429, json: {} }, true],
    ["a server at fault", { status: 500, text: "<html>Oops</html>" }, true],
    ["a server that is unavailable", { status: 503, text: "" }, true],
    ["a connection that is cut off", cutOff, true],
    ["a connection that is refused", "http://127.0.0.1:1/", true],
  ] as const) {
    it(`${transient ? "may pass" : "stays"}: ${what}`, async () => {
      const error = await told(answer);
      assert.equal(error.transient, transient, error.message);
      assert.match(error.message, /^No access token could be had from config gcp:credentials for the scope https:/);
    });
  }

  it("stays: a server that doesn't speak TLS on its port", async () => {
    const { endpoint } = stopping(await startServer({ json: {} }));
    const error = await told(endpoint.replace("http:", "https:"));
    assert.equal(error.transient, false, error.message);
  });

  it("stays where it is none of a request", () => {
    const error = Object.assign(new Error("no such file"), { code: "ENOENT" });
    assert.equal(credentialError(error, identity, scopes).transient, false);
    assert.equal(credentialError("thrown", identity, scopes).transient, false);
  });

  it("says in the answer's own words what was refused, and to whom", async () => {
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
    assert.match(message, /credentials, as target@x by way of a@x, acting for user@x, for the scope/);
    assert.match(message, /: invalid_scope: No way\. Check `service\.scopes`$/);
  });

  it("quotes neither a page nor what was sent", async () => {
    const answer = await told({ status: 403, headers: { "content-type": "text/html" }, text: "<html>S3CR3T</html>" });
    assert.match(answer.message, /: HTTP 403\. Set one of the config/);
    const everything = `${answer.message}${answer.stack ?? ""}${JSON.stringify(answer)}${String(answer.cause)}`;
    assert.ok(!everything.includes("S3CR3T"), everything);
  });

  it("is left to the connection where a proxy wants a password", async () => {
    assert.match((await told({ status: 407, text: "" })).message, /: HTTP 407\. Check the connection, and HTTPS_PROXY/);
  });

  it("is told in words where google-auth-library has none", async () => {
    const incomplete = { credentials: JSON.stringify({ type: "external_account" }), source: "x", delegates: [] };
    const { message } = await rejection(new Credential(incomplete, scopes).headers());
    assert.match(message, /from x for the scope \S+: the credentials lack what credentials of their kind need/);
  });

  it("is told once, whoever tells it", () => {
    const error = new CredentialError("told.");
    assert.equal(credentialError(error, identity, scopes), error);
    assert.equal(error.message, "told");
  });
});
