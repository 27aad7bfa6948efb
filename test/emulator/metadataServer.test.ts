import assert from "node:assert/strict";
import type { Emulator } from "../../provider/emulator";
import { call, Emulators } from "./caller";

const account = "/computeMetadata/v1/instance/service-accounts/default";

describe("the metadata server", () => {
  const emulators = new Emulators();
  let emulator: Emulator;
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

  it("tells who the machine is, and says in each answer that it is Google's", async () => {
    for (const [path, expected] of [
      [`${account}/email`, "vm@example.com"],
      ["/computeMetadata/v1/universe/universe-domain", "example.com"],
      ["/computeMetadata/v1/project/project-id", "emulated-project"],
      ["/computeMetadata/v1/instance", "service-accounts/\n"],
      ["/", "instance/\nproject/\nuniverse/\n"],
    ] as const) {
      const answered = await get(path);
      assert.deepEqual([answered.status, answered.text], [200, expected], path);
      assert.equal(answered.headers.get("metadata-flavor"), "Google");
    }
  });

  it("gives a token with the scopes asked for", async () => {
    const answered = await get(`${account}/token?scopes=a,b`);
    const { access_token: token, ...rest } = answered.json as { access_token: string };
    assert.deepEqual(rest, { expires_in: 60, token_type: "Bearer" });
    await call(emulator, "GET", "/v1/operations", { headers: { authorization: `Bearer ${token}` } });
    const { email, scopes, source } = emulator.calls.last()?.identity ?? {};
    assert.deepEqual([email, scopes, source], ["vm@example.com", ["a", "b"], "metadata"]);
  });

  it("refuses whoever does not say that it means a metadata server, and what was forwarded", async () => {
    assert.equal((await get(`${account}/token`, {})).status, 403);
    assert.equal((await get("/", { "Metadata-Flavor": "Other" })).status, 403);
    assert.equal(
      (await get(`${account}/token`, { "Metadata-Flavor": "Google", "X-Forwarded-For": "10.0.0.1" })).status,
      403,
    );
    assert.equal((await get(`${account}/none`)).status, 404);
  });
});
