import assert from "node:assert/strict";
import { type Emulator, type FaultRule, startEmulator } from "../../provider/emulator";
import { CliEngine, describeOnEachEngine, type Engine } from "../engines";
import { failed, World } from "../scenarios/world";

/** The faults, one for each resource. Each resource has its own emulator, because a fault can pause a whole host. */
const faults: Readonly<Record<string, FaultRule>> = {
  fine: { calls: [], then: { status: 500 } },
  refused: { then: { status: 403 } },
  unauthenticated: { then: { status: 401 } },
  unauthenticatedByAProxy: { then: { status: 401, body: "html" } },
  wrong: { then: { status: 400, message: "invalid" } },
  conflicting: { then: { status: 409 } },
  elsewhere: { then: { status: 404, body: "html" } },
  redirected: { then: { redirect: "https://elsewhere.example.com/" } },
  unavailable: { then: { status: 503 } },
  exhausted: { then: { status: 429, retryAfter: 1 } },
  garbled: { then: { body: { text: "\u0000{" } } },
  truncated: { then: { body: "truncated" } },
  reset: { then: { reset: "withinBody" } },
  lost: { method: "cancel", then: "lostAnswer" },
  silent: { then: "noAnswer" },
  unreadable: { method: "get", then: { status: 403 } },
};

/** Returns the engine with all log levels except the highest, at which the engine itself shows the config's secrets. */
function talkative(engine: Engine): Engine {
  return engine instanceof CliEngine ? new CliEngine({ logVerbosity: 8 }) : engine;
}

describeOnEachEngine("planted secrets", (engine) => {
  let world: World;
  const emulators: Emulator[] = [];

  beforeEach(async () => {
    world = await World.open(talkative(engine));
  });
  afterEach(async () => {
    await world.close();
    for (const emulator of emulators.splice(0)) await emulator.stop();
  });

  // The stand-in starts nothing after the first failure, and this test has many failures.
  const onlyOnCli = engine instanceof CliEngine ? it : () => undefined;
  onlyOnCli("aren't shown under any fault of the service", async () => {
    const requests: string[] = [];
    for (const [name, rule] of Object.entries(faults)) {
      const emulator = await startEmulator({ operations: [{ name: "operations/AbC" }] });
      emulators.push(emulator);
      emulator.fault(rule);
      const args = { operation: "operations/AbC", service: { endpoint: emulator.endpoint } };
      const opts = { customTimeouts: { create: "2s", update: "2s", delete: "2s" } };
      requests.push(`new CancellationRequest("${name}", ${JSON.stringify(args)}, ${JSON.stringify(opts)});`);
      requests.push(
        `new CancellationRequest("${name}-kept", ${JSON.stringify({ ...args, cancelOn: "delete" })}, ${JSON.stringify(opts)});`,
      );
    }
    world.program(requests.join("\n"));
    await world.stack.setConfig("cancellation:endpoint", undefined);
    world.stack.setEnvironment("PULUMI_CONTINUE_ON_ERROR", "true");
    world.stack.setEnvironment("PULUMI_PARALLEL", "64");

    await world.preview();
    const { output } = failed(await world.stack.up(), /PERMISSION_DENIED/);
    assert.match(output, /"level":"INFO"/, "the engine logs");
    for (const { calls } of emulators) assert.ok(calls.count("cancel") > 0 && calls.count("get") > 0);
    await world.stack.up();
    await world.stack.destroy();
    world.expectNoSecretShown();
  });

  it("aren't shown when a credential is invalid", async () => {
    const operation = world.emulator.add();
    world.request({ operation }, { customTimeouts: { create: "2s" } });
    const { stack, planted } = world;
    const { value: key } = planted.config["cancellation:credentials"] as { readonly value: string };
    const unset = async (...keys: string[]) => {
      for (const name of keys) await stack.setConfig(name, undefined);
    };

    // Nothing listens at the proxy, which is on the way to the key's token endpoint.
    await unset("cancellation:accessToken");
    failed(await stack.up(), /Can't get an access token from config cancellation:credentials/);

    await stack.setConfig("cancellation:credentials", { value: `${key},`, secret: true });
    failed(await stack.up(), /config cancellation:credentials: the credentials aren't valid JSON/);

    await stack.setConfig("cancellation:credentials", { value: key.replaceAll("\\n", ""), secret: true });
    failed(await stack.up(), /config cancellation:credentials.*the private key can't be read/);

    await unset("cancellation:credentials", "gcp:accessToken", "gcp:credentials");
    failed(await stack.up(), /UNAUTHENTICATED.*GOOGLE_OAUTH_ACCESS_TOKEN/s);

    stack.setEnvironment("GOOGLE_OAUTH_ACCESS_TOKEN", undefined);
    failed(await stack.up(), /Can't get an access token from GOOGLE_CREDENTIALS/);

    stack.setEnvironment("GOOGLE_CREDENTIALS", undefined);
    stack.setEnvironment("GOOGLE_CLOUD_KEYFILE_JSON", undefined);
    failed(await stack.up(), /Can't get an access token from application default credentials/);
    world.expectNoSecretShown();
  });

  it("are found by the search when a program shows them", async () => {
    world.program(`
      const fs = require("fs");
      const { DATABASE_PASSWORD: password, GOOGLE_OAUTH_ACCESS_TOKEN: token, HTTPS_PROXY: proxy } = process.env;
      console.log("the password: " + Buffer.from(password).toString("base64"));
      fs.writeFileSync("leak.txt", "the proxy: " + encodeURIComponent(proxy));
      new CancellationRequest("request", { operation: "${world.emulator.add()}", triggers: [token.slice(20, 40)] });
    `);
    await world.up();
    assert.throws(
      () => {
        world.expectNoSecretShown();
      },
      ({ message }: Error) => {
        assert.match(message, /DATABASE_PASSWORD is in what the engine printed/);
        assert.match(message, /in HTTPS_PROXY is in \S+leak\.txt/);
        const { stateDirectory } = world.stack;
        assert.ok(message.includes(`GOOGLE_OAUTH_ACCESS_TOKEN is in ${stateDirectory}`), message);
        return true;
      },
    );
  });
});
