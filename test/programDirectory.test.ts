import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkProgramDirectory } from "../provider/programChecks";

const packageName = "pulumi-operation-cancellation";

describe("the program's directory", () => {
  const cwd = process.cwd.bind(process);
  let directory: string;
  beforeEach(() => {
    directory = realpathSync(mkdtempSync(join(tmpdir(), "program-")));
    process.cwd = () => directory;
  });
  afterEach(() => {
    process.cwd = cwd;
    Reflect.deleteProperty(process.versions, "pnp");
    rmSync(directory, { recursive: true });
  });

  function install(): void {
    const folder = join(directory, "node_modules", packageName);
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, "package.json"),
      JSON.stringify({ name: packageName, exports: { "./provider": "./p.js" } }),
    );
    writeFileSync(join(folder, "p.js"), "");
  }

  it("passes the check when the package is installed in it", () => {
    install();
    assert.doesNotThrow(checkProgramDirectory);
  });

  it("fails the check, with a message that says what to do, when the package can't be found from it", () => {
    assert.throws(checkProgramDirectory, (error: Error) => {
      assert.ok(error.message.includes(directory), error.message);
      assert.match(error.message, /direct dependency of the program: npm install pulumi-operation-cancellation/);
      return true;
    });
    install();
    assert.doesNotThrow(checkProgramDirectory);
  });

  it("fails the check, with a message that says what to do, when Yarn's Plug'n'Play is active", () => {
    install();
    Object.defineProperty(process.versions, "pnp", { value: "3", configurable: true });
    assert.throws(
      checkProgramDirectory,
      /Plug'n'Play.*cancellation\/plugin, and run `yarn exec pulumi up`.*nodeLinker: node-modules/,
    );
  });
});
