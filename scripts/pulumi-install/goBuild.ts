import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { run } from "./run";
import { step } from "./step";

/** The version of the CLI and its packages. The Go module proxy doesn't have every version of Pulumi's modules. */
export const version = "3.259.0";

/** The module of the CLI and of its code generators. */
export const cliModule = {
  module: "github.com/pulumi/pulumi/pkg/v3",
  version: `v${version}`,
  // The module declares this replacement itself, but Go ignores it unless the module is the main one.
  replace: "github.com/atotto/clipboard=github.com/tgummerer/clipboard@v0.0.0-20241001131231-d02d263e614e",
};

/** The last version of the SDK's module that holds the language hosts. They work with the CLI above. */
export const hostModule = { module: "github.com/pulumi/pulumi/sdk/v3", version: "v3.68.0" };

export interface Executable {
  readonly name: string;
  readonly module: string;
  readonly version: string;
  /** The packages of the module that the executable needs. Without a `source`, the only one is its main package. */
  readonly packages: readonly string[];
  /** The file of the main package. Default: the main package is in the module. */
  readonly source?: string;
  readonly replace?: string;
}

const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

export async function hasGo(): Promise<boolean> {
  return run("go", ["version"], os.tmpdir()).then(
    () => true,
    () => false,
  );
}

/** Builds an executable in a module of its own, in a new folder below `modules`. */
export async function buildWithGo(executable: Executable, modules: string, bin: string): Promise<void> {
  const { name, module, source, replace } = executable;
  const directory = path.join(modules, name);
  const packages = executable.packages.map((each) => `${module}/${each}`);
  const go = (...args: string[]) => run("go", args, directory);
  await fs.mkdir(directory);
  if (source !== undefined) await fs.copyFile(source, path.join(directory, path.basename(source)));

  await step(`${name}: fetching its modules`, async () => {
    await go("mod", "init", "build");
    if (replace !== undefined) await go("mod", "edit", `-replace=${replace}`);
    const wanted = packages.map((each) => `${each}@${executable.version}`);
    await go("get", ...(source === undefined ? ["-tool"] : []), ...wanted);
  });
  const main = source === undefined ? packages : ["."];
  await step(`${name}: compiling`, () =>
    go("build", "-ldflags", `-X ${versionVariable}=v${version}`, "-o", path.join(bin, name), ...main),
  );
}
