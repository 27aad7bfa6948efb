import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const repository = join(__dirname, "..", "..");

/** The compared programs, by the name of their folder. */
export type ProgramName = "product" | "plain" | "floor" | "outputs" | "sweep" | "plugin" | "pluginFloor";

/** The plugin of a program: its package, and the folder of its executable. */
const plugins: Readonly<Partial<Record<ProgramName, { readonly name: string; readonly path: string }>>> = {
  plugin: { name: "cancellation", path: "node_modules/pulumi-operation-cancellation" },
  pluginFloor: { name: "floor", path: "." },
};

/** Runs `use` with a Pulumi project in a temporary folder, laid out like a user's project. */
export async function withProject<Result>(
  program: ProgramName,
  use: (directory: string) => Promise<Result>,
): Promise<Result> {
  const directory = mkdtempSync(join(tmpdir(), "bench-project-"));
  const write = (file: string, text: string) => {
    writeFileSync(join(directory, file), text);
  };
  try {
    cpSync(join(__dirname, "programs", program), directory, { recursive: true });
    cpSync(join(__dirname, "programs", "cancel.js"), join(directory, "cancel.js"));
    const runtime = { name: "nodejs", options: { typescript: false } };
    const plugin = plugins[program];
    // JSON is YAML too.
    write(
      "Pulumi.yaml",
      JSON.stringify({ name: "bench", runtime, ...(plugin && { plugins: { providers: [plugin] } }) }),
    );
    write("package.json", JSON.stringify({ name: "bench", private: true, main: "index.js" }));
    symlinkSync(join(repository, "node_modules"), join(directory, "node_modules"));
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
