import { createRequire } from "node:module";
import { join } from "node:path";

const packageName = "pulumi-operation-cancellation";

const checked = new Set<string>();

/**
 * Makes sure that Pulumi's dynamic-provider host will find this package: it looks from the program's directory, where a
 * package that is only the dependency of a dependency may be out of sight.
 *
 * @throws when it will not, with what to do
 */
export function checkProgramDirectory(): void {
  const directory = process.cwd();
  if (checked.has(directory)) return;
  if ("pnp" in process.versions) {
    throw new Error(
      `${packageName} does not work with Yarn's Plug'n'Play, which Pulumi's dynamic-provider host can't resolve packages with. ` +
        "Set `nodeLinker: node-modules` in .yarnrc.yml and run `yarn install`.",
    );
  }
  try {
    createRequire(join(directory, "program.js")).resolve(`${packageName}/provider`);
  } catch {
    throw new Error(
      `${packageName} can't be found from the program's directory, ${directory}, from which Pulumi's dynamic-provider host ` +
        `loads it. Make it a direct dependency of the program: npm install ${packageName}`,
    );
  }
  checked.add(directory);
}
