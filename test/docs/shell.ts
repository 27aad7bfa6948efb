import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import picomatch from "picomatch";
import { readCommandLine } from "../../provider/emulator/command";
import { parseFault } from "../../provider/emulator/faultText";
import { validateSpec } from "../../provider/emulator/operation";
import { root } from "./markdown";

/** A shell command without its redirections. */
export type Command = readonly string[];

const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };
const testFiles = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" }).map((file) => `test/${file}`);

/** The text of all sources, in which settings are looked up. */
const source = readdirSync(join(root, "provider"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => readFileSync(join(root, "provider", file), "utf8"))
  .join("\n");

/** Splits a block into commands: lines, and the parts that `&&` and `;` join. */
export function commandsOf(block: string): Command[] {
  return block.split("\n").flatMap((line) => {
    const commands: string[][] = [[]];
    for (const [, word = "", operator] of line.matchAll(/((?:"[^"]*"|'[^']*'|[^\s"';&])+)|(&&|;)/g)) {
      if (operator !== undefined) commands.push([]);
      else
        commands
          .at(-1)
          ?.push(word.replace(/"([^"]*)"|'([^']*)'/g, (_, double = "", single = "") => `${double}${single}`));
    }
    return commands.map((words) => withoutRedirections(words)).filter((words) => words.length > 0);
  });
}

function withoutRedirections(words: readonly string[]): string[] {
  const end = words.findIndex((word) => /^[<>]/.test(word));
  const kept = end < 0 ? [...words] : words.slice(0, end);
  // Drop the variables that are set for this command alone.
  while (/^[A-Z_]+=/.test(kept[0] ?? "")) kept.shift();
  return kept;
}

const pulumiCommands = [
  ["cancel"],
  ["config", "rm"],
  ["config", "set"],
  ["destroy"],
  ["import"],
  ["package", "add"],
  ["plugin", "install"],
  ["preview"],
  ["refresh"],
  ["stack", "init"],
  ["state", "delete"],
  ["state", "edit"],
  ["up"],
];

/** Returns the subcommand of `pulumi` and its flags, or `undefined` for an unknown subcommand. */
export function pulumiCommand(args: Command): { command: readonly string[]; flags: readonly string[] } | undefined {
  const command = pulumiCommands.find((words) => words.every((word, index) => args[index] === word));
  return (
    command && { command, flags: args.filter((word) => word.startsWith("--")).map((flag) => flag.replace(/=.*/, "")) }
  );
}

/** Checks the commands of a block. Returns an issue for each part that doesn't exist. */
export function issuesOf(block: string): string[] {
  const made = new Set<string>();
  let directory = root;
  return commandsOf(block).flatMap((words) => {
    const [program = "", ...args] = words;
    if (program === "mkdir") made.add(args.at(-1) ?? "");
    if (program === "cd") {
      const [target = ""] = args;
      if (!made.has(target) && !existsSync(join(directory, target))) return [`there is no folder ${target}`];
      directory = join(directory, target);
      return [];
    }
    return issuesOfCommand(program, args).map((issue) => `${words.join(" ")}: ${issue}`);
  });
}

function issuesOfCommand(program: string, args: Command): string[] {
  switch (program) {
    case "npm":
      return npmIssues(args);
    case "npx":
      if (args[0] === "mocha") return mochaIssues(args.slice(1));
      return args[0] === "operations-emulator" ? emulatorIssues(args.slice(1)) : ["isn't a known command of npx"];
    case "node":
      if (args[0] !== "dist/emulator/command.js") return ["isn't a known script"];
      return existsSync(join(root, "provider/emulator/command.ts")) ? emulatorIssues(args.slice(1)) : ["doesn't exist"];
    case "pulumi":
      return pulumiIssues(args);
    case "yarn":
      return yarnIssues(args);
    case "curl":
      return curlIssues(args);
    case "go":
      return args.join(" ") === "mod tidy" ? [] : ["isn't a known command of go"];
    case "gcloud":
      return /^(auth|iam|projects|services)$/.test(args[0] ?? "") ? [] : ["isn't a known group of gcloud"];
    default:
      return ["export", "mkdir", "printf", "rm"].includes(program) ? [] : ["isn't a known program"];
  }
}

function npmIssues([command = "", script = "", ...args]: Command): string[] {
  if (command === "run") {
    if (!(script in scripts)) return [`package.json has no script ${script}`];
    return script === "emulator" ? emulatorIssues(args.slice(args.indexOf("--") + 1)) : [];
  }
  return ["ci", "init", "install", "test"].includes(command) ? [] : ["isn't a known command of npm"];
}

function yarnIssues([command = "", program = "", ...args]: Command): string[] {
  if (command === "exec") return issuesOfCommand(program, args);
  return command === "add" ? [] : ["isn't a known command of yarn"];
}

function mochaIssues(args: Command): string[] {
  const patterns = args.filter((word) => word.startsWith("test/"));
  if (patterns.length === 0) return ["names no test"];
  return patterns
    .flatMap((pattern) => expandBraces(pattern))
    .flatMap((pattern) =>
      testFiles.some((file) => picomatch.isMatch(file, pattern)) ? [] : [`there is no ${pattern}`],
    );
}

/** Returns every alternative of a pattern, because each of them must exist. */
function expandBraces(pattern: string): string[] {
  const [whole = "", list = ""] = /\{([^{}]+)\}/.exec(pattern) ?? [];
  return whole === "" ? [pattern] : list.split(",").flatMap((one) => expandBraces(pattern.replace(whole, one)));
}

function emulatorIssues(args: Command): string[] {
  // FILE stands for a file of the reader.
  const own = args.flatMap((word, index) => (word === "FILE" ? [index - 1, index] : []));
  try {
    readCommandLine(args.filter((_, index) => !own.includes(index)));
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

/** The emulator's own methods, and what each expects in the body. */
const emulatorMethods: Readonly<Record<string, (body: string) => unknown>> = {
  "POST operations": (body) => validateSpec(JSON.parse(body)),
  "POST tokens": () => undefined,
  "POST faults": parseFault,
  "GET faults": () => undefined,
  "DELETE faults": () => undefined,
};

function curlIssues(args: Command): string[] {
  const option = (name: string) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  const body = option("--data");
  const verb = option("--request") ?? (body === undefined ? "GET" : "POST");
  const collection = /^http:\/\/127\.0\.0\.1:8085\/emulator\/(\w+)(\/\d+)?$/.exec(args.at(-1) ?? "")?.[1] ?? "";
  const check = emulatorMethods[`${verb} ${collection}`];
  if (check === undefined) return ["isn't a method of the emulator"];
  try {
    check(body ?? "");
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

function pulumiIssues(args: Command): string[] {
  const known = pulumiCommand(args);
  if (known === undefined) return ["isn't a known command of pulumi"];
  if (known.command[0] !== "config") return [];
  const key = args.slice(2).find((word) => !word.startsWith("--")) ?? "";
  const [, namespace, name = ""] = /^(\w+):(\w+)/.exec(key) ?? [];
  if (namespace === undefined || key === "gcp:project") return [];
  const isKnown = /^(cancellation|gcp)$/.test(namespace) && new RegExp(`\\b${name}\\b`).test(source);
  return isKnown ? [] : [`there is no setting ${key}`];
}
