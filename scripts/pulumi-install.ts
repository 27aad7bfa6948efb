import { findCli } from "../test/engines/findCli";
import { download } from "./pulumi-install/download";
import { buildFromGoModules, hasGo } from "./pulumi-install/goModules";

/** Sees to it that there is a Pulumi CLI: one that is there, else the official download, else one that Go builds. */
async function main(): Promise<void> {
  if (process.platform === "win32") {
    throw new Error("This script knows Linux and macOS. On Windows, install Pulumi as its documentation says.");
  }

  const found = await findCli();
  if (found !== undefined) {
    console.log(`Pulumi is installed: ${found.command}`);
    return;
  }

  const refused = await download();
  if (refused !== undefined) {
    console.log(`The download can't be had: ${refused}.`);
    if (!(await hasGo())) {
      throw new Error(
        "Pulumi could not be installed: its download can't be reached, and there is no Go to build it with. " +
          "Install Pulumi (https://www.pulumi.com/docs/install/) or Go (https://go.dev/doc/install), and try again.",
      );
    }
    await buildFromGoModules();
  }

  const installed = await findCli();
  if (installed === undefined) throw new Error("Pulumi was installed, and yet it can't be found.");
  console.log(`Pulumi is installed: ${installed.command}`);
  console.log("The tests find it there; for a shell, add its folder to the PATH.");
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
