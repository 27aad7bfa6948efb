import { execFile } from "node:child_process";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { startEmulator } from "../../provider/emulator";
import { StandInEngine } from "../engines";
import type { Cli } from "../engines/findCli";
import { dynamicProvider, plugin } from "../scenarios/hosts";
import { Project } from "../scenarios/project";
import { succeeded } from "../scenarios/world";
import { type CodeBlock, root } from "./markdown";

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: ["node", "mocha"],
  paths: {
    "pulumi-operation-cancellation": [join(root, "provider/index.ts")],
    "pulumi-operation-cancellation/plugin": [join(root, "provider/plugin/index.ts")],
    "pulumi-operation-cancellation/emulator": [join(root, "provider/emulator/index.ts")],
  },
};

/** Type-checks blocks against the package's sources. Returns the errors, each with the line of the page. */
export function typeErrors(blocks: readonly CodeBlock[]): string[] {
  const files = new Map(blocks.map((block, index) => [join(root, `documented-${index}.ts`), block]));
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (file) => files.has(file) || disk.fileExists(file),
    getSourceFile: (file, languageVersion, ...rest) => {
      const block = files.get(file);
      return block
        ? ts.createSourceFile(file, block.text, languageVersion)
        : disk.getSourceFile(file, languageVersion, ...rest);
    },
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files].flatMap(([file, { where }]) => {
    const sourceFile = program.getSourceFile(file);
    const diagnostics = [...program.getSyntacticDiagnostics(sourceFile), ...program.getSemanticDiagnostics(sourceFile)];
    return diagnostics.map(({ messageText, start = 0 }) => {
      const [path = "", fence = "0"] = where.split(":");
      const line = sourceFile?.getLineAndCharacterOfPosition(start).line ?? 0;
      return `${path}:${Number(fence) + 1 + line}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
    });
  });
}

/** Returns whether a block is a test file. Every other block is a Pulumi program. */
export function isTestFile({ text }: CodeBlock): boolean {
  return text.includes("describe(");
}

/** Deploys and destroys a program on the stand-in engine. Its operations are on an emulator. */
export async function deploy({ text }: CodeBlock): Promise<void> {
  const names = new Set(["operations/AbC", ...(text.match(/(?<!\w)(projects\/[\w/-]+\/)?operations\/\w+/g) ?? [])]);
  const emulator = await startEmulator({
    operations: [...names].map((name) => ({ name, operationType: "CREATE_ENTITLEMENT" })),
  });
  const project = new Project("documented", text.includes(plugin.module) ? plugin : dynamicProvider);
  const secrets = [...text.matchAll(/\.requireSecret\("(\w+)"\)/g)].map(([, key = ""]) => key);
  try {
    const { outputText } = ts.transpileModule(text, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, esModuleInterop: true },
    });
    project.write("index.js", outputText);
    const stack = await new StandInEngine().open({
      directory: project.directory,
      config: Object.fromEntries(secrets.map((key) => [key, { value: emulator.issueToken(), secret: true }])),
      environment: { CANCELLATION_ENDPOINT: emulator.endpoint },
    });
    try {
      succeeded(await stack.up());
      succeeded(await stack.destroy());
    } finally {
      await stack.dispose();
    }
  } finally {
    project.dispose();
    await emulator.stop();
  }
}

const run = promisify(execFile);

/** Runs a block as a test file. */
export async function runTests({ text }: CodeBlock, cli: Cli | undefined): Promise<void> {
  const project = new Project("documented");
  try {
    project.write("documented.test.ts", text);
    const bin = cli?.root === undefined ? [] : [join(cli.root, "bin")];
    const path = [...bin, process.env["PATH"] ?? ""].join(delimiter);
    const mocha = join(root, "node_modules", "mocha", "bin", "mocha.js");
    await run(process.execPath, [mocha, "--no-config", "--require", "tsx/cjs", "documented.test.ts"], {
      cwd: project.directory,
      env: { ...process.env, PATH: path },
    }).catch((error: unknown) => {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      throw new Error(`${stdout}\n${stderr}`);
    });
  } finally {
    project.dispose();
  }
}
