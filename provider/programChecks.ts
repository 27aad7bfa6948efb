import * as pulumi from "@pulumi/pulumi";
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

/** The config's credentials, which a provider is handed in plain: only a program can tell how they are kept. */
const keys = ["cancellation:credentials", "cancellation:accessToken", "gcp:credentials", "gcp:accessToken"];

const warned = new Set<string>();

/**
 * Warns of credentials that are in the stack's config in plain, from where they are copied into its state: once per process
 * and key.
 */
export function warnOfPlainCredentials(): void {
  for (const key of keys) {
    const value = pulumi.runtime.getConfig(key);
    if (!value || warned.has(key) || !isCredential(key, value) || isSecret(key)) continue;
    warned.add(key);
    void pulumi.log.warn(
      `The config ${key} holds a credential in plain, and is copied into the state of the stack so. ` +
        `Encrypt it: pulumi config set --secret ${key}. Then renew the credential, because the old one has been in the open.`,
    );
  }
}

/** Credentials may be the path of a file, and a file need not hold a secret: that of workload identity federation does not. */
function isCredential(key: string, value: string): boolean {
  return key.endsWith(":accessToken") || /"(private_key|refresh_token|client_secret)"/.test(value);
}

/** Pulumi's own function for this isn't in its types. If the function is unavailable, doesn't warn. */
function isSecret(key: string): boolean {
  const { isConfigSecret } = pulumi.runtime as { isConfigSecret?: (key: string) => boolean };
  return isConfigSecret?.(key) ?? true;
}

const namespace = "cancellation";

/**
 * Refuses settings in this package's own namespace that it doesn't know, because a misspelled one would be ignored: calls
 * would go to production instead of the emulator.
 *
 * @throws with the names of all of them
 */
export function checkConfigKeys(): void {
  const given = Object.keys(pulumi.runtime.allConfig()).filter((key) => key.startsWith(`${namespace}:`));
  // A project of this name keeps its own config there.
  if (given.length === 0 || pulumi.runtime.getProject() === namespace) return;
  const known = configKeys();
  const unknown = given.filter((key) => !known.includes(key));
  if (unknown.length === 0) return;
  throw new Error(
    `The stack's config has settings that ${packageName} doesn't know. Correct or remove each one:\n` +
      unknown.map((key) => `- ${key}${suggestionFor(key, known)}: pulumi config rm ${key}`).join("\n") +
      `\nKnown are ${known.join(", ")}.`,
  );
}

/* eslint-disable @typescript-eslint/no-require-imports -- a program without such settings doesn't pay for these modules */
function configKeys(): string[] {
  const { callerKeys } = require("./auth/configSources") as typeof import("./auth/configSources");
  const { endpointKey } = require("./resources/endpoint") as typeof import("./resources/endpoint");
  return [endpointKey, ...callerKeys].sort();
}

function suggestionFor(key: string, known: readonly string[]): string {
  const { closest } = require("./common/suggestion") as typeof import("./common/suggestion");
  const local = (name: string) => name.slice(namespace.length + 1);
  const meant = closest(local(key), known.map(local));
  return meant === undefined ? "" : ` (did you mean ${namespace}:${meant}?)`;
}
/* eslint-enable @typescript-eslint/no-require-imports */
