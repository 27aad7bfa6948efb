import assert from "node:assert/strict";
import type { Outcome } from "./caller";
import { Federation } from "./federation";
import { operation, scope, World } from "./world";

function assertDone({ done, errors }: Outcome): void {
  assert.deepEqual([done, errors], [1, []]);
}

describe("a proxy", function () {
  this.timeout(60_000);
  let world: World;
  let key: string;
  beforeEach(async () => {
    world = await World.start({ scopes: [scope] });
    key = JSON.stringify(world.emulator.createServiceAccount());
  });
  afterEach(() => world.stop());

  it("receives requests for tunnels only, and sees no token", async () => {
    assertDone(await world.call({ environment: { GOOGLE_CREDENTIALS: key } }));
    const { tunnels, seen, arrived } = world.proxy;
    assert.deepEqual(tunnels, ["oauth2.googleapis.com:443", "cloudchannel.googleapis.com:443"]);
    assert.deepEqual(
      arrived.map(({ host, path }) => `${host}${path}`),
      ["oauth2.googleapis.com/token", `cloudchannel.googleapis.com/v1/${operation}`],
    );
    assert.match(seen, /^CONNECT oauth2\.googleapis\.com:443\n/);
    assert.doesNotMatch(seen, /^(GET|POST)/m);
    assert.doesNotMatch(seen, /authorization|bearer|ya29|assertion=/i);
  });

  it("opens at most 64 tunnels for 400 calls at once, and keeps them for 400 more calls", async () => {
    const { done, errors } = await world.call({
      environment: { GOOGLE_CREDENTIALS: key },
      count: 400,
      rounds: 2,
      timeout: 50_000,
    });
    assert.deepEqual([done, errors], [800, []]);
    const tunnels = world.proxy.tunnels.filter((host) => host.startsWith("cloudchannel."));
    assert.ok(tunnels.length > 1 && tunnels.length <= 64, String(tunnels.length));
  });

  it("can be reached over TLS", async () => {
    const proxy = world.proxy.secureUrl.replace("//", "//user:password@");
    assertDone(await world.call({ environment: { GOOGLE_CREDENTIALS: key, HTTPS_PROXY: proxy } }));
    assert.deepEqual(world.proxy.tunnels, ["oauth2.googleapis.com:443", "cloudchannel.googleapis.com:443"]);
  });

  it("can be set with https_proxy in lowercase", async () => {
    const environment = { GOOGLE_CREDENTIALS: key, HTTPS_PROXY: "", https_proxy: world.proxy.url };
    assertDone(await world.call({ environment }));
    assert.deepEqual(world.proxy.tunnels, ["oauth2.googleapis.com:443", "cloudchannel.googleapis.com:443"]);
  });

  it("is bypassed for tokens by every form of NO_PROXY that bypasses it for calls", async () => {
    await world.stop();
    const federation = await Federation.start();
    world = federation.world;
    const origin = new URL(world.proxy.origin);
    const credentials = federation.credentials(`${origin.origin}/sts`);
    for (const noProxy of [`localhost:${origin.port}`, "127.0.0.0/8", "*host"]) {
      assertDone(await world.call({ environment: { GOOGLE_CREDENTIALS: credentials, NO_PROXY: noProxy } }));
    }
    assert.deepEqual(new Set(world.proxy.tunnels), new Set(["cloudchannel.googleapis.com:443"]));
  });

  it("receives its own password, which no other server receives", async () => {
    const proxy = world.proxy.url.replace("//", "//user:password@");
    assertDone(await world.call({ environment: { GOOGLE_CREDENTIALS: key, HTTPS_PROXY: proxy } }));
    const basic = `Basic ${Buffer.from("user:password").toString("base64")}`;
    assert.equal(world.proxy.seen.split(basic).length - 1, 2);
    for (const { headers } of world.emulator.calls.all()) assert.equal(headers["proxy-authorization"], undefined);
  });

  it("is bypassed for the hosts in NO_PROXY", async () => {
    const environment = { GOOGLE_CREDENTIALS: key, NO_PROXY: "other.example,localhost" };
    const service = { endpoint: world.proxy.origin, scopes: [scope] };
    assertDone(await world.call({ environment, service }));
    assert.deepEqual(world.proxy.tunnels, ["oauth2.googleapis.com:443"]);
    assert.equal(world.proxy.arrived.at(-1)?.host, new URL(world.proxy.origin).host);
    assertDone(await world.call({ environment: { GOOGLE_CREDENTIALS: key }, service }));
    assert.ok(world.proxy.tunnels.includes(new URL(world.proxy.origin).host));
  });

  it("is bypassed for a token source in NO_PROXY", async () => {
    await world.stop();
    const federation = await Federation.start();
    world = federation.world;
    const credentials = federation.credentials(`${world.proxy.origin}/sts`);
    assertDone(await world.call({ environment: { GOOGLE_CREDENTIALS: credentials, NO_PROXY: "localhost" } }));
    assert.deepEqual(world.proxy.tunnels, ["cloudchannel.googleapis.com:443"]);
  });

  it("is bypassed for plain http to this machine, which receives the configured credential", async () => {
    const { emulator, proxy } = world;
    const environment = { GOOGLE_CREDENTIALS: key, HTTP_PROXY: proxy.url };
    const config = { "cancellation:endpoint": emulator.endpoint };
    assertDone(await world.call({ environment, config }));
    assert.deepEqual(proxy.tunnels, ["oauth2.googleapis.com:443"]);
    assert.doesNotMatch(proxy.seen, /^(GET|POST)/m);
    assert.equal(world.identity?.source, "assertion");
  });

  it("isn't used for plain http to another machine, which receives no token", async () => {
    for (const told of [
      { service: { endpoint: "http://cloudchannel.example" } },
      { config: { "cancellation:endpoint": "http://10.0.0.1:8080" } },
    ]) {
      const { done, errors } = await world.call({ environment: { GOOGLE_CREDENTIALS: key }, ...told });
      assert.equal(done, 0);
      assert.match(errors[0]?.message ?? "", /plain http to another machine, which would send the token unencrypted/);
    }
    assert.deepEqual([world.proxy.seen, world.emulator.calls.count()], ["", 0]);
  });

  it("receives no token, and no second attempt, when its tunnel's certificate isn't trusted", async () => {
    const environment = { GOOGLE_CREDENTIALS: key, NODE_EXTRA_CA_CERTS: "" };
    const { done, errors } = await world.call({ environment });
    assert.equal(done, 0);
    const [{ message } = assert.fail()] = errors;
    assert.match(message, /self-signed certificate.*NODE_EXTRA_CA_CERTS/);
    assert.equal(world.emulator.calls.count(), 0);
    assert.ok(world.proxy.tunnels.length <= 4, world.proxy.tunnels.join());
  });
});
