import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dynamicProvider } from "./hosts";

const repository = join(__dirname, "..", "..");

/** A Pulumi project in its own folder, with this package as its dependency. */
export class Project {
  private readonly folder = mkdtempSync(join(tmpdir(), "cancellation-scenario-"));
  readonly directory = join(this.folder, "project");
  /** Node.js looks for modules in the folders above, too. The language host reads each package in the project's folder. */
  readonly modules = join(this.folder, "node_modules");

  constructor(
    name = "scenario",
    readonly host = dynamicProvider,
  ) {
    mkdirSync(this.directory);
    const runtime = "runtime:\n  name: nodejs\n  options:\n    typescript: false\n";
    this.write("Pulumi.yaml", `name: ${name}\n${runtime}${host.settings}`);
    this.write("package.json", JSON.stringify({ name, private: true, main: "index.js" }));
    symlinkSync(join(repository, "node_modules"), this.modules);
  }

  /** Replaces the program by one with this JavaScript body. */
  program(body: string): void {
    this.write(
      "index.js",
      `const pulumi = require("@pulumi/pulumi");
const { CancellationRequest, CancellationSweep, ...lookups } = require("${this.host.module}");
const { getOperation, getOperationOutput, listOperations, listOperationsOutput } = lookups;
${body}
`,
    );
  }

  /** Replaces the link to the repository by a copy of this package, with its own copy of axios. */
  installCopy(): void {
    rmSync(this.modules);
    mkdirSync(this.modules);
    const copied = "pulumi-operation-cancellation";
    for (const entry of readdirSync(join(repository, "node_modules"))) {
      if (entry !== copied) symlinkSync(join(repository, "node_modules", entry), join(this.modules, entry));
    }
    for (const part of ["package.json", "dist", "pulumi-resource-cancellation", join("node_modules", "axios")]) {
      cpSync(join(repository, part), join(this.modules, copied, part), { recursive: true });
    }
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.directory, file), text);
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
