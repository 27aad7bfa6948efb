import assert from "node:assert/strict";
import { call, Emulators } from "../../emulator/caller";
import { type IdentityEmulator, startIdentityEmulator } from ".";

const account = "/computeMetadata/v1/instance/service-accounts/default";

describe("the emulated metadata server", () => {
  const emulators = new Emulators(startIdentityEmulator);
  let emulator: IdentityEmulator;
  beforeEach(async () => {
    emulator = await emulators.start({
      metadataAccount: "vm@example.com",
      universeDomain: "example.com",
      tokenLifetime: 60_000,
    });
  });
  afterEach(emulators.stop);

  const get = (path: string, headers: Record<string, string> = { "Metadata-Flavor": "Google" }) =>
    call(emulator, "GET", path, { headers });

  it("returns the machine's account, and the header Metadata-Flavor", async () => {
    for (const [path, expected] of [
      [`${account}/email`, "vm@example.com"],
      ["/computeMetadata/v1/universe/universe-domain", "example.com"],
      ["/computeMetadata/v1/project/project-id", "emulated-project"],
      ["/computeMetadata/v1/instance", "service-accounts/\n"],
      ["/", "instance/\nproject/\nuniverse/\n"],
    ] as const) {
      const response = await get(path);
      assert.deepEqual([response.status, response.text], [200, expected], path);
      assert.equal(response.headers.get("metadata-flavor"), "Google");
    }
  });

  it("returns a token with the requested scopes", async () => {
    const response = await get(`${account}/token?scopes=a,b`);
    const { access_token: token, ...rest } = response.json as { access_token: string };
    assert.deepEqual(rest, { expires_in: 60, token_type: "Bearer" });
    await call(emulator, "GET", "/v1/operations", { headers: { authorization: `Bearer ${token}` } });
    const { email, scopes, source } = emulator.identityOf(emulator.calls.last()) ?? {};
    assert.deepEqual([email, scopes, source], ["vm@example.com", ["a", "b"], "metadata"]);
  });

  it("refuses requests without the header Metadata-Flavor, and forwarded requests", async () => {
    assert.equal((await get(`${account}/token`, {})).status, 403);
    assert.equal((await get("/", { "Metadata-Flavor": "Other" })).status, 403);
    assert.equal(
      (await get(`${account}/token`, { "Metadata-Flavor": "Google", "X-Forwarded-For": "10.0.0.1" })).status,
      403,
    );
    assert.equal((await get(`${account}/none`)).status, 404);
  });
});
