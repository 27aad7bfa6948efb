import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { packageVersion } from "../../provider/common/packageVersion";
import { buildArchive } from "../../scripts/plugin-archive/archive";
import { CliEngine, describeOnEachEngine, skipIf } from "../engines";
import { pluginIn } from "../scenarios/hosts";
import { changes, World } from "../scenarios/world";
import { schema } from "../schema/schema";
import { repository, run } from "./packed";
import { PluginProcess } from "./pluginProcess";
import { pulumi } from "./pulumi";

const executableName = `pulumi-resource-cancellation${process.platform === "win32" ? ".exe" : ""}`;
const served = { ...schema, version: packageVersion };

describe("the archive of the plugin", function () {
  this.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), "cancellation-archive-"));
  const unpacked = join(folder, "unpacked");
  const executable = join(unpacked, executableName);
  let archive: string;

  before(async () => {
    archive = await buildArchive(join(folder, "built"));
    mkdirSync(unpacked);
    await run("tar", ["-xzf", `../built/${basename(archive)}`], { cwd: unpacked });
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("has the name that the Pulumi CLI looks for, and is the only file that the build leaves", () => {
    const system = { linux: "linux", darwin: "darwin", win32: "windows" }[process.platform as "linux"];
    const processor = { x64: "amd64", arm64: "arm64" }[process.arch as "x64"];
    assert.deepEqual(readdirSync(join(folder, "built")), [
      `pulumi-resource-cancellation-v${packageVersion}-${system}-${processor}.tar.gz`,
    ]);
  });

  it("holds exactly one file, the executable", () => {
    assert.deepEqual(readdirSync(unpacked), [executableName]);
  });

  it("holds no path of the machine that built it", () => {
    const content = readFileSync(executable);
    for (const path of [repository, folder]) {
      assert.ok(!content.includes(path) && !content.includes(path.replaceAll("\\", "/")), path);
    }
  });

  it("runs without a Node.js on the PATH, and serves the schema", async () => {
    // Windows needs SystemRoot for any connection.
    const env = { PATH: "", SystemRoot: process.env["SystemRoot"] };
    const plugin = await PluginProcess.start(executable, [], { cwd: unpacked, env });
    try {
      assert.deepEqual(await plugin.schema(), served);
    } finally {
      await plugin.stop();
    }
  });

  describe("the plugin of the archive, on the Pulumi CLI", () => {
    skipIf(() => new CliEngine().unavailable());

    const options = { cwd: folder, env: { PULUMI_HOME: join(folder, "home") } };

    it("serves the schema to the commands that generate SDKs", async () => {
      assert.deepEqual(JSON.parse(await pulumi(["package", "get-schema", executable], options)), served);
    });

    it("can be installed with pulumi plugin install, and is then found by its name", async () => {
      const version = `v${packageVersion}`;
      await pulumi(["plugin", "install", "resource", "cancellation", version, "--file", archive], options);
      assert.deepEqual(JSON.parse(await pulumi(["package", "get-schema", "cancellation"], options)), served);
    });
  });

  describeOnEachEngine("the plugin of the archive", (engine) => {
    it("cancels an operation in an up, and another one in a destroy", async () => {
      const world = await World.open(engine, {}, pluginIn(unpacked));
      try {
        const [first, second] = [world.emulator.add(), world.emulator.add()];
        world.program(`
          new CancellationRequest("first", { operation: "${first}" });
          new CancellationRequest("second", { operation: "${second}", cancelOn: "delete" });
        `);
        assert.deepEqual(changes(await world.up()), ["create", "create"]);
        assert.deepEqual([await world.outcome("first"), await world.outcome("second")], ["cancelled", "running"]);
        assert.deepEqual([world.cancels(first), world.cancels(second)], [1, 0]);

        assert.deepEqual(changes(await world.destroy()), ["delete", "delete"]);
        assert.deepEqual([world.cancels(first), world.cancels(second)], [1, 1]);
        assert.equal(world.emulator.operation(second)?.outcome, "cancelled");
        world.expectNoSecretShown();
      } finally {
        await world.close();
      }
    });
  });
});
