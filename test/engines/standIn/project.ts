import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { load } from "js-yaml";
import type { ConfigValue } from "../engine";

/** What Pulumi.yaml says, as far as it matters for running the program. */
export interface Project {
  readonly name: string;
  readonly directory: string;
  /** Where the program and the provider run. */
  readonly programDirectory: string;
  /** Relative to the program's folder; `.` leaves it to package.json. */
  readonly entryPoint: string;
  readonly typescript: boolean;
  readonly tsconfig: string | undefined;
  readonly nodeArguments: readonly string[];
  readonly config: readonly ConfigDeclaration[];
}

export interface ConfigDeclaration {
  readonly key: string;
  /** Undefined where every stack has to set it. */
  readonly value: ConfigValue | undefined;
}

interface ProjectFile {
  readonly name?: string;
  readonly main?: string;
  readonly runtime?: string | { readonly name?: string; readonly options?: RuntimeOptions };
  readonly config?: Readonly<Record<string, unknown>>;
}

interface RuntimeOptions {
  readonly typescript?: boolean;
  readonly tsconfig?: string;
  readonly nodeargs?: string;
}

export function readProject(directory: string): Project {
  const file = path.join(directory, "Pulumi.yaml");
  const { name, main, runtime, config } = load(fs.readFileSync(file, "utf8")) as ProjectFile;
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
    tsconfig: options.tsconfig,
    nodeArguments: (options.nodeargs ?? "").split(/\s+/).filter((argument) => argument !== ""),
    config: Object.entries(config ?? {}).map(([key, declared]) => readDeclaration(namespaced(key, name), declared)),
  };
}

/** The values of the stack's own settings file, where there is one. */
export function readStackSettings(project: Project, stack: string): Record<string, ConfigValue> {
  const file = path.join(project.directory, `Pulumi.${stack}.yaml`);
  if (!fs.existsSync(file)) return {};
  const { config } = (load(fs.readFileSync(file, "utf8")) ?? {}) as Pick<ProjectFile, "config">;
  return Object.fromEntries(
    Object.entries(config ?? {}).map(([key, value]) => {
      if (typeof value === "object" && value !== null && "secure" in value) {
        throw new Error(`${file}: the stand-in has not the passphrase that ${key} was encrypted with.`);
      }
      return [namespaced(key, project.name), asText(value)];
    }),
  );
}

/** Config keys that name no package are the project's own. */
export function namespaced(key: string, project: string): string {
  return key.includes(":") ? key : `${project}:${key}`;
}

/** The path of a module of @pulumi/pulumi as the program would find it. */
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

function readDeclaration(key: string, declared: unknown): ConfigDeclaration {
  if (typeof declared !== "object" || declared === null || Array.isArray(declared)) {
    return { key, value: asText(declared) };
  }
  const { default: byDefault, value = byDefault, secret } = declared as Record<string, unknown>;
  if (value === undefined) return { key, value: undefined };
  return { key, value: secret === true ? { value: asText(value), secret } : asText(value) };
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
