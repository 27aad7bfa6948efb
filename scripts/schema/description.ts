/** Returns the text of a doc comment for all languages: without links, and with each paragraph on one line. */
export function descriptionOf(comment: string): string {
  return comment
    .replace(/\{@link\s+([^\s|}]+)\s*\}/g, "`$1`")
    .replace(/\{@link\s+[^\s|}]+[\s|]+([^}]+)\}/g, "$1")
    .trim()
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replace(/\s*\n(?!- )\s*/g, " "))
    .join("\n\n");
}

/** The description of a set of values, and of each value. */
export interface DescribedValues {
  readonly description: string;
  readonly values: readonly { readonly value: string; readonly description: string }[];
}

/** Parses a description that ends with a list of values. */
export function describedValues(text: string): DescribedValues {
  const [description = "", list = ""] = text.split(/:\n\n(?=- )/);
  const items = [...list.matchAll(/^- `(\w+)`: (.+)$/gm)];
  return {
    description: `${description}.`,
    values: items.map(([, value = "", meaning = ""]) => ({ value, description: meaning })),
  };
}
