import { findCli } from "../test/engines/findCli";
import { download } from "./pulumi-install/download";
import { hasGo } from "./pulumi-install/goBuild";
import { buildFromGoModules } from "./pulumi-install/goModules";
import { installLanguages } from "./pulumi-install/languages";

async function main(): Promise<void> {
  if (process.platform === "win32") {
    throw new Error(
      "This script supports only Linux and macOS. On Windows, install Pulumi: https://www.pulumi.com/docs/install/",
    );
  }

  await installCli();
  await installLanguages();
}

/** Installs the Pulumi CLI unless it's installed: downloads the official one, or builds one with Go. */
async function installCli(): Promise<void> {
  const found = findCli();
  if (found !== undefined) {
    console.log(`Pulumi is installed: ${found.command}`);
    return;
  }

  const refused = await download();
  if (refused !== undefined) {
    console.log(`Pulumi can't be downloaded: ${refused}.`);
    if (!(await hasGo())) {
      throw new Error(
        "Pulumi can't be installed, because the download failed and Go isn't installed to build it. " +
          "Install Pulumi (https://www.pulumi.com/docs/install/) or Go (https://go.dev/doc/install), and try again.",
      );
    }
    await buildFromGoModules();
  }

  const installed = findCli();
  if (installed === undefined) throw new Error("Pulumi was installed, but can't be found afterwards.");
  console.log(`Pulumi is installed: ${installed.command}`);
  console.log("The tests find it there. To use it in a shell, add its folder to the PATH.");
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
