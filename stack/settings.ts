import * as pulumi from "@pulumi/pulumi";
import type { CancellationRequestArgs, CancellationSweepArgs } from "pulumi-operation-cancellation";
import * as provider from "pulumi-operation-cancellation/provider";

/** A resource that the config declares. */
interface Declaration<Args> {
  readonly name: string;
  readonly args: Args;
  readonly opts: pulumi.CustomResourceOptions;
}

export interface Settings {
  readonly requests: readonly Declaration<CancellationRequestArgs>[];
  readonly sweeps: readonly Declaration<CancellationSweepArgs>[];
}

type Properties = Readonly<Record<string, unknown>>;

/** An entry of the config, before its arguments are validated. */
interface Entry {
  /** The entry's path, for example `operations[1]`. */
  readonly path: string;
  readonly name: string;
  readonly args: Properties;
}

const keys = ["operations", "sweeps"];

/**
 * Reads the stack's config.
 *
 * @throws an error with all issues, each with the path of its entry
 */
export async function readSettings(): Promise<Settings> {
  const config = new pulumi.Config();
  const issues = [...unknownKeys(config.name)];
  const requests = await declared(
    operationsOf(valueOf(config, "operations"), issues),
    provider.request.silent(),
    issues,
  );
  const sweeps = await declared(sweepsOf(valueOf(config, "sweeps"), issues), provider.sweep.silent(), issues);
  if (issues.length > 0) {
    const lines = issues.map((issue) => `- ${issue}`).join("\n");
    throw new Error(`The stack's config isn't valid, so nothing was cancelled:\n${lines}\nSee docs/stack.md.`);
  }
  return {
    requests: requests as unknown as Settings["requests"],
    sweeps: sweeps as unknown as Settings["sweeps"],
  };
}

/** A misspelled key would otherwise cancel nothing, without an error. */
function unknownKeys(project: string): string[] {
  return Object.keys(pulumi.runtime.allConfig())
    .filter((key) => key.startsWith(`${project}:`))
    .map((key) => key.slice(project.length + 1))
    .filter((key) => !keys.includes(key))
    .map(
      (key) => `${key} isn't a key of this stack, which has ${keys.join(" and ")}. Remove it: pulumi config rm ${key}`,
    );
}

/** Returns a value of the config. Pulumi passes a list or an object as JSON, and any other value as it is. */
function valueOf(config: pulumi.Config, key: string): unknown {
  const text = config.get(key);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function operationsOf(value: unknown, issues: string[]): Entry[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    issues.push(
      "operations isn't a list. Remove it with `pulumi config rm operations`, and set each entry, for example: " +
        "pulumi config set --path 'operations[0]' operations/AbC",
    );
    return [];
  }
  const entries = value.flatMap((entry: unknown, index) => {
    const path = `operations[${index}]`;
    const args = typeof entry === "string" ? { operation: entry } : entry;
    if (!isObject(args)) {
      issues.push(`${path} must be an operation's name, or an object with the arguments of a CancellationRequest`);
      return [];
    }
    // The resource has the operation's name, so removing an entry from the list doesn't change the others.
    return [{ path, name: typeof args["operation"] === "string" ? args["operation"] : "", args }];
  });
  for (const [index, { path, name }] of entries.entries()) {
    const earlier = entries.slice(0, index).find((entry) => name !== "" && entry.name === name);
    if (earlier !== undefined) issues.push(`${path} has the same operation as ${earlier.path}`);
  }
  return entries;
}

function sweepsOf(value: unknown, issues: string[]): Entry[] {
  if (value === undefined) return [];
  if (!isObject(value)) {
    issues.push(
      "sweeps must be an object with the name of each sweep. Remove it with `pulumi config rm sweeps`, and set each " +
        "argument, for example: pulumi config set --path 'sweeps.teardown.match.name' 'operations/**'",
    );
    return [];
  }
  return Object.entries(value).flatMap(([name, args]) => {
    const path = `sweeps.${name}`;
    if (isObject(args)) return [{ path, name, args }];
    issues.push(`${path} must be an object with the arguments of a CancellationSweep`);
    return [];
  });
}

/** Validates entries with the checks of the resource, which the engine makes for one resource at a time. */
async function declared(
  entries: readonly Entry[],
  resource: Pick<typeof provider.request, "check">,
  issues: string[],
): Promise<Declaration<Properties>[]> {
  return Promise.all(
    entries.map(async ({ path, name, args: { retainOnDelete, ...args } }) => {
      const { failures } = await resource.check({}, args);
      issues.push(...failures.map(({ property, reason }) => `${path}: ${`${property} ${reason}`.trim()}`));
      if (retainOnDelete !== undefined && typeof retainOnDelete !== "boolean") {
        issues.push(`${path}: retainOnDelete must be true or false`);
      }
      const { customTimeouts, ...others } = args;
      return {
        name,
        args: others,
        opts: {
          ...(customTimeouts !== undefined && { customTimeouts: customTimeouts as pulumi.CustomTimeouts }),
          ...(retainOnDelete !== undefined && { retainOnDelete: retainOnDelete as boolean }),
        },
      };
    }),
  );
}

function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
