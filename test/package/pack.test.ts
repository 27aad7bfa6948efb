import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Emulator, startEmulator } from "../../provider/emulator";
import { readPages } from "../docs/markdown";
import { describeOnEachEngine } from "../engines";
import { succeeded } from "../scenarios/world";
import { examples } from "../support/examples";
import { pack, repository, run } from "./packed";

/** The examples that import the package. */
const programs = examples.filter(({ runtime }) => runtime === "nodejs");

const compiled = ["--strict", "--skipLibCheck", "--target", "es2022", "--module", "node16", "--outDir", "compiled"];

interface Declared {
  readonly type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Runs the example gcp-identity with mocks, and prints what it declares. */
const mockedExample = `
const pulumi = require("@pulumi/pulumi");
const declared = [];
pulumi.runtime.setAllConfig({
  "gcp:project": "p",
  "gcp-identity:operation": "projects/p/locations/us-east1/trainingPipelines/1/operations/2",
  "gcp-identity:caller": "user:me@example.com",
});
pulumi.runtime
  .setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        declared.push({ type, inputs });
        const email = inputs.accountId + "@p.iam.gserviceaccount.com";
        return { id: name + "-id", state: { ...inputs, email, name: email, outcome: "cancelled" } };
      },
      call: ({ inputs }) => inputs,
    },
    "gcp-identity",
  )
  .then(() => require("./compiled/index.js").outcome.apply((outcome) => {
    console.log(JSON.stringify({ declared, outcome }));
  }));
`;

describe("the package that npm packs", () => {
  let project: string;
  let root: string;

  before(async () => {
    project = mkdtempSync(join(tmpdir(), "cancellation-package-"));
    root = join(project, "node_modules", "pulumi-operation-cancellation");
    const archive = await pack(project);
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
        `./${archive}`,
        ...wanted,
        "@pulumi/gcp@^9.0.0",
        "--ignore-scripts",
      ],
      { cwd: project },
    );
    for (const { name, files } of programs) {
      for (const file of files) {
        cpSync(join(repository, "examples", name, file), join(project, "examples", name, file));
      }
    }
  });
  after(() => {
    rmSync(project, { recursive: true, force: true });
  });

  it("has no install scripts, and holds only the build, its documents and the examples", async () => {
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      scripts?: Record<string, string>;
    };
    const hooks = Object.keys(manifest.scripts ?? {}).filter((name) => /^(pre|post)?install$/.test(name));
    assert.deepEqual(hooks, []);
    const { stdout } = await run("find", [root, "-maxdepth", "1", "-mindepth", "1", "-printf", "%f\n"]);
    assert.deepEqual(stdout.trim().split("\n").sort(), [
      "CHANGELOG.md",
      "CONTRIBUTING.md",
      "LICENSE",
      "README.md",
      "SECURITY.md",
      "dist",
      "docs",
      "examples",
      "package.json",
      "pulumi-resource-cancellation",
      "pulumi-resource-cancellation.cmd",
      "schema.json",
    ]);
    const files = readdirSync(join(root, "examples"), { recursive: true, encoding: "utf8" });
    const parts = examples.flatMap((example) => [
      example.name,
      ...example.files.map((file) => join(example.name, file)),
    ]);
    assert.deepEqual(files.sort(), ["README.md", ...parts].sort());
  });

  it("has the target of each link in its documents", () => {
    const missing = readPages().flatMap(({ path, links }) =>
      links
        .filter((link) => !/^(https?:|mailto:|#)/.test(link))
        .map((link) => join(dirname(path), link.replace(/#.*/, "")))
        .filter((target) => !existsSync(join(root, target)))
        .map((target) => `${path}: ${target}`),
    );
    assert.deepEqual(missing, []);
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
    for (const options of [
      ["--strict", "--module", "node16"],
      // Pulumi's own options for a program without a tsconfig.json aren't strict.
      ["--module", "commonjs", "--moduleResolution", "node10"],
    ]) {
      await run(
        "node",
        [
          "node_modules/typescript/bin/tsc",
          "--noEmit",
          "--skipLibCheck",
          "--target",
          "es2022",
          ...options,
          ...programs.map(({ name, program }) => `examples/${name}/${program}`),
        ],
        { cwd: project },
      ).catch((error: unknown) => {
        assert.fail((error as { stdout: string }).stdout);
      });
    }
  });

  it("lets the mocks of a test check the example that uses @pulumi/gcp", async () => {
    await run("node", ["node_modules/typescript/bin/tsc", ...compiled, "examples/gcp-identity/index.ts"], {
      cwd: project,
    });
    writeFileSync(join(project, "mocked.js"), mockedExample);
    const { stdout } = await run("node", ["mocked.js"], { cwd: project });
    const { declared, outcome } = JSON.parse(stdout) as { declared: Declared[]; outcome: string };
    assert.equal(outcome, "cancelled");
    const email = "operation-canceller@p.iam.gserviceaccount.com";
    const of = (type: string) => declared.filter((resource) => resource.type === type).map(({ inputs }) => inputs);
    assert.deepEqual(
      of("gcp:projects/service:Service").map(({ service }) => service),
      ["aiplatform.googleapis.com", "iamcredentials.googleapis.com"],
    );
    assert.deepEqual(
      of("gcp:projects/iAMMember:IAMMember").map(({ role, member }) => [role, member]),
      ["roles/aiplatform.user", "roles/serviceusage.serviceUsageConsumer"].map((role) => [
        role,
        `serviceAccount:${email}`,
      ]),
    );
    const [{ role, member } = {}] = of("gcp:serviceaccount/iAMMember:IAMMember");
    assert.deepEqual([role, member], ["roles/iam.serviceAccountTokenCreator", "user:me@example.com"]);
    const [{ service, impersonateServiceAccount } = {}] = of("pulumi-nodejs:dynamic/cancellation:CancellationRequest");
    assert.deepEqual(service, { endpoint: "https://us-east1-aiplatform.googleapis.com" });
    assert.equal(impersonateServiceAccount, email);
    assert.equal(declared.at(-1)?.type, "pulumi-nodejs:dynamic/cancellation:CancellationRequest");
  });

  describeOnEachEngine("an example in a folder of its own", (engine) => {
    let emulator: Emulator;
    beforeEach(async () => {
      emulator = await startEmulator({
        operations: [
          { name: "operations/AbC", operationType: "CREATE_ENTITLEMENT" },
          { name: "operations/DeF", operationType: "CHANGE_OFFER", onCancel: "complete" },
        ],
      });
    });
    afterEach(() => emulator.stop());

    for (const [name, config, afterUp] of [
      [
        "demo",
        { operations: '{"honoured":"operations/AbC","completes":"operations/DeF"}' },
        ["cancelled", "succeeded"],
      ],
      ["stuck-entitlement", { operation: "operations/AbC" }, ["cancelled", "running"]],
      ["teardown", { operations: '["operations/AbC","operations/DeF"]' }, ["running", "running"]],
      ["environment-sweep", {}, ["running", "running"]],
    ] as const) {
      it(`runs ${name} on the emulator`, async () => {
        const directory = join(project, "examples", name);
        const [, projectName = ""] = /^name: (.*)$/m.exec(readFileSync(join(directory, "Pulumi.yaml"), "utf8")) ?? [];
        const own = Object.entries(config).map(([key, value]) => [`${projectName}:${key}`, value]);
        const stack = await engine.open({
          directory,
          config: {
            "cancellation:endpoint": emulator.endpoint,
            ...(Object.fromEntries(own) as Record<string, string>),
          },
        });
        const outcomes = () => ["operations/AbC", "operations/DeF"].map((each) => emulator.operation(each)?.outcome);
        try {
          succeeded(await stack.preview());
          succeeded(await stack.up());
          assert.deepEqual(outcomes(), afterUp);
          succeeded(await stack.destroy());
          if (name !== "stuck-entitlement") assert.deepEqual(outcomes(), ["cancelled", "succeeded"]);
        } finally {
          await stack.dispose();
        }
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
