import * as pulumi from "@pulumi/pulumi";
import { createRequire } from "node:module";
import { join } from "node:path";

const packageName = "pulumi-operation-cancellation";

const checked = new Set<string>();

/**
 * Checks that Pulumi's dynamic-provider host can find this package. The host looks for it from the program's directory,
 * from where the dependency of a dependency may not be found.
 *
 * @throws if the host can't find the package; the message says what to do
 */
export function checkProgramDirectory(): void {
  const directory = process.cwd();
  if (checked.has(directory)) return;
  if ("pnp" in process.versions) {
    throw new Error(
      `${packageName} doesn't work with Yarn's Plug'n'Play, because Pulumi's dynamic-provider host can't resolve packages with it. ` +
        `Use the plugin: import ${packageName}/plugin, and run \`yarn exec pulumi up\`. ` +
        "Or set `nodeLinker: node-modules` in .yarnrc.yml, and run `yarn install`.",
    );
  }
  try {
    createRequire(join(directory, "program.js")).resolve(`${packageName}/provider`);
  } catch {
    throw new Error(
      `${packageName} can't be found from the program's directory, ${directory}. Pulumi's dynamic-provider host loads it ` +
        `from there. Make it a direct dependency of the program: npm install ${packageName}`,
    );
  }
  checked.add(directory);
}

/**
 * Checks that a resource has a name and arguments, because TypeScript can't in a JavaScript program.
 *
 * @param example arguments that the resource accepts, as a program writes them
 * @throws if `name` isn't a nonempty string
 * @throws if `args` isn't an object of arguments
 */
export function checkResource(type: string, name: unknown, args: unknown, example: string): void {
  if (typeof name !== "string" || name === "") {
    const issue =
      name === undefined || name === null || name === "" ? "has no name" : `has ${kindOf(name)} as its name`;
    throw new Error(`${type} ${issue}. Give it a string first, for example new ${type}("my-name", ${example})`);
  }
  checkArguments(`${type} "${name}"`, args, example, "Only the values of the arguments can be outputs");
}

/**
 * Checks that a resource or a lookup has arguments.
 *
 * @param subject the resource or the lookup, for the message
 * @param example arguments that it accepts, as a program writes them
 * @param forOutputs what to do if the arguments are an output
 * @throws if `args` isn't an object of arguments
 */
export function checkArguments(subject: string, args: unknown, example: string, forOutputs: string): void {
  const issue = argumentsIssue(args, forOutputs);
  if (issue === undefined) return;
  throw new Error(`${subject} ${issue}. Give it an object, for example ${example}`);
}

/** Returns what is wrong with arguments. */
function argumentsIssue(args: unknown, forOutputs: string): string | undefined {
  if (args === undefined || args === null) return "has no arguments";
  if (Array.isArray(args) || typeof args !== "object") return `has ${kindOf(args)} as its arguments`;
  const isLater = pulumi.Output.isInstance(args) || typeof (args as { then?: unknown }).then === "function";
  return isLater ? `has an output or a promise as its arguments. ${forOutputs}` : undefined;
}

/** Describes a value that isn't valid without showing it, because it may be a credential. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/**
 * The config's credentials. A provider receives them in plain text, so only a program can check whether they are
 * secrets.
 */
const keys = ["cancellation:credentials", "cancellation:accessToken", "gcp:credentials", "gcp:accessToken"];

const warned = new Set<string>();

/**
 * Warns of credentials that the stack's config holds in plain text, because Pulumi copies them into the state. Warns
 * once for each process and key.
 */
export function warnOfPlainCredentials(): void {
  for (const key of keys) {
    const value = pulumi.runtime.getConfig(key);
    if (!value || warned.has(key) || !isCredential(key, value) || isSecret(key)) continue;
    warned.add(key);
    void pulumi.log.warn(
      `The config ${key} holds a credential in plain text, and Pulumi copies it into the stack's state. ` +
        `Encrypt it: pulumi config set --secret ${key}. Then create a new credential, because the old one was exposed.`,
    );
  }
}

/**
 * Returns whether a value is a secret. It can also be a file's path, or a file without a secret, as for workload
 * identity federation.
 */
function isCredential(key: string, value: string): boolean {
  return key.endsWith(":accessToken") || /"(private_key|refresh_token|client_secret)"/.test(value);
}

/**
 * Returns whether the config encrypts a key. Pulumi's types lack the function for it. Without the function, returns
 * `true`.
 */
function isSecret(key: string): boolean {
  const { isConfigSecret } = pulumi.runtime as { isConfigSecret?: (key: string) => boolean };
  return isConfigSecret?.(key) ?? true;
}

const namespace = "cancellation";

/**
 * Refuses unknown settings in this package's namespace, and its settings in a misspelled namespace. A misspelled endpoint
 * would send calls to production.
 *
 * @throws with the names of all such settings
 */
export function checkConfigKeys(): void {
  // A project has its own config in the namespace with its name.
  const own = pulumi.runtime.getProject();
  const given = Object.keys(pulumi.runtime.allConfig()).filter(
    (key) => /cancel/i.test(namespaceOf(key)) && namespaceOf(key) !== own,
  );
  if (given.length === 0) return;
  const known = configKeys();
  const unknown = given.filter((key) =>
    namespaceOf(key) === namespace ? !known.includes(key) : known.includes(`${namespace}:${settingOf(key)}`),
  );
  if (unknown.length === 0) return;
  throw new Error(
    `The stack's config has settings that ${packageName} doesn't know. Correct each one, or remove it:\n` +
      unknown.map((key) => `- ${key}${suggestionFor(key, known)}: pulumi config rm ${key}`).join("\n") +
      `\nKnown are ${known.join(", ")}.`,
  );
}

function namespaceOf(key: string): string {
  return key.slice(0, Math.max(0, key.indexOf(":")));
}

function settingOf(key: string): string {
  return key.slice(key.indexOf(":") + 1);
}

/* eslint-disable @typescript-eslint/no-require-imports -- a program without such settings doesn't load these modules */
function configKeys(): string[] {
  const { callerVariables } = require("./auth/configSources") as typeof import("./auth/configSources");
  const { endpointKey } = require("./resources/endpoint") as typeof import("./resources/endpoint");
  const { previewReadsKey } = require("./common/settingNames") as typeof import("./common/settingNames");
  return [endpointKey, previewReadsKey, ...Object.keys(callerVariables)].sort();
}

function suggestionFor(key: string, known: readonly string[]): string {
  const { closest } = require("./common/suggestion") as typeof import("./common/suggestion");
  const meant = closest(settingOf(key), known.map(settingOf));
  return meant === undefined ? "" : ` (did you mean ${namespace}:${meant}?)`;
}
/* eslint-enable @typescript-eslint/no-require-imports */
