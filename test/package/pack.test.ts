import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startEmulator } from "../../provider/emulator";
import { describeOnEachEngine } from "../engines";
import { succeeded } from "../scenarios/world";

const run = promisify(execFile);
const repository = join(__dirname, "..", "..");

describe("the package that npm packs", () => {
  let project: string;

  before(async () => {
    project = mkdtempSync(join(tmpdir(), "cancellation-package-"));
    const { stdout } = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", project], {
      cwd: repository,
    });
    const [packed] = JSON.parse(stdout) as [{ filename: string }];
    const { devDependencies } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as {
      devDependencies: Record<string, string>;
    };
    writeFileSync(join(project, "package.json"), JSON.stringify({ name: "empty", private: true }));
    const wanted = ["@pulumi/pulumi", "typescript", "@types/node"].map(
      (name) => `${name}@${devDependencies[name] ?? ""}`,
    );
    await run(
      "npm",
      [
        "install",
        "--prefer-offline",
        "--no-audit",
        "--no-fund",
        `./${packed.filename}`,
        ...wanted,
        "@pulumi/gcp@^9.0.0",
        "--ignore-scripts",
      ],
      { cwd: project },
    );
  });
  after(() => {
    rmSync(project, { recursive: true, force: true });
  });

  it("has no install scripts, and holds only the build and its documents", async () => {
    const root = join(project, "node_modules", "pulumi-operation-cancellation");
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      scripts?: Record<string, string>;
    };
    const hooks = Object.keys(manifest.scripts ?? {}).filter((name) => /^(pre|post)?install$/.test(name));
    assert.deepEqual(hooks, []);
    const { stdout } = await run("find", [root, "-maxdepth", "1", "-mindepth", "1", "-printf", "%f\n"]);
    assert.deepEqual(stdout.trim().split("\n").sort(), [
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "dist",
      "docs",
      "package.json",
    ]);
  });

  it("can be imported from an ES module, with its emulator", async () => {
    const script = `
      import { CancellationRequest } from "pulumi-operation-cancellation";
      import { startEmulator } from "pulumi-operation-cancellation/emulator";
      console.log(typeof CancellationRequest, typeof startEmulator);
    `;
    const { stdout } = await run("node", ["--input-type=module", "-e", script], { cwd: project });
    assert.equal(stdout.trim(), "function function");
  });

  it("installs the emulator's command", async () => {
    const { stdout } = await run(join(project, "node_modules", ".bin", "operations-emulator"), ["--help"], {
      cwd: project,
    });
    assert.match(stdout, /--operation/);
  });

  it("has types with which all examples compile, also the one that uses @pulumi/gcp", async () => {
    cpSync(join(repository, "examples"), join(project, "examples"), { recursive: true });
    for (const moduleResolution of [
      ["--module", "node16"],
      ["--module", "commonjs", "--moduleResolution", "node10"],
    ]) {
      const programs = ["demo", "stuck-entitlement", "teardown", "gcp-identity"].map(
        (name) => `examples/${name}/index.ts`,
      );
      await run(
        "node",
        [
          "node_modules/typescript/bin/tsc",
          "--noEmit",
          "--strict",
          "--skipLibCheck",
          "--target",
          "es2022",
          ...moduleResolution,
          ...programs,
        ],
        { cwd: project },
      ).catch((error: unknown) => {
        assert.fail((error as { stdout: string }).stdout);
      });
    }
  });

  describeOnEachEngine("the package in an empty project", (engine) => {
    it("cancels an operation", async () => {
      writeFileSync(join(project, "Pulumi.yaml"), "name: empty\nruntime: nodejs\nmain: index.ts\n");
      writeFileSync(
        join(project, "index.ts"),
        `import { CancellationRequest } from "pulumi-operation-cancellation";
         export const { outcome } = new CancellationRequest("request", { operation: "operations/AbC" });`,
      );
      const emulator = await startEmulator({ operations: [{ name: "operations/AbC" }] });
      const stack = await engine.open({ directory: project, config: { "cancellation:endpoint": emulator.endpoint } });
      try {
        succeeded(await stack.up());
        assert.deepEqual(await stack.outputs(), { outcome: "cancelled" });
      } finally {
        await stack.dispose();
        await emulator.stop();
      }
    });
  });
});
