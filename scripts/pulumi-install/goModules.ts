import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { pulumiHome } from "../../test/engines/findCli";
import { writeLauncher } from "./launcher";
import { run } from "./run";

/** A version whose modules a Go module proxy has. The proxy doesn't have every version of Pulumi's modules. */
const version = "3.259.0";

interface Executable {
  readonly name: string;
  readonly module: string;
  readonly version: string;
  readonly package: string;
  readonly replace?: string;
}

const executables: readonly Executable[] = [
  {
    name: "pulumi",
    module: "github.com/pulumi/pulumi/pkg/v3",
    version: `v${version}`,
    package: "cmd/pulumi",
    // The module declares this replacement itself, but Go ignores it unless the module is the main one.
    replace: "github.com/atotto/clipboard=github.com/tgummerer/clipboard@v0.0.0-20241001131231-d02d263e614e",
  },
  {
    name: "pulumi-language-nodejs",
    module: "github.com/pulumi/pulumi/sdk/v3",
    // The last version of the module that holds the language host. It works with the CLI above.
    version: "v3.68.0",
    package: "nodejs/cmd/pulumi-language-nodejs",
  },
];

const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

export async function hasGo(): Promise<boolean> {
  return run("go", ["version"], os.tmpdir()).then(
    () => true,
    () => false,
  );
}

/** Builds the CLI and its Node.js language host, and then moves them into Pulumi's versions folder in one step. */
export async function buildFromGoModules(): Promise<void> {
  const versions = path.join(pulumiHome(), "versions");
  await fs.mkdir(versions, { recursive: true });
  // In the same folder as the result, because a rename works only within one file system.
  const staging = await fs.mkdtemp(path.join(versions, ".building-"));
  const modules = await fs.mkdtemp(path.join(os.tmpdir(), "pulumi-modules-"));
  try {
    console.log(`Building Pulumi ${version} from its Go modules. This takes about six minutes if nothing is cached.`);
    const bin = path.join(staging, "bin");
    await fs.mkdir(bin);
    for (const executable of executables) await build(executable, modules, bin);
    await writeLauncher(bin);

    const root = path.join(versions, version);
    await fs.rm(root, { recursive: true, force: true });
    await fs.rename(staging, root);
  } finally {
    await fs.rm(staging, { recursive: true, force: true });
    await fs.rm(modules, { recursive: true, force: true });
  }
}

async function build(executable: Executable, modules: string, bin: string): Promise<void> {
  const directory = path.join(modules, executable.name);
  const main = `${executable.module}/${executable.package}`;
  const go = (...args: string[]) => run("go", args, directory);
  await fs.mkdir(directory);

  await step(`${executable.name}: fetching its modules`, async () => {
    await go("mod", "init", "build");
    if (executable.replace !== undefined) await go("mod", "edit", `-replace=${executable.replace}`);
    await go("get", "-tool", `${main}@${executable.version}`);
  });
  await step(`${executable.name}: compiling`, () =>
    go("build", "-ldflags", `-X ${versionVariable}=v${version}`, "-o", path.join(bin, executable.name), main),
  );
}

async function step(title: string, work: () => Promise<void>): Promise<void> {
  const start = performance.now();
  console.log(`  ${title} …`);
  await work();
  console.log(`  ${title}: ${Math.round((performance.now() - start) / 1000)} s`);
}
