import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Emulator, startEmulator } from "../../provider/emulator";
import { CliEngine, skipIf } from "../engines";
import { findCli } from "../engines/findCli";
import { pack, run } from "./packed";

const operation = "operations/AbC";
/** The last version for Node.js 20. */
const pulumi = "3.248.0";

/** A project whose package manager installs the packed package. Its programs run on the Pulumi CLI. */
class Project {
  private readonly folder = mkdtempSync(join(tmpdir(), "cancellation-manager-"));
  readonly directory = join(this.folder, "project");
  private readonly tools = join(this.folder, "tools");
  private environment: NodeJS.ProcessEnv = {};

  /** @param tool the npm package of the package manager */
  async open(tool: string, files: Readonly<Record<string, string>>): Promise<void> {
    const cli = findCli();
    assert.ok(cli);
    const backend = join(this.folder, "backend");
    for (const folder of [this.directory, this.tools, backend]) mkdirSync(folder);
    this.environment = {
      ...process.env,
      PATH: [join(this.tools, "node_modules", ".bin"), dirname(cli.command), process.env["PATH"]].join(delimiter),
      PULUMI_BACKEND_URL: pathToFileURL(backend).href,
      PULUMI_CONFIG_PASSPHRASE: "a passphrase for tests",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    for (const [file, text] of Object.entries(files)) writeFileSync(join(this.directory, file), text);
    const manifest = {
      name: "project",
      private: true,
      main: "index.ts",
      dependencies: {
        "pulumi-operation-cancellation": `file:./${await pack(this.directory)}`,
        "@pulumi/pulumi": pulumi,
      },
      devDependencies: { typescript: "~5.9.0", "@types/node": "^20.0.0" },
    };
    writeFileSync(join(this.directory, "package.json"), JSON.stringify(manifest));
    writeFileSync(join(this.tools, "package.json"), "{}");
    await this.run(["npm", "install", "--prefer-offline", "--no-audit", "--no-fund", tool], this.tools);
  }

  /** Runs a command, and returns what it printed. */
  async run([command = "", ...args]: readonly string[], cwd = this.directory): Promise<string> {
    try {
      const { stdout, stderr } = await run(command, args, { cwd, env: this.environment, maxBuffer: Infinity });
      return stdout + stderr;
    } catch (error) {
      const { message, stdout } = error as Error & { stdout: string };
      throw new Error(`${message}\n${stdout}`, { cause: error });
    }
  }

  /** All calls of the project go to this emulator. */
  call({ endpoint }: Emulator): void {
    this.environment["CANCELLATION_ENDPOINT"] = endpoint;
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/**
 * Declares a suite whose project a package manager of the registry installs.
 *
 * @param commands the commands that a user types
 */
function describeManager(
  title: string,
  { tool, files, commands }: { tool: string; files: Readonly<Record<string, string>>; commands: Commands },
): void {
  describe(title, function () {
    this.timeout(300_000);
    skipIf(() => new CliEngine().unavailable());
    skipIf(() => unreachable(tool));
    const project = new Project();
    before(async () => {
      await project.open(tool, files);
      for (const command of commands.install) await project.run(command);
    });
    after(() => {
      project.dispose();
    });

    it("cancels an operation once, changes nothing in a second up, and is destroyed", async () => {
      const emulator = await startEmulator({ operations: [{ name: operation }] });
      project.call(emulator);
      try {
        assert.match(await project.run(commands.up), /outcome: "cancelled"[^]*2 created/);
        const calls = emulator.calls.count();
        assert.deepEqual([emulator.calls.count("cancel"), emulator.operation(operation)?.outcome], [1, "cancelled"]);
        assert.match(await project.run(commands.up), /2 unchanged/);
        assert.match(await project.run(commands.destroy), /2 deleted/);
        assert.equal(emulator.calls.count(), calls);
        commands.check?.(project);
      } finally {
        await emulator.stop();
      }
    });
  });
}

interface Commands {
  readonly install: readonly (readonly string[])[];
  readonly up: readonly string[];
  readonly destroy: readonly string[];
  /** Asserts what else the project must have. */
  readonly check?: (project: Project) => void;
}

async function unreachable(tool: string): Promise<string | undefined> {
  return run("npm", ["view", tool, "version"]).then(
    () => undefined,
    () => `the npm registry doesn't have ${tool}, or can't be reached`,
  );
}

const request = `new CancellationRequest("request", { operation: "${operation}" })`;

describeManager("a project with Yarn's Plug'n'Play and the plugin", {
  tool: "@yarnpkg/cli-dist@4",
  files: {
    ".yarnrc.yml": "nodeLinker: pnp\nenableScripts: false\nenableTelemetry: false\nenableImmutableInstalls: false\n",
    "yarn.lock": "",
    "Pulumi.yaml": "name: yarn\nruntime: nodejs\n",
    "index.ts": `import { CancellationRequest } from "pulumi-operation-cancellation/plugin";
export const { outcome } = ${request};
`,
  },
  commands: {
    install: [
      ["yarn", "install"],
      ["yarn", "exec", "pulumi", "stack", "init", "test"],
    ],
    up: ["yarn", "exec", "pulumi", "up", "--yes", "--non-interactive"],
    destroy: ["yarn", "exec", "pulumi", "destroy", "--yes", "--non-interactive"],
    check: ({ directory }) => {
      assert.equal(existsSync(join(directory, "node_modules")), false);
    },
  },
});

describeManager("a project with Bun and the plugin", {
  tool: "bun@1",
  files: {
    "Pulumi.yaml": `name: bun
runtime: nodejs
plugins:
  providers:
    - name: cancellation
      path: node_modules/pulumi-operation-cancellation
`,
    // An inline program needs no language host. Only a CLI from 3.227 on has one for Bun.
    "deploy.ts": `import { LocalWorkspace } from "@pulumi/pulumi/automation";
import { CancellationRequest } from "pulumi-operation-cancellation/plugin";

const program = async () => {
  if (!process.versions.bun) throw new Error("the program doesn't run on Bun");
  return { outcome: ${request}.outcome };
};
const args = { stackName: "test", projectName: "bun", program };
const stack = await LocalWorkspace.createOrSelectStack(args, { workDir: import.meta.dirname });
const command = process.argv[2] === "destroy" ? "destroy" : "up";
await stack[command]({ onOutput: console.log });
`,
  },
  commands: {
    install: [["bun", "install"]],
    up: ["bun", "run", "deploy.ts", "up"],
    destroy: ["bun", "run", "deploy.ts", "destroy"],
  },
});
