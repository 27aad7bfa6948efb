import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { recipeFile, type Tool, tools } from "../../test/languages/tools";
import { buildWithGo, cliModule, type Executable, hostModule, version } from "./goBuild";
import { run } from "./run";
import { step } from "./step";

const generator: Executable = {
  ...cliModule,
  name: "sdk-generator",
  packages: ["codegen/go", "codegen/python", "codegen/schema"],
  source: path.join(__dirname, "sdk-generator", "main.go"),
};

const pythonHost: Executable = {
  ...hostModule,
  name: "pulumi-language-python",
  packages: ["python/cmd/pulumi-language-python"],
};

/** `pulumi`, what a generated SDK needs besides, and what builds a package without a download. */
const pythonPackages = ["pulumi==3.272.0", "parver==1.0.1.post0", "setuptools==84.2.1", "wheel==0.48.0"];

/** The packages of Pulumi's SDK for Go that programs and the Automation API need. */
const goPackages = ["go/auto", "go/pulumi", "go/pulumi/config"].map(
  (name) => `github.com/pulumi/pulumi/sdk/v3/${name}`,
);

/**
 * Installs what the tests of programs in other languages need besides the CLI. If a tool can't be installed, this prints
 * the reason and doesn't fail, because the tests that need the tool are skipped.
 */
export async function installLanguages(): Promise<void> {
  const source = await fs.readFile(generator.source ?? "", "utf8");
  await install(tools.sdkGenerator, { ...generator, source }, async (directory, temporary) => {
    await buildWithGo(generator, temporary, directory);
  });
  await install(tools.pythonHost, pythonHost, async (directory, temporary) => {
    await buildWithGo(pythonHost, temporary, directory);
    // The host starts this script, which has to be beside it or on the PATH.
    const script = "pulumi-language-python-exec";
    const build = path.join(temporary, pythonHost.name);
    const root = await run("go", ["list", "-m", "-f", "{{.Dir}}", pythonHost.module], build);
    await fs.copyFile(path.join(root.trim(), "python", "cmd", script), path.join(directory, script));
    // Files in Go's cache can't be executed or changed.
    await fs.chmod(path.join(directory, script), 0o755);
  });
  await install(tools.python, pythonPackages, async (directory, temporary) => {
    await step("Python: installing its packages", async () => {
      await run("python3", ["-m", "venv", directory], temporary);
      await run(path.join(directory, "bin", "pip"), ["install", ...pythonPackages], temporary);
    });
  });
  await install(tools.goSdk, { goPackages, ...cliModule }, async (directory, temporary) => {
    await step("Go: fetching and compiling Pulumi's SDK", async () => {
      const go = (...args: string[]) => run("go", args, temporary);
      await go("mod", "init", "program");
      // With the CLI's module, the SDK has the same versions of its dependencies as the CLI, which are compiled already.
      await go("get", ...[cliModule.module, ...goPackages].map((name) => `${name}@v${version}`));
      // Compiles the packages into Go's cache, so that tests compile only the programs.
      await go("build", ...goPackages);
      await fs.copyFile(path.join(temporary, "go.sum"), path.join(directory, "go.sum"));
    });
  });
}

/**
 * Installs a tool unless it's installed from this recipe.
 *
 * @param work gets the tool's folder and a temporary one
 */
async function install(
  { name, directory }: Tool,
  recipe: unknown,
  work: (directory: string, temporary: string) => Promise<void>,
): Promise<void> {
  const file = path.join(directory, recipeFile);
  const text = JSON.stringify(recipe);
  const installed = await fs.readFile(file, "utf8").catch(() => undefined);
  if (installed === text) return;
  const temporary = await fs.mkdtemp(path.join(os.tmpdir(), "pulumi-tool-"));
  try {
    // In place, because a virtual environment of Python can't be moved.
    await fs.rm(directory, { recursive: true, force: true });
    await fs.mkdir(directory, { recursive: true });
    await work(directory, temporary);
    await fs.writeFile(file, text);
  } catch (error) {
    console.log(`The ${name} can't be installed, so tests that need it are skipped. ${String(error)}`);
  } finally {
    await fs.rm(temporary, { recursive: true, force: true });
  }
}
