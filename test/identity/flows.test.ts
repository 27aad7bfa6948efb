import assert from "node:assert/strict";
import type { Outcome } from "./caller";
import type { IdentityEmulatorOptions } from "./emulator";
import { Federation } from "./federation";
import { iamScope, scope, World } from "./world";

const subject = "admin@reseller.example";
const target = "target@project.iam.gserviceaccount.com";
const delegate = "delegate@project.iam.gserviceaccount.com";

/** Ten calls at the same time, and then ten more. */
const many = { count: 10, rounds: 2 };

function assertDone({ done, errors }: Outcome, expected = 20): void {
  assert.deepEqual({ done, errors: errors.map(({ message }) => message) }, { done: expected, errors: [] });
}

describe("a call with google-auth-library's own flows", function () {
  this.timeout(60_000);
  let world: World;
  const start = async (options: IdentityEmulatorOptions = {}) =>
    (world = await World.start({ scopes: [scope], ...options }));
  afterEach(() => world.stop());

  const fetched = () => ({
    token: world.emulator.calls.count("token"),
    generateAccessToken: world.emulator.calls.count("generateAccessToken"),
    signJwt: world.emulator.calls.count("signJwt"),
  });

  describe("a call with a service account's key", () => {
    for (const [where, give] of [
      ["in the config", (key: string) => ({ config: { "gcp:credentials": key } })],
      [
        "in a file that the config names",
        (key: string) => ({ config: { "cancellation:credentials": world.file("key.json", key) } }),
      ],
      ["in the environment", (key: string) => ({ environment: { GOOGLE_CREDENTIALS: key } })],
      [
        "in a file that the environment names",
        (key: string) => ({ environment: { GOOGLE_APPLICATION_CREDENTIALS: world.file("key.json", key) } }),
      ],
    ] as const) {
      it(`shares one token with all other calls when the key is ${where}`, async () => {
        const { emulator } = await start();
        const key = emulator.createServiceAccount();
        assertDone(await world.call({ ...give(JSON.stringify(key)), ...many }));
        assert.deepEqual(world.identity, { email: key.client_email, scopes: [scope], source: "assertion" });
        assert.deepEqual(fetched(), { token: 1, generateAccessToken: 0, signJwt: 0 });
      });

      it(`acts for a user when the key is ${where}`, async () => {
        const { emulator } = await start({ callers: [subject] });
        const key = emulator.createServiceAccount({ subjects: [subject] });
        assertDone(await world.call({ ...give(JSON.stringify(key)), ...many, args: { subject } }));
        assert.deepEqual(world.identity, { email: key.client_email, subject, scopes: [scope], source: "assertion" });
        assert.deepEqual(fetched(), { token: 1, generateAccessToken: 0, signJwt: 0 });
      });
    }
  });

  it("uses an access token from the environment", async () => {
    const { emulator } = await start();
    const token = emulator.issueToken({ email: "user@example.com", scopes: [scope] });
    assertDone(await world.call({ environment: { GOOGLE_OAUTH_ACCESS_TOKEN: token }, ...many }));
    assert.equal(world.identity?.email, "user@example.com");
    assert.deepEqual(fetched(), { token: 0, generateAccessToken: 0, signJwt: 0 });
  });

  it("uses the metadata server's account, and reaches the metadata server without the proxy", async () => {
    const { emulator, proxy } = await start();
    assertDone(await world.call({ environment: world.metadata, ...many }));
    assert.deepEqual([world.identity?.source, world.identity?.scopes], ["metadata", [scope]]);
    const tokens = emulator.calls.all({ method: "metadata" }).filter(({ url }) => url.includes("/token"));
    assert.equal(tokens.length, 1);
    assert.deepEqual(new Set(proxy.tunnels), new Set(["cloudchannel.googleapis.com:443"]));
  });

  it("uses gcloud's login, and names the login's quota project", async () => {
    let fetched = 0;
    world = await World.start({ scopes: [scope] }, (request, response) => {
      if (request.headers.host !== "oauth2.googleapis.com") return false;
      fetched++;
      const token = world.emulator.issueToken({ email: "user@example.com", scopes: [scope] });
      const body = { access_token: token, token_type: "Bearer", expires_in: 3600 };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
      return true;
    });
    assertDone(await world.call({ environment: world.login, ...many }));
    assert.deepEqual(
      [world.identity?.email, world.header("x-goog-user-project")],
      ["user@example.com", "of-the-login"],
    );
    assert.equal(fetched, 1);
  });

  it("uses workload identity federation", async () => {
    const federation = await Federation.start();
    world = federation.world;
    const credentials = federation.credentials("https://sts.googleapis.com/sts");
    assertDone(await world.call({ config: { "gcp:credentials": credentials }, ...many }));
    assert.equal(world.identity?.email, "principal");
    assert.equal(federation.exchanges, 1);
  });

  describe("a call that impersonates a service account", () => {
    const config = { "gcp:impersonateServiceAccount": target };

    it("uses another account's key to get a token of the impersonated account", async () => {
      const { emulator } = await start();
      const key = emulator.createServiceAccount();
      emulator.allowImpersonation({ caller: key.client_email, target });
      assertDone(await world.call({ config: { ...config, "gcp:credentials": JSON.stringify(key) }, ...many }));
      assert.deepEqual(world.identity, { email: target, scopes: [scope], source: "impersonation" });
      assert.deepEqual(fetched(), { token: 1, generateAccessToken: 1, signJwt: 0 });
      const asked = emulator.calls.last({ method: "generateAccessToken" });
      assert.deepEqual(emulator.identityOf(asked)?.scopes, [iamScope]);
    });

    it("passes on delegates, which the config gives by their addresses", async () => {
      const { emulator } = await start();
      emulator.allowImpersonation({ target, delegates: [delegate] });
      const list = { "gcp:impersonateServiceAccountDelegates": JSON.stringify([delegate]) };
      assertDone(await world.call({ config: { ...config, ...list }, environment: world.metadata, ...many }));
      assert.deepEqual(world.identity, { email: target, scopes: [scope], source: "impersonation" });
      assert.deepEqual(fetched(), { token: 0, generateAccessToken: 1, signJwt: 0 });
    });
  });

  describe("a call for a user, without the key of the account that acts for the user", () => {
    const actingFor = { email: target, subject, scopes: [scope], source: "assertion" };

    for (const [what, caller] of [
      ["an access token", () => ({ GOOGLE_OAUTH_ACCESS_TOKEN: world.emulator.issueToken({ scopes: [iamScope] }) })],
      ["the metadata server's account", () => world.metadata],
      [
        "the key of another account",
        () => ({ GOOGLE_CREDENTIALS: JSON.stringify(world.emulator.createServiceAccount()) }),
      ],
    ] as const) {
      it(`has the service account sign for a caller with ${what}`, async () => {
        const { emulator } = await start({ callers: [subject] });
        emulator.createServiceAccount({ email: target, subjects: [subject] });
        emulator.allowImpersonation({ target });
        const args = { impersonateServiceAccount: target, subject };
        assertDone(await world.call({ args, environment: caller(), ...many }));
        assert.deepEqual(world.identity, actingFor);
        assert.equal(emulator.calls.count("signJwt"), 1);
      });
    }

    it("has the service account sign through delegates", async () => {
      const { emulator } = await start({ callers: [subject] });
      emulator.createServiceAccount({ email: target, subjects: [subject] });
      emulator.allowImpersonation({ target, delegates: [delegate] });
      const config = {
        "cancellation:subject": subject,
        "cancellation:impersonateServiceAccount": target,
        "cancellation:impersonateServiceAccountDelegates": JSON.stringify([delegate]),
      };
      assertDone(await world.call({ config, environment: world.metadata, ...many }));
      assert.deepEqual(world.identity, actingFor);
      assert.deepEqual(fetched(), { token: 1, generateAccessToken: 0, signJwt: 1 });
    });

    it("has the metadata server's account sign for itself", async () => {
      const { emulator } = await start({ metadataAccount: target, callers: [subject] });
      emulator.createServiceAccount({ email: target, subjects: [subject] });
      emulator.allowImpersonation({ caller: target, target });
      assertDone(await world.call({ args: { subject }, environment: world.metadata, ...many }));
      assert.deepEqual(world.identity, actingFor);
      assert.deepEqual(fetched(), { token: 1, generateAccessToken: 0, signJwt: 1 });
    });
  });

  it("fetches one new token when the service refuses the old token for many calls", async () => {
    const { emulator } = await start();
    const key = JSON.stringify(emulator.createServiceAccount());
    emulator.fault({ method: "get", then: "staleToken" });
    assertDone(await world.call({ config: { "gcp:credentials": key }, ...many }));
    assert.equal(world.tokens, 2);
  });

  describe("the quota project of a call", () => {
    it("is the config's billing project when the override is on, and otherwise the key's project", async () => {
      const { emulator } = await start();
      const key = JSON.stringify({ ...emulator.createServiceAccount(), quota_project_id: "of-the-key" });
      const billing = { "gcp:credentials": key, "gcp:billingProject": "billed" };
      assertDone(await world.call({ config: { ...billing, "gcp:userProjectOverride": "true" } }), 1);
      assert.equal(world.header("x-goog-user-project"), "billed");
      assertDone(await world.call({ config: billing }), 1);
      assert.equal(world.header("x-goog-user-project"), "of-the-key");
    });

    it("is the environment's billing project when the environment's override is on", async () => {
      const { emulator } = await start();
      const environment = {
        GOOGLE_CREDENTIALS: JSON.stringify(emulator.createServiceAccount()),
        GOOGLE_BILLING_PROJECT: "billed",
        USER_PROJECT_OVERRIDE: "1",
      };
      assertDone(await world.call({ environment }), 1);
      assert.equal(world.header("x-goog-user-project"), "billed");
    });
  });

  describe("a call to another universe", () => {
    it("has the universe domain in place of googleapis.com, and uses a credential of that universe", async () => {
      const { emulator, proxy } = await start({ tokens: "any", universeDomain: "universe.example" });
      const key = JSON.stringify(emulator.createServiceAccount());
      const config = { "gcp:credentials": key, "gcp:universeDomain": "universe.example" };
      assertDone(await world.call({ config }), 1);
      assert.deepEqual(proxy.tunnels, ["cloudchannel.universe.example:443"]);
    });

    it("impersonates a service account through the IAM of that universe", async () => {
      const { emulator, proxy } = await start({ metadataAccount: "m@p.iam.gserviceaccount.com" });
      emulator.allowImpersonation({ target });
      const token = emulator.issueToken({ scopes: [iamScope] });
      const config = {
        "gcp:accessToken": token,
        "gcp:impersonateServiceAccount": target,
        "gcp:universeDomain": "universe.example",
      };
      assertDone(await world.call({ config }), 1);
      assert.equal(world.identity?.email, target);
      assert.ok(proxy.tunnels.includes("iamcredentials.universe.example:443"), proxy.tunnels.join());
    });
  });
});
