import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { iamScope, scope, World } from "./world";

const subject = "admin@reseller.example";
const target = "target@project.iam.gserviceaccount.com";

describe("a token source that sends an endless body", function () {
  this.timeout(60_000);
  let world: World;
  let written: number;
  let closed: number;
  beforeEach(() => (written = closed = 0));
  afterEach(() => world.stop());

  function pour(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "application/json", "metadata-flavor": "Google" });
    const chunk = Buffer.alloc(64 * 1024, " ");
    const more = () => {
      do written += chunk.length;
      while (!response.destroyed && response.write(chunk));
    };
    response.on("drain", more);
    response.on("close", () => closed++);
    more();
  }

  const start = (path: RegExp) =>
    World.start({ scopes: [scope] }, (request, response) => {
      if (!path.test(request.url ?? "")) return false;
      pour(response);
      return true;
    });

  async function assertEnded(caller: Parameters<World["call"]>[0]): Promise<void> {
    const { done, errors } = await world.call({ timeout: 30_000, ...caller });
    assert.equal(done, 0);
    assert.match(errors[0]?.message ?? "", /the response from http\S+ is larger than 1 MB/);
    assert.ok(written < 64 * 1024 * 1024, String(written));
    while (closed === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  it("is disconnected at 1 MB in the flow of a service account's key", async () => {
    world = await start(/^\/token/);
    const key = JSON.stringify(world.emulator.createServiceAccount());
    await assertEnded({ environment: { GOOGLE_CREDENTIALS: key } });
  });

  it("is disconnected at 1 MB in the flow of a login", async () => {
    world = await start(/^\/token/);
    await assertEnded({ environment: world.login });
  });

  it("is disconnected at 1 MB in the flow of an impersonation", async () => {
    world = await start(/:generateAccessToken/);
    const token = world.emulator.issueToken({ scopes: [iamScope] });
    await assertEnded({
      environment: { GOOGLE_OAUTH_ACCESS_TOKEN: token },
      args: { impersonateServiceAccount: target },
    });
  });

  it("is disconnected at 1 MB in the flow of an impersonation that a credentials file describes", async () => {
    world = await start(/^\/token/);
    const file = world.file("impersonated.json", {
      type: "impersonated_service_account",
      service_account_impersonation_url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${target}:generateAccessToken`,
      source_credentials: { type: "authorized_user", client_id: "i", client_secret: "S3CR3T", refresh_token: "S3CR3T" },
    });
    await assertEnded({ environment: { GOOGLE_APPLICATION_CREDENTIALS: file } });
  });

  it("is disconnected at 1 MB in the flow of a domain-wide delegation", async () => {
    world = await start(/:signJwt/);
    const token = world.emulator.issueToken({ scopes: [iamScope] });
    const args = { impersonateServiceAccount: target, subject };
    await assertEnded({ environment: { GOOGLE_OAUTH_ACCESS_TOKEN: token }, args });
  });

  it("is disconnected at 1 MB in the flow of workload identity federation", async () => {
    world = await start(/^\/sts/);
    const credentials = JSON.stringify({
      type: "external_account",
      audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      token_url: "https://sts.googleapis.com/sts",
      credential_source: { file: world.file("subject-token", "subject token") },
    });
    await assertEnded({ environment: { GOOGLE_CREDENTIALS: credentials } });
  });

  it("is disconnected at 1 MB when it is the metadata server", async () => {
    world = await start(/^$/);
    const server = createServer((_request, response) => {
      pour(response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const GCE_METADATA_HOST = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      await assertEnded({ environment: { GCE_METADATA_HOST, METADATA_SERVER_DETECTION: "assume-present" } });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
