import { callerVariables, type ConfigReader } from "../../auth/configSources";
import { namespace, previewReadsKey } from "../../common/settingNames";
import { endpointKey, endpointVariable } from "../../resources/endpoint";
import { unknownProperty } from "../../resources/inputs/schema";
import type { Properties } from "../../resources/state/record";
import { revealed } from "./values";

const previewReadsVariable = "CANCELLATION_PREVIEW_READS";

/** The names of the provider's arguments, with the environment variables of each. */
export const argumentVariables: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries({
    [endpointKey]: [endpointVariable],
    [previewReadsKey]: [previewReadsVariable],
    ...callerVariables,
  }).map(([key, variables]) => [key.slice(namespace.length), variables]),
);

const argumentNames = Object.keys(argumentVariables);

/** The arguments of a provider resource, or of the default provider, whose arguments are the stack's config. */
export class ProviderSettings {
  constructor(
    private readonly args: Properties = {},
    private readonly environment: NodeJS.ProcessEnv = process.env,
  ) {}

  /** Reads an argument by the full name of its setting, for example `cancellation:endpoint`. */
  readonly config: ConfigReader = (key) => {
    if (!key.startsWith(namespace)) return undefined;
    return textOf(this.args[key.slice(namespace.length)]);
  };

  /** Whether a preview reads operations. Default: true. */
  get previewReads(): boolean {
    const text = this.config(previewReadsKey) ?? this.environment[previewReadsVariable] ?? "";
    // Some languages write a boolean as "False".
    return !/^(0|f|false)$/i.test(text);
  }
}

/** Returns the issues of a provider's arguments that don't concern their values. */
export function argumentIssues(args: Properties): string[] {
  return Object.keys(args)
    .filter((name) => !argumentNames.includes(name) && !isOfTheEngine(name))
    .map((name) => `${name} ${unknownProperty(name, argumentNames, "isn't an argument of the provider")}.`);
}

/** The engine adds the plugin's version and its own settings. */
function isOfTheEngine(name: string): boolean {
  return name === "version" || name === "pluginDownloadURL" || name.startsWith("__");
}

/** The engine passes a value that isn't a string as JSON. */
function textOf(given: unknown): string | undefined {
  const value = revealed(given);
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}
