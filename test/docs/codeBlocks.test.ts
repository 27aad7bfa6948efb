import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { load } from "js-yaml";
import { findCli } from "../engines/findCli";
import { issuesOf as yamlIssuesOf, type YamlProgram } from "../languages/yamlProgram";
import { examples } from "../support/examples";
import { readPages, root } from "./markdown";
import { deploy, isTestFile, runTests, typeErrors } from "./programs";
import { commandsOf, issuesOf, pulumiCommand } from "./shell";

const maxReadmeLines = 150;

/** Matches a code span that begins with a folder of the repository, which is a path. */
const pathPattern = /^(bench|docs|examples|provider|scripts|stack|test)(\/[\w.-]+)+$/;

/** Returns the commands in the header of each example, which are indented there. */
function headersOfExamples(): { where: string; text: string }[] {
  return examples.map(({ name, program }) => {
    const where = `examples/${name}/${program}`;
    const [header = ""] = readFileSync(join(root, where), "utf8").split(/\*\/|^(?!#|\/\/|\/\*\*| \*)/m);
    const commands = header.matchAll(/^(?: \*|#|\/\/)(?: {5}|\t)(.*)$/gm);
    return { where, text: [...commands].map(([, command = ""]) => command).join("\n") };
  });
}

/** Returns the lines without their indentation, which the documentation reduces. */
function withoutIndentation(text: string): string {
  return text.replace(/^[ \t]+/gm, "");
}

describe("the documentation", () => {
  const pages = readPages();
  const blocks = pages.flatMap((page) => page.blocks);
  const programs = blocks.filter(({ language }) => language === "ts");
  const shells = blocks.filter(({ language }) => language === "sh");

  it("has code blocks in known languages only", () => {
    const known = ["ts", "sh", "python", "go", "yaml", "text", "mermaid"];
    assert.deepEqual(
      blocks.filter(({ language }) => !known.includes(language)).map(({ where }) => where),
      [],
    );
    assert.ok(programs.length > 5 && shells.length > 10);
  });

  it("has TypeScript that compiles with the package's types", function () {
    this.timeout(120_000);
    assert.deepEqual(typeErrors(programs), []);
  });

  it("has Python and Go that are parts of the examples, which other tests run", () => {
    for (const language of ["python", "go"]) {
      const { name, program } = examples.find(({ runtime }) => runtime === language) ?? assert.fail(language);
      const example = withoutIndentation(readFileSync(join(root, "examples", name, program), "utf8"));
      const documented = blocks.filter((block) => block.language === language);
      assert.ok(documented.length > 0, language);
      for (const { where, text } of documented) {
        for (const part of withoutIndentation(text).split("\n\n")) {
          assert.ok(example.includes(part), `${where}: examples/${name}/${program} doesn't have\n${part}`);
        }
      }
    }
  });

  it("has YAML programs that the plugin's schema allows", () => {
    const yaml = blocks.filter(({ language, text }) => language === "yaml" && /^resources:/m.test(text));
    assert.ok(yaml.length > 0);
    for (const { where, text } of yaml) assert.deepEqual(yamlIssuesOf(load(text) as YamlProgram), [], where);
  });

  it("is compiled as CommonJS, where await isn't allowed at the top level of a program", () => {
    const text = "export const outcome = await Promise.resolve(1);";
    assert.match(typeErrors([{ where: "page:1", language: "ts", text }]).join(), /^page:2: .*'await' at the top level/);
  });

  describe("the programs in the documentation", function () {
    this.timeout(120_000);
    for (const block of programs.filter((each) => !isTestFile(each))) {
      it(`deploys and destroys the program at ${block.where} on the emulator`, () => deploy(block));
    }
  });

  describe("the tests in the documentation", function () {
    this.timeout(300_000);
    for (const block of programs.filter(isTestFile)) {
      it(`passes the tests at ${block.where}`, async function () {
        const cli = findCli();
        if (cli === undefined && block.text.includes("LocalWorkspace")) this.skip();
        await runTests(block, cli);
      });
    }
  });

  it("names commands, scripts, files and settings that exist", () => {
    const inline = pages.flatMap(({ path, spans }) =>
      spans.filter((span) => /^(npm|npx) /.test(span)).map((text) => ({ where: path, text })),
    );
    const issues = [...shells, ...headersOfExamples(), ...inline].flatMap(({ where, text }) =>
      issuesOf(text).map((issue) => `${where}: ${issue}`),
    );
    assert.deepEqual(issues, []);
  });

  it("gives each pulumi command only flags that the Pulumi CLI has", async function () {
    this.timeout(60_000);
    const cli = findCli();
    if (cli === undefined) return this.skip();
    const flags = new Map<string, Set<string>>();
    for (const [program, ...args] of shells.flatMap(({ text }) => commandsOf(text))) {
      const known = program === "pulumi" ? pulumiCommand(args) : undefined;
      if (known === undefined || known.flags.length === 0) continue;
      const command = known.command.join(" ");
      flags.set(command, new Set([...(flags.get(command) ?? []), ...known.flags]));
    }
    for (const [command, given] of flags) {
      const { stdout } = await promisify(execFile)(cli.command, [...command.split(" "), "--help"]);
      for (const flag of given) assert.match(stdout, new RegExp(`${flag}\\b`), `pulumi ${command} ${flag}`);
    }
  });

  it("says in the header of each example how to run it", () => {
    for (const { where, text } of headersOfExamples()) assert.match(text, /^pulumi up$/m, where);
  });

  it("lists each example, and says how to run it", () => {
    const page = pages.find(({ path }) => path === "examples/README.md");
    const missing = examples.filter(
      ({ name }) => page?.links.includes(`./${name}`) !== true || !page.anchors.has(name),
    );
    assert.deepEqual(
      missing.map(({ name }) => name),
      [],
    );
  });

  it("has links that lead to files and headings", () => {
    const anchors = new Map(pages.map((page) => [page.path, page.anchors]));
    const broken = pages.flatMap(({ path, links }) =>
      links
        .filter((link) => !/^(https?|mailto):/.test(link))
        .filter((link) => {
          const [file = "", anchor] = link.split("#");
          const target = file === "" ? path : join(dirname(path), file);
          if (!existsSync(join(root, target))) return true;
          return anchor !== undefined && anchors.get(target)?.has(anchor) !== true;
        })
        .map((link) => `${path}: ${link}`),
    );
    assert.deepEqual(broken, []);
  });

  it("names paths of the repository that exist", () => {
    const missing = pages.flatMap(({ path, spans }) =>
      spans.filter((span) => pathPattern.test(span) && !existsSync(join(root, span))).map((span) => `${path}: ${span}`),
    );
    assert.deepEqual(missing, []);
  });

  it(`has a README of at most ${maxReadmeLines} lines`, () => {
    const readme = pages.find(({ path }) => path === "README.md");
    assert.ok(readme && readme.lines <= maxReadmeLines, `it has ${readme?.lines ?? 0}`);
  });
});
