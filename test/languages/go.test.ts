import assert from "node:assert/strict";
import { cpSync, rmSync, symlinkSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Emulator, startEmulator } from "../../provider/emulator";
import { cliModule } from "../../scripts/pulumi-install/goBuild";
import { describeOnCli, skipIf } from "../engines";
import { withQuickStart } from "../engines/environment";
import { findCli } from "../engines/findCli";
import { withoutForeignEnvironment } from "../scenarios/world";
import { Surroundings } from "../security/surroundings";
import { temporaryFolders } from "../support/temporaryFolders";
import { Operations } from "./operations";
import { generateSdk, repository, run } from "./sdk";
import { missing, tools } from "./tools";

const sdkModule = "example.com/pulumi-cancellation/sdk/go";

interface Deployed {
  readonly outputs: Readonly<Record<string, unknown>> | null;
  /** How many resources have each change, the stack among them. */
  readonly changes: Readonly<Record<string, number>>;
}

describeOnCli("the Go example in a program of the Automation API", () => {
  skipIf(() => missing(tools.sdkGenerator, tools.goSdk));

  const temporaryFolder = temporaryFolders("cancellation-go-");
  let project: string;
  /** The compiled program, which isn't in the project's folder because that is searched for secrets. */
  let program: string;
  let state: string;
  let emulator: Emulator;
  let surroundings: Surroundings;

  before(async function () {
    this.timeout(300_000);
    project = temporaryFolder();
    cpSync(join(repository, "examples", "plugin-go"), project, { recursive: true });
    cpSync(join(__dirname, "automation_test.go"), join(project, "automation_test.go"));
    cpSync(join(tools.goSdk.directory, "go.sum"), join(project, "go.sum"));
    symlinkSync(join(repository, "node_modules"), join(project, "node_modules"));
    await generateSdk("go", join(project, "sdks", "cancellation"));
    const options = { directory: project, environment: { GOFLAGS: "-mod=mod", GOPROXY: "off", GOWORK: "off" } };
    // `pulumi package add` makes this replacement.
    await run("go", ["mod", "edit", `-replace=${sdkModule}=./sdks/cancellation`], options);
    // The program then has the dependencies that `npm run pulumi:install` compiled.
    await run("go", ["mod", "edit", `-require=${cliModule.module}@${cliModule.version}`], options);
    program = join(temporaryFolder(), "automation");
    await run("go", ["test", "-c", "-o", program, "."], options);
  });

  beforeEach(async () => {
    emulator = await startEmulator({ tokens: "required" });
    surroundings = new Surroundings(emulator.issueToken());
    state = temporaryFolder();
  });
  afterEach(async () => {
    await emulator.stop();
    surroundings.dispose();
    rmSync(join(project, "Pulumi.test.yaml"), { force: true });
  });

  const deploy = async (operation: string, stuck: string): Promise<Deployed> => {
    const { config, environment, onOutput } = surroundings.stackOptions;
    const cli = findCli();
    assert.ok(cli);
    const given = Object.entries({
      ...config,
      "cancellation:endpoint": emulator.endpoint,
      "plugin-go:operation": stuck,
    });
    const settings = given.map(([key, value]) => [key, typeof value === "string" ? { value } : value]);
    const { stdout, stderr } = await run(program, [operation], {
      directory: project,
      environment: withQuickStart({
        ...withoutForeignEnvironment(),
        ...environment,
        PATH: [dirname(cli.command), process.env["PATH"] ?? ""].join(delimiter),
        PULUMI_BACKEND_URL: pathToFileURL(state).href,
        PULUMI_CONFIG_PASSPHRASE: "a passphrase for tests",
        PULUMI_SKIP_UPDATE_CHECK: "true",
      }),
      input: JSON.stringify(Object.fromEntries(settings)),
    });
    onOutput(stdout + stderr);
    return JSON.parse(stdout) as Deployed;
  };

  it("cancels its operation in an up, and those that still run in a destroy", async () => {
    const operations = new Operations(emulator);
    const { stuck } = operations;

    assert.deepEqual((await deploy("preview", stuck)).changes, { create: 3 });
    operations.expectCancels();

    assert.deepEqual(await deploy("up", stuck), { outputs: operations.expectedOutputs, changes: { create: 3 } });
    operations.expectCancels(stuck);

    assert.deepEqual(await deploy("up", stuck), { outputs: operations.expectedOutputs, changes: { same: 3 } });
    assert.deepEqual((await deploy("refresh", stuck)).changes, { same: 3 });
    operations.expectCancels(stuck);

    assert.deepEqual((await deploy("destroy", stuck)).changes, { delete: 3 });
    operations.expectCancels(stuck, ...operations.swept);
    operations.expectOutcomes();
    surroundings.expectNoSecretIn([state, project], emulator.calls.all());
  });
});
