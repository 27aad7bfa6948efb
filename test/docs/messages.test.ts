import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { leadingSpans, readPages, root } from "./markdown";

/** Shorter pieces of a message would be found anywhere. */
const minLength = 3;
const minDistinctLength = 10;

/** Messages that come from elsewhere. */
const foreign = ["listen EADDRINUSE", "could not find latest version for provider cancellation"];

const sources = ["provider", "stack"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => ({ path: `${folder}/${file}`, text: readFileSync(join(root, folder, file), "utf8") })),
);

describe("docs/troubleshooting.md", () => {
  const page = readPages().find(({ path }) => path === "docs/troubleshooting.md");
  const items = [...(page?.prose ?? "").matchAll(/^ *- (`.*(?:\n {2,}[^-\s].*)*)/gm)].map(([, item = ""]) => item);
  const messages = items.flatMap(leadingSpans).filter((message) => !foreign.includes(message));
  const pieces = (message: string) => message.split(/<[^<>]+>|…/).map((piece) => piece.trim());

  it("has only messages that are in the source", () => {
    const text = sources
      .map((source) => source.text)
      .join("\n")
      .replace(/(["'`])\s*\+\s*(["'`])/g, "")
      .replace(/\\([`"'])/g, "$1");
    assert.ok(messages.length > 100);
    const missing = messages.filter((message) =>
      pieces(message).some((piece) => piece.length >= minLength && !text.includes(piece)),
    );
    assert.deepEqual(missing, []);
  });

  it("has the message of each error that the package throws", () => {
    const known = messages.flatMap(pieces).filter((piece) => piece.length >= minDistinctLength);
    const thrown = sources.filter(({ path }) => !path.includes("/emulator/")).flatMap(messagesThrown);
    assert.ok(thrown.length > 30);
    assert.deepEqual(
      thrown.filter((message) => !known.some((piece) => message.includes(piece))),
      [],
    );
  });
});

/** Returns the literal text of each `new …Error(…)` that has one. */
function messagesThrown({ path, text }: { path: string; text: string }): string[] {
  const messages: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && /Error$/.test(node.expression.getText())) {
      const message = (node.arguments ?? []).map(literalText).join(" ").trim();
      // A code alone isn't a message.
      if (message.length >= minDistinctLength && message.includes(" ")) messages.push(message);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true));
  return messages;
}

function literalText(node: ts.Node): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join("");
  }
  return ts.isBinaryExpression(node) ? literalText(node.left) + literalText(node.right) : "";
}
