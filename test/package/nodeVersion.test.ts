import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..", "..");

/** Loads a module in a process that reports another version of Node.js. */
function load(module: string, version: string) {
  const program = `
    Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } });
    require("./${module}");
  `;
  return spawnSync(process.execPath, ["--require", "tsx/cjs", "--eval", program], { cwd: root, encoding: "utf8" });
}

describe("the package on an unsupported Node.js", function () {
  this.timeout(60_000);

  for (const entry of [
    "provider",
    "provider/hosts/dynamicProvider",
    "provider/emulator",
    "provider/emulator/command",
  ]) {
    it(`fails when ${entry} is loaded, and names the required and the present version`, () => {
      const { status, stderr } = load(entry, "18.20.4");
      assert.notEqual(status, 0);
      assert.match(stderr, /requires Node\.js 20 or later, and this is Node\.js 18\.20\.4 \(.*node\)\. Install/);
    });

    it(`loads ${entry} with Node.js 20`, () => {
      const { status, stderr } = load(entry, "20.0.0");
      assert.equal(status, 0, stderr);
    });
  }

  it("requires the version that package.json has", () => {
    const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { engines: { node: string } };
    assert.equal(engines.node, ">=20");
  });
});
