import assert from "node:assert/strict";
import type { Properties, PropertySpec } from "../../scripts/schema/spec";
import { argumentVariables } from "../../provider/hosts/plugin/settings";
import { namedType, request, schema, sweep } from "../schema/schema";
import { leadingSpans, readPages } from "./markdown";

/** An item of a list. */
interface Item {
  /** The code spans that it begins with. */
  readonly names: readonly string[];
  readonly text: string;
  readonly nested: Item[];
}

/** A list, and the paragraph before it. */
interface List {
  readonly intro: string;
  readonly items: Item[];
}

function listsOf(section: string): List[] {
  return section.split(/\n{2,}(?=\S)/).flatMap((block, index, blocks) => {
    if (!block.startsWith("- ")) return [];
    return [{ intro: (blocks[index - 1] ?? "").replace(/\n/g, " "), items: itemsOf(block, "- ") }];
  });
}

function itemsOf(list: string, bullet: string): Item[] {
  return list
    .split(new RegExp(`^${bullet}`, "m"))
    .slice(1)
    .map((item) => {
      const nested = item.indexOf(`\n  ${bullet}`);
      const text = (nested === -1 ? item : item.slice(0, nested)).replace(/\s+/g, " ");
      return {
        names: leadingSpans(text),
        text,
        nested: nested === -1 ? [] : itemsOf(item.slice(nested), `  ${bullet}`),
      };
    });
}

const page = readPages().find(({ path }) => path === "docs/reference.md");
const sections = new Map(
  (page?.prose ?? "").split(/^## /m).map((section) => [section.slice(0, section.indexOf("\n")), listsOf(section)]),
);

/** Returns the items of the lists in a section whose introductions match. */
function itemsIn(title: string, intro = /(?:)/): Item[] {
  const lists = sections.get(title)?.filter((list) => intro.test(list.intro)) ?? [];
  assert.ok(lists.length > 0, `${title} has no list after ${String(intro)}`);
  return lists.flatMap(({ items }) => items);
}

const namesOf = (items: readonly Item[]) => [...new Set(items.flatMap(({ names }) => names))].sort();
const itemOf = (items: readonly Item[], name: string) => items.find(({ names }) => names.includes(name));

/** Returns the default value in a text, if the text has a literal. */
function defaultIn(text = ""): string | undefined {
  return /Default: (`[^`]+`|[\d,]*\d)/.exec(text)?.[1]?.replace(/[`"]/g, "");
}

function assertLists(items: readonly Item[], properties: Properties, required: readonly string[] = []): void {
  assert.deepEqual(namesOf(items), Object.keys(properties).sort());
  for (const [name, { description }] of Object.entries(properties)) {
    const text = itemOf(items, name)?.text ?? "";
    assert.equal(defaultIn(text), defaultIn(description), `the default of ${name}`);
    assert.equal(text.includes("(required)"), required.includes(name), `whether ${name} is required`);
  }
}

/** Returns the properties of an argument that is an object. */
function propertiesOf(property: PropertySpec): Properties | undefined {
  if (!("$ref" in property)) return undefined;
  const type = namedType(property.$ref.replace(/^.*:/, ""));
  return "properties" in type ? type.properties : undefined;
}

describe("docs/reference.md", () => {
  for (const [title, { properties, inputProperties, requiredInputs }] of [
    ["CancellationRequest", request],
    ["CancellationSweep", sweep],
  ] as const) {
    const given = () => [...itemsIn(title, /^Arguments/), ...itemsIn("Arguments of both resources")];

    it(`lists the arguments of a ${title}, with their defaults`, () => {
      assertLists(given(), inputProperties, requiredInputs ?? []);
    });

    it(`lists the properties of the arguments of a ${title}, with their defaults`, () => {
      for (const [name, property] of Object.entries(inputProperties)) {
        assertLists(itemOf(given(), name)?.nested ?? [], propertiesOf(property) ?? {});
      }
    });

    it(`lists the outputs of a ${title}`, () => {
      const outputs = Object.keys(properties).filter((name) => !(name in inputProperties));
      assert.deepEqual(namesOf(itemsIn(title, /^Outputs/)), [...outputs, "id"].sort());
    });
  }

  for (const name of ["getOperation", "listOperations"]) {
    it(`lists the arguments of ${name}, with their defaults`, () => {
      const { inputs } = schema.functions[`cancellation:index:${name}`] ?? {};
      assert.ok(inputs);
      const items = itemsIn("Lookups", new RegExp(`^Arguments of (\`${name}\`|both)`));
      assertLists(items, inputs.properties, inputs.required ?? []);
    });
  }

  it("lists the outputs of a lookup", () => {
    const operation = namedType("Operation");
    assert.ok("properties" in operation);
    assert.deepEqual(schema.functions["cancellation:index:getOperation"]?.outputs.properties, operation.properties);
    assert.deepEqual(namesOf(itemsIn("Lookups", /^Outputs/)), Object.keys(operation.properties).sort());
  });

  it("lists the arguments of a provider, with their environment variables and defaults", () => {
    const items = itemsIn("Provider");
    assertLists(items, schema.provider.inputProperties);
    for (const [name, variables] of Object.entries(argumentVariables)) {
      const named = [...(itemOf(items, name)?.text ?? "").matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)];
      assert.deepEqual(
        named.map(([, variable]) => variable),
        variables,
        name,
      );
    }
  });

  it("lists each environment variable of a provider", () => {
    assert.deepEqual(
      Object.values(argumentVariables)
        .flat()
        .filter((variable) => !namesOf(itemsIn("Environment")).includes(variable)),
      [],
    );
  });

  it("names each property and each value of each type", () => {
    const spans = (page?.spans ?? []).map((span) => span.replace(/"/g, ""));
    const names = Object.values(schema.types).flatMap((type) =>
      "enum" in type ? type.enum.map(({ value }) => value) : Object.keys(type.properties),
    );
    assert.deepEqual(
      names.filter((name) => !spans.includes(name)),
      [],
    );
  });
});
