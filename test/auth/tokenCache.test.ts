import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startIdentityEmulator } from "../identity/emulator";
import { CredentialError } from "../../provider/auth/credentialError";
import { resolveIdentity, type Identity } from "../../provider/auth/identity";
import { headerSource } from "../../provider/auth/tokenCache";
import { Credential } from "../../provider/auth/tokenCache";
import { cleanUps } from "../support/cleanUps";
import { rejection } from "../support/rejection";

const scopes = ["https://www.googleapis.com/auth/apps.order"];
const remote = "https://cloudchannel.googleapis.com";
const secret = "S3CR3T";

function headersFor(
  config: Record<string, string>,
  { endpoint = remote, environment = {} }: { endpoint?: string; environment?: NodeJS.ProcessEnv } = {},
) {
  return headerSource(
    resolveIdentity({}, (key) => config[key], environment),
    scopes,
    endpoint,
    environment,
  );
}

describe("the headers of a call", () => {
  const { stopping, after, setVariable } = cleanUps();

  function file(content: string): string {
    const folder = mkdtempSync(join(tmpdir(), "credentials-"));
    after(() => {
      rmSync(folder, { recursive: true });
    });
    const path = join(folder, "key.json");
    writeFileSync(path, content);
    return path;
  }

  it("carry the configured access token without white space around it", async () => {
    assert.deepEqual(await headersFor({ "gcp:accessToken": "t0k3n" })(), { authorization: "Bearer t0k3n" });
    assert.deepEqual(await headersFor({ "gcp:accessToken": " t0k3n\n" })(), { authorization: "Bearer t0k3n" });
  });

  it("carry nothing to this machine when no credential is configured", async () => {
    for (const endpoint of ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:1"]) {
      assert.deepEqual(await headersFor({}, { endpoint })(), {});
      assert.deepEqual(await headersFor({ "cancellation:subject": "a@b" }, { endpoint })(), {});
    }
  });

  it("carry a configured token to this machine too", async () => {
    const endpoint = "http://127.0.0.1:8080";
    assert.deepEqual(await headersFor({ "gcp:accessToken": "t" }, { endpoint })(), { authorization: "Bearer t" });
  });

  it("come from one credential for all calls with the same identity and scopes", async () => {
    const asked: string[] = [];
    const headers = Object.getOwnPropertyDescriptor(Credential.prototype, "headers") ?? assert.fail();
    const credentials = new Set<Credential>();
    Credential.prototype.headers = function (this: Credential) {
      credentials.add(this);
      asked.push("headers");
      return Promise.resolve({});
    };
    after(() => {
      Object.defineProperty(Credential.prototype, "headers", headers);
    });
    for (const token of ["shared", "shared", "other"]) await headersFor({ "gcp:accessToken": token })();
    assert.deepEqual([asked.length, credentials.size], [3, 2]);
  });

  describe("the error for an invalid credential", () => {
    for (const [what, config] of [
      ["a token of two lines", { "gcp:accessToken": `${secret}\n${secret}` }],
      ["a token that no header can carry", { "gcp:accessToken": `${secret}…` }],
      ["a truncated key", { "gcp:credentials": `{"type": "service_account", "private_key": "${secret}` }],
      ["an invalid private key", { "gcp:credentials": JSON.stringify({ client_email: "a@b", private_key: secret }) }],
      ["a key without an account address", { "gcp:credentials": JSON.stringify({ private_key: secret }) }],
      ["a key of an unknown kind", { "gcp:credentials": JSON.stringify({ type: secret, private_key: secret }) }],
      ["a secret in place of a path", { "gcp:credentials": secret }],
    ] as const) {
      it(`doesn't show the secret of ${what}`, async () => {
        const error = await rejection(headersFor(config)());
        assert.ok(error instanceof CredentialError, String(error));
        const everything = `${error.message}${error.stack ?? ""}${JSON.stringify(error)}${String(error.cause)}`;
        assert.ok(!everything.includes(secret), everything);
        assert.match(error.message, new RegExp(`config ${Object.keys(config)[0] ?? ""}`));
        assert.equal(error.transient, false);
      });
    }

    for (const [what, content] of [
      ["isn't JSON", `${secret}, {`],
      ["has a syntax error next to the key", `{"private_key": "x" ${secret}}`],
      ["isn't an object", "null"],
      ["is a list", `["${secret}"]`],
    ] as const) {
      it(`doesn't show the content of a file that ${what}`, async () => {
        const error = await rejection(headersFor({ "cancellation:credentials": file(content) })());
        assert.ok(error instanceof CredentialError, String(error));
        assert.ok(!error.message.includes(secret), error.message);
        assert.match(
          error.message,
          /^config cancellation:credentials: the credentials aren't (valid JSON|a JSON object)/,
        );
      });
    }

    it("doesn't show the content of an application default credentials file that isn't JSON", async () => {
      const path = file(`${secret}, {`);
      setVariable("GOOGLE_APPLICATION_CREDENTIALS", path);
      const environment = { GOOGLE_APPLICATION_CREDENTIALS: path };
      const error = await rejection(headersFor({}, { environment })());
      assert.ok(error instanceof CredentialError, String(error));
      assert.ok(!error.message.includes(secret), error.message);
      assert.match(error.message, /application default credentials .*aren't valid JSON/);
    });

    it("names every way to configure a credential", async () => {
      const { message } = await rejection(headersFor({ "gcp:credentials": "{}" })());
      for (const way of [
        "cancellation:credentials",
        "cancellation:accessToken",
        "GOOGLE_CREDENTIALS",
        "gcloud auth",
        scopes[0] ?? "",
      ]) {
        assert.ok(message.includes(way), message);
      }
    });
  });

  describe("a credential that fetches tokens", () => {
    /** Returns the credential of an emulated metadata server, the only source of tokens that needs no key. */
    async function metadata() {
      const emulator = stopping(await startIdentityEmulator());
      const host = emulator.endpoint.replace("http://", "");
      setVariable("GCE_METADATA_HOST", host);
      setVariable("METADATA_SERVER_DETECTION", "assume-present");
      setVariable("CLOUDSDK_CONFIG", join(tmpdir(), "no-such-folder"));
      setVariable("GOOGLE_CLOUD_PROJECT", "project");
      const tokens = () => emulator.calls.all().filter(({ url }) => url.includes("/token")).length;
      const identity: Identity = { delegates: [] };
      return { emulator, tokens, credential: new Credential(identity, scopes) };
    }

    it("fetches one token for many calls that begin at the same time, and none for later calls", async () => {
      const { credential, tokens } = await metadata();
      assert.equal(credential.headers(), credential.headers());
      const all = await Promise.all(Array.from({ length: 20 }, () => credential.headers()));
      all.push(await credential.headers());
      assert.equal(new Set(all.map(({ authorization }) => authorization)).size, 1);
      assert.match(all[0]?.["authorization"] ?? "", /^Bearer \S+/);
      assert.equal(tokens(), 1);
    });

    it("fetches one new token when the service refuses many calls with the same token", async () => {
      const { credential, tokens } = await metadata();
      const { authorization: refused } = await credential.headers();
      const atOnce = await Promise.all(Array.from({ length: 20 }, () => credential.headers(refused)));
      const late = await credential.headers(refused);
      const fresh = new Set([...atOnce, late].map(({ authorization }) => authorization));
      assert.deepEqual([fresh.size, fresh.has(refused), tokens()], [1, false, 2]);
    });

    it("fetches one new token when a late call reports the same refused token again", async () => {
      const { credential, tokens } = await metadata();
      const { authorization: refused } = await credential.headers();
      // A call that begins now gets the token that the service refuses for another call.
      const beginning = credential.headers();
      const fresh = credential.headers(refused);
      assert.equal((await beginning)["authorization"], refused);
      const again = credential.headers(refused);
      assert.equal((await again)["authorization"], (await fresh)["authorization"]);
      assert.equal(tokens(), 2);
    });

    it("fails a caller at the caller's own time limit, and still serves the other callers", async () => {
      const { credential, emulator, tokens } = await metadata();
      emulator.fault({ method: "metadata", delay: 300 });
      const others = credential.headers();
      const error = await rejection<CredentialError>(credential.headers(undefined, 50));
      assert.ok(error instanceof CredentialError, String(error));
      assert.ok(error.transient);
      assert.match(error.message, /from application default credentials for the scope .*: no response within/);
      assert.match((await others)["authorization"] ?? "", /^Bearer /);
      assert.equal(tokens(), 1);
    });

    it("fetches a token again after a failure", async () => {
      const { credential, emulator } = await metadata();
      const fault = emulator.fault({ method: "metadata", then: { status: 403 } });
      await assert.rejects(credential.headers(), CredentialError);
      fault.remove();
      assert.match((await credential.headers())["authorization"] ?? "", /^Bearer /);
    });
  });
});
