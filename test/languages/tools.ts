import { existsSync } from "node:fs";
import * as path from "node:path";
import { pulumiHome } from "../engines/findCli";

/** What a program in another language needs besides the CLI. `npm run pulumi:install` installs it. */
export interface Tool {
  readonly name: string;
  readonly directory: string;
}

/** The tools that `npm run pulumi:install` installs. */
export const tools = {
  /** Generates SDKs for other languages: the executable `sdk-generator`. */
  sdkGenerator: tool("SDK generator"),
  /** The language host of Python programs. */
  pythonHost: tool("Python language host"),
  /** A virtual environment of Python that has Pulumi's SDK and what builds a package. */
  python: tool("Python environment"),
  /** The go.sum of a program that uses Pulumi's SDK for Go. The modules are in Go's cache. */
  goSdk: tool("Go SDK"),
};

function tool(name: string): Tool {
  // findCli takes a folder whose name isn't a version for no CLI.
  const directory = path.join(pulumiHome(), "versions", "languages", name.toLowerCase().replaceAll(" ", "-"));
  return { name, directory };
}

/** The file in a tool's folder that says from what it was installed. It's written last. */
export const recipeFile = ".recipe.json";

/** Returns which of these tools is missing, as the reason for a skipped test, or `undefined` if all are installed. */
export function missing(...needed: readonly Tool[]): string | undefined {
  const absent = needed.find(({ directory }) => !existsSync(path.join(directory, recipeFile)));
  if (absent === undefined) return undefined;
  return `no ${absent.name}; \`npm run pulumi:install\` installs it if Go and Python are installed`;
}
