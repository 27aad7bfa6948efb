import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";

const folder = join(__dirname, "..", "..", "examples");

/** The files of an example besides Pulumi.yaml and package.json, by its runtime. The program is the first. */
const filesOfRuntime: Readonly<Record<string, readonly string[]>> = {
  nodejs: ["index.ts"],
  python: ["__main__.py", "requirements.txt"],
  go: ["main.go", "go.mod"],
  yaml: [],
};

export interface Example {
  readonly name: string;
  readonly runtime: string;
  /** The file of the program. */
  readonly program: string;
  readonly files: readonly string[];
}

/** All examples of the repository. */
export const examples: readonly Example[] = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => {
    const project = load(readFileSync(join(folder, name, "Pulumi.yaml"), "utf8")) as {
      runtime: string | { name: string };
    };
    const runtime = typeof project.runtime === "string" ? project.runtime : project.runtime.name;
    const own = filesOfRuntime[runtime];
    if (!own) throw new Error(`examples/${name} has the runtime ${runtime}, whose files aren't known`);
    return { name, runtime, program: own[0] ?? "Pulumi.yaml", files: ["Pulumi.yaml", "package.json", ...own] };
  });
