import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { load } from "js-yaml";

/** The settings of Pulumi.yaml that matter for running the program. */
export interface Project {
  readonly name: string;
  readonly directory: string;
  /** The working directory of the program and the providers. */
  readonly programDirectory: string;
  /** Relative to the program's folder. With `.`, package.json names the entry point. */
  readonly entryPoint: string;
  readonly typescript: boolean;
  /** The config keys that every stack has to set. */
  readonly requiredConfig: readonly string[];
  /** The folder of each provider plugin, by its package. */
  readonly plugins: Readonly<Record<string, string>>;
}

interface ProjectFile {
  readonly name?: string;
  readonly main?: string;
  readonly runtime?: string | { readonly name?: string; readonly options?: RuntimeOptions };
  readonly config?: Readonly<Record<string, unknown>>;
  readonly plugins?: { readonly providers?: readonly { readonly name: string; readonly path: string }[] };
}

interface RuntimeOptions {
  readonly typescript?: boolean;
}

export function readProject(directory: string): Project {
  const file = path.join(directory, "Pulumi.yaml");
  const { name, main, runtime, config, plugins } = load(fs.readFileSync(file, "utf8")) as ProjectFile;
  const runtimeName = typeof runtime === "string" ? runtime : runtime?.name;
  if (name === undefined || runtimeName !== "nodejs") {
    throw new Error(`${file} must have a name, and the runtime nodejs, to run on the stand-in.`);
  }
  const options = typeof runtime === "object" ? (runtime.options ?? {}) : {};
  return {
    name,
    directory,
    ...locateProgram(directory, main),
    typescript: options.typescript ?? true,
    requiredConfig: Object.keys(config ?? {}).map((key) => namespaced(key, name)),
    plugins: Object.fromEntries(
      (plugins?.providers ?? []).map((plugin) => [plugin.name, path.resolve(directory, plugin.path)]),
    ),
  };
}

/** Adds the project's name to a config key that has no namespace. */
export function namespaced(key: string, project: string): string {
  return key.includes(":") ? key : `${project}:${key}`;
}

/** Returns the path of a module of @pulumi/pulumi, resolved from the program's folder. */
export function resolvePulumi(project: Project, module: string): string {
  try {
    return createRequire(path.join(project.programDirectory, "index.js")).resolve(`@pulumi/pulumi/${module}`);
  } catch (error) {
    throw new Error(`@pulumi/pulumi can't be found from ${project.programDirectory}: it must be installed there.`, {
      cause: error,
    });
  }
}

function locateProgram(directory: string, main: string | undefined): Pick<Project, "programDirectory" | "entryPoint"> {
  if (main === undefined || main === "") return { programDirectory: directory, entryPoint: "." };
  const program = path.join(directory, main);
  if (fs.statSync(program).isDirectory()) return { programDirectory: program, entryPoint: "." };
  return { programDirectory: path.dirname(program), entryPoint: path.basename(program) };
}
