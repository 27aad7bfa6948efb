import assert from "node:assert/strict";
import { cpSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { CliEngine, describeOnCli, skipIf } from "../engines";
import { plugin } from "../scenarios/hosts";
import { Project } from "../scenarios/project";
import { changes, failed, World } from "../scenarios/world";
import { temporaryFolders } from "../support/temporaryFolders";
import { Operations } from "./operations";
import { generateSdk, repository, run } from "./sdk";
import { missing, tools } from "./tools";

const example = join(repository, "examples", "plugin-python");
const host = { ...plugin, config: {} };

describeOnCli("the Python example", () => {
  skipIf(() => missing(tools.sdkGenerator, tools.pythonHost, tools.python));

  const temporaryFolder = temporaryFolders("cancellation-python-");
  /** The generated SDK, installed. */
  let packages: string;
  let world: World;

  before(async function () {
    this.timeout(120_000);
    packages = temporaryFolder();
    const source = join(packages, "sdks", "cancellation");
    await generateSdk("python", source);
    const pip = join(tools.python.directory, "bin", "pip");
    // The environment has all that the SDK needs, so nothing is downloaded.
    await run(pip, ["install", "--no-index", "--no-deps", "--no-build-isolation", "--target", packages, source]);
  });

  beforeEach(async () => {
    const project = new Project("plugin-python", host);
    cpSync(example, project.directory, { recursive: true });
    symlinkSync(project.modules, join(project.directory, "node_modules"));
    symlinkSync(tools.python.directory, join(project.directory, "venv"));
    world = await World.open(new CliEngine(), {}, host, project);
    // This Python language host is too old for the option `virtualenv`, and takes the first Python on the PATH.
    const path = [join(tools.python.directory, "bin"), tools.pythonHost.directory, process.env["PATH"] ?? ""];
    world.stack.setEnvironment("PATH", path.join(delimiter));
    world.stack.setEnvironment("PYTHONPATH", packages);
  });
  afterEach(() => world.close());

  it("cancels its operation in an up, and those that still run in a destroy", async () => {
    const operations = new Operations(world.emulator);
    await world.stack.setConfig("plugin-python:operation", operations.stuck);

    const { output } = await world.preview();
    assert.match(output, /stuck-entitlement \(.*\): the operation is running\. The cancel would be sent\./);
    operations.expectCancels();

    assert.deepEqual(changes(await world.up()), ["create", "create"]);
    assert.deepEqual(await world.stack.outputs(), operations.expectedOutputs);
    operations.expectCancels(operations.stuck);

    assert.deepEqual(changes(await world.up()), []);
    await world.refresh();
    assert.equal(await world.outcome("stuck-entitlement"), "cancelled");
    operations.expectCancels(operations.stuck);

    await world.destroy();
    operations.expectCancels(operations.stuck, ...operations.swept);
    operations.expectOutcomes();
    world.expectNoSecretShown();
  });

  it("fails if its operation completes despite the cancel, and keeps the request", async () => {
    const operation = world.emulator.add({ onCancel: "complete" });
    await world.stack.setConfig("plugin-python:operation", operation);
    failed(await world.stack.up(), /The outcome is succeeded, and `expect` allows cancelled/);
    assert.equal(await world.outcome("stuck-entitlement"), "succeeded");
    world.expectNoSecretShown();
  });
});
