import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const root = join(__dirname, "..", "..");

/** A fenced code block. */
export interface CodeBlock {
  /** The file and the line of its fence, for example `docs/sweeps.md:9`. */
  readonly where: string;
  readonly language: string;
  readonly text: string;
}

/** A page of the documentation. */
export interface Page {
  /** Relative to the repository. */
  readonly path: string;
  readonly lines: number;
  readonly blocks: readonly CodeBlock[];
  /** The anchors that GitHub makes of its headings. */
  readonly anchors: ReadonlySet<string>;
  /** Targets of links, as they are written. */
  readonly links: readonly string[];
  /** The texts of code spans. */
  readonly spans: readonly string[];
  /** Everything but the code blocks. */
  readonly prose: string;
}

/** Reads every page of the documentation. */
export function readPages(): Page[] {
  const docs = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
  const paths = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "examples/README.md"];
  return [...paths, ...docs.map((name) => `docs/${name}`)].map((path) =>
    parsePage(path, readFileSync(join(root, path), "utf8")),
  );
}

/** Parses the part of Markdown that the documentation uses. */
export function parsePage(path: string, text: string): Page {
  const lines = text.split("\n");
  const blocks: CodeBlock[] = [];
  const prose: string[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? "";
    const [, indent, language] = /^( *)```(\w*)$/.exec(line) ?? [];
    if (indent === undefined) {
      prose.push(line);
      continue;
    }
    const start = index;
    const content: string[] = [];
    for (index++; index < lines.length && lines[index] !== `${indent}\`\`\``; index++) {
      content.push((lines[index] ?? "").slice(indent.length));
    }
    if (index === lines.length) throw new Error(`${path}:${start + 1}: the code block has no end`);
    blocks.push({ where: `${path}:${start + 1}`, language: language ?? "", text: content.join("\n") });
  }
  const withoutSpans = prose.join("\n").replace(spanPattern, "");
  return {
    path,
    lines: lines.length - (text.endsWith("\n") ? 1 : 0),
    blocks,
    anchors: anchorsOf(prose),
    links: [...withoutSpans.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = ""]) => target),
    spans: prose.join("\n").match(spanPattern)?.map(spanText) ?? [],
    prose: prose.join("\n"),
  };
}

/** Matches a code span on one line, which has as many backticks at the end as at the beginning. */
const spanPattern = /(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)/g;

function spanText(span: string): string {
  return span.replace(/^(`+)(.*)\1$/, "$2").trim();
}

/** Returns the code spans at the beginning of a text, for example the messages of a list item. */
export function leadingSpans(text: string): string[] {
  const spans: string[] = [];
  let rest = text;
  for (;;) {
    const found = /^(`+)(?!`)(.+?)(?<!`)\1(?!`)(?:,? (?:with|or) |, |,?\s*)/s.exec(rest);
    if (!found) return spans;
    spans.push((found[2] ?? "").trim());
    rest = rest.slice(found[0].length);
  }
}

function anchorsOf(prose: readonly string[]): Set<string> {
  const anchors = new Set<string>();
  for (const line of prose) {
    const heading = /^#{1,6} (.+)$/.exec(line)?.[1];
    if (heading === undefined) continue;
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replace(/ /g, "-");
    let unique = anchor;
    for (let count = 1; anchors.has(unique); count++) unique = `${anchor}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}
