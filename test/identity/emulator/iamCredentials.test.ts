import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { Impersonated, OAuth2Client } from "google-auth-library";
import { call, Emulators, errorOf } from "../../emulator/caller";
import { type IdentityEmulator, startIdentityEmulator } from ".";
import { readJwt } from "./jwt";

const [caller, target, delegate] = ["caller@example.com", "target@example.com", "delegate@example.com"];

describe("the emulated IAM Credentials API", () => {
  const emulators = new Emulators(startIdentityEmulator);
  let emulator: IdentityEmulator;
  let token: string;
  beforeEach(async () => {
    emulator = await emulators.start();
    token = emulator.issueToken({ email: caller });
  });
  afterEach(emulators.stop);

  const post = (method: string, body: object, authorization = `Bearer ${token}`) =>
    call(emulator, "POST", `/v1/projects/-/serviceAccounts/${target}:${method}`, {
      headers: { authorization },
      body: JSON.stringify(body),
    });
  const scope = ["s"];

  it("returns a token of an account that the caller may impersonate", async () => {
    emulator.allowImpersonation({ caller, target });
    const response = await post("generateAccessToken", { scope, lifetime: "60s" });
    const { accessToken, expireTime } = response.json as { accessToken: string; expireTime: string };
    assert.equal(Date.parse(expireTime), emulators.time + 60_000);
    await call(emulator, "GET", "/v1/operations", { headers: { authorization: `Bearer ${accessToken}` } });
    const { email, source, scopes } = emulator.identityOf(emulator.calls.last()) ?? {};
    assert.deepEqual([email, source, scopes], [target, "impersonation", scope]);
    assert.equal(emulator.calls.count("generateAccessToken", target), 1);
  });

  it("serves google-auth-library's client", async () => {
    emulator.allowImpersonation({ caller, target });
    const sourceClient = new OAuth2Client();
    sourceClient.setCredentials({ access_token: token, expiry_date: Date.now() + 3_600_000 });
    const client = new Impersonated({
      sourceClient,
      targetPrincipal: target,
      targetScopes: scope,
      endpoint: emulator.endpoint,
    });
    assert.match((await client.getAccessToken()).token ?? "", /^ya29\./);
  });

  it("refuses a caller without a valid token or without the permission", async () => {
    emulator.allowImpersonation({ caller: "other@example.com", target });
    assert.equal((await post("generateAccessToken", { scope }, "Bearer unknown")).status, 401);
    const response = await post("generateAccessToken", { scope });
    assert.equal(response.status, 403);
    assert.match(errorOf(response).message, /'iam.serviceAccounts.getAccessToken' denied/);
    assert.match(errorOf(await post("signJwt", { payload: "{}" })).message, /'iam.serviceAccounts.signJwt' denied/);
  });

  it("requires exactly the allowed delegates, in the documented format", async () => {
    emulator.allowImpersonation({ target, delegates: [delegate] });
    const status = async (delegates?: string[]) => (await post("generateAccessToken", { scope, delegates })).status;
    assert.equal(await status([`projects/-/serviceAccounts/${delegate}`]), 200);
    assert.equal(await status([delegate]), 400);
    assert.equal(await status(), 403);
  });

  it("refuses a request without scopes, or with an invalid lifetime", async () => {
    emulator.allowImpersonation({ target });
    for (const body of [
      {},
      { scope: [] },
      { scope, lifetime: "3601s" },
      { scope, lifetime: 60 },
      { scope, lifetime: "0s" },
    ]) {
      const response = await post("generateAccessToken", body);
      assert.equal(errorOf(response).status, "INVALID_ARGUMENT", JSON.stringify(body));
    }
  });

  it("signs an assertion that the token endpoint accepts", async () => {
    const key = emulator.createServiceAccount({ email: target, subjects: ["user@example.com"] });
    emulator.allowImpersonation({ target });
    const iat = Math.floor(emulators.time / 1000);
    const payload = JSON.stringify({
      iss: target,
      sub: "user@example.com",
      aud: key.token_uri,
      iat,
      exp: iat + 60,
      scope: "s",
    });
    const { keyId, signedJwt: assertion } = (await post("signJwt", { payload })).json as Record<string, string>;
    assert.equal(keyId, key.private_key_id);
    assert.equal(readJwt(assertion ?? "")?.isSignedBy(createPublicKey(key.private_key)), true);
    const body = new URLSearchParams({
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: assertion ?? "",
    });
    assert.equal((await call(emulator, "POST", "/token", { body: body.toString() })).status, 200);
    assert.equal(errorOf(await post("signJwt", { payload: "no JSON" })).status, "INVALID_ARGUMENT");
  });
});
