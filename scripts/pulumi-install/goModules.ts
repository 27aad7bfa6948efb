import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { pulumiHome } from "../../test/engines/findCli";
import { buildWithGo, cliModule, type Executable, hostModule, version } from "./goBuild";
import { writeLauncher } from "./launcher";

const executables: readonly Executable[] = [
  { ...cliModule, name: "pulumi", packages: ["cmd/pulumi"] },
  { ...hostModule, name: "pulumi-language-nodejs", packages: ["nodejs/cmd/pulumi-language-nodejs"] },
];

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
    for (const executable of executables) await buildWithGo(executable, modules, bin);
    await writeLauncher(bin);

    const root = path.join(versions, version);
    await fs.rm(root, { recursive: true, force: true });
    await fs.rename(staging, root);
  } finally {
    await fs.rm(staging, { recursive: true, force: true });
    await fs.rm(modules, { recursive: true, force: true });
  }
}
