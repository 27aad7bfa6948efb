import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { call, Emulators, errorOf } from "../../emulator/caller";
import { type IdentityEmulator, type ServiceAccountKey, startIdentityEmulator } from ".";
import { signJwt } from "./jwt";

const scope = "https://www.googleapis.com/auth/apps.order";
const subject = "admin@reseller.example";

describe("the emulated token endpoint", () => {
  const emulators = new Emulators(startIdentityEmulator);
  let emulator: IdentityEmulator;
  let key: ServiceAccountKey;
  before(async () => {
    emulator = await emulators.start({ tokens: "required", operations: [{ name: "operations/a" }] });
    key = emulator.createServiceAccount({ subjects: [subject] });
  });
  after(emulators.stop);

  const claims = (changes: Record<string, unknown> = {}) => {
    const iat = Math.floor(emulators.time / 1000);
    return {
      iss: key.client_email,
      aud: "https://oauth2.googleapis.com/token",
      iat,
      exp: iat + 3600,
      scope,
      ...changes,
    };
  };
  const exchange = async (
    changes: Record<string, unknown> = {},
    signer: KeyObject = createPrivateKey(key.private_key),
  ) => {
    const assertion = signJwt(JSON.stringify(claims(changes)), signer, key.private_key_id);
    const body = new URLSearchParams({
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion,
    }).toString();
    return call(emulator, "POST", "/token", { body });
  };
  const get = (token: string) =>
    call(emulator, "GET", "/v1/operations/a", { headers: { authorization: `Bearer ${token}` } });

  it("returns a token for a signed assertion, which identifies the caller", async () => {
    const response = await exchange({ sub: subject });
    assert.equal(response.status, 200);
    const { access_token: token, ...rest } = response.json as { access_token: string };
    assert.deepEqual(rest, { expires_in: 3600, token_type: "Bearer" });
    assert.equal((await get(token)).status, 200);
    const expiresAt = emulators.time + 3_600_000;
    assert.deepEqual(emulator.identityOf(emulator.calls.last()), {
      email: key.client_email,
      subject,
      scopes: [scope],
      source: "assertion",
      expiresAt,
    });
  });

  it("creates key files with its own address, which it accepts as the audience", async () => {
    assert.equal(key.token_uri, `${emulator.endpoint}/token`);
    assert.equal(key.type, "service_account");
    assert.equal((await exchange({ aud: key.token_uri })).status, 200);
  });

  for (const [what, changes, status, error, description] of [
    ["from an unknown account", { iss: "who@example.com" }, 400, "invalid_grant", /account not found/],
    ["for another audience", { aud: "https://example.com/" }, 400, "invalid_grant", /Failed audience check/],
    ["that has expired", { iat: 1, exp: 3601 }, 400, "invalid_grant", /reasonable timeframe/],
    ["for more than an hour", { exp: 1_700_000_000 + 7200 }, 400, "invalid_grant", /short-lived token/],
    ["without an expiry", { exp: undefined }, 400, "invalid_grant", /short-lived token/],
    ["without a scope", { scope: "" }, 400, "invalid_scope", /Invalid OAuth scope/],
    [
      "for a user that the account may not act for",
      { sub: "other@example.com" },
      401,
      "unauthorized_client",
      /Client is unauthorized/,
    ],
  ] as const) {
    it(`refuses an assertion ${what}`, async () => {
      const response = await exchange(changes);
      const { error: code, error_description: text } = response.json as { error: string; error_description: string };
      assert.deepEqual([response.status, code], [status, error]);
      assert.match(text, description);
    });
  }

  it("refuses an assertion that another key signed", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
    const response = await exchange({}, privateKey);
    assert.deepEqual(response.json, { error: "invalid_grant", error_description: "Invalid JWT Signature." });
  });

  it("refuses a request without a valid assertion", async () => {
    const post = async (body: string) =>
      ((await call(emulator, "POST", "/token", { body })).json as { error: string }).error;
    const grant = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer";
    assert.equal(await post("grant_type=refresh_token"), "unsupported_grant_type");
    assert.equal(await post(grant), "invalid_request");
    assert.equal(await post(`${grant}&assertion=a.b.c`), "invalid_grant");
  });

  it("refuses a call without a token, or with one that has expired or was revoked", async () => {
    const token = emulator.issueToken({ lifetime: 1000 });
    const other = emulator.issueToken();
    assert.equal((await get(token)).status, 200);
    emulators.time += 1000;
    emulator.revokeToken(other);
    for (const each of [token, other, "unknown"]) {
      const response = await get(each);
      assert.equal(response.status, 401);
      assert.equal(errorOf(response).status, "UNAUTHENTICATED");
    }
    assert.equal((await call(emulator, "GET", "/v1/operations/a")).status, 401);
    assert.equal(emulator.identityOf(emulator.calls.last()), undefined);
  });

  it("returns 403 for a token without the scope, and for a caller that isn't allowed", async () => {
    emulator = await emulators.start({
      tokens: "required",
      scopes: [scope],
      callers: [subject],
      operations: [{ name: "operations/a" }],
    });
    const status = async (options: Parameters<IdentityEmulator["issueToken"]>[0]) =>
      (await get(emulator.issueToken(options))).status;
    assert.equal(await status({ subject, scopes: ["https://www.googleapis.com/auth/cloud-platform"] }), 403);
    assert.equal(await status({ scopes: [scope] }), 403);
    assert.equal(await status({ subject, scopes: ["email", scope] }), 200);
  });
});
