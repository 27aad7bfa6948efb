import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { schema } from "../schema/schema";
import { repository } from "./sdk";
import { issuesOf, type YamlProgram } from "./yamlProgram";

const text = readFileSync(join(repository, "examples", "plugin-yaml", "Pulumi.yaml"), "utf8");
const parse = (yaml: string) => load(yaml) as YamlProgram;

describe("the YAML example", () => {
  it("has only resources, arguments, functions and outputs of the schema, with values of their types", () => {
    assert.deepEqual(issuesOf(parse(text)), []);
  });

  it("has both resources of the schema, and a function", () => {
    const { resources = {}, variables } = parse(text);
    const types = Object.values(resources).map(({ type }) => type);
    assert.deepEqual(types.sort(), Object.keys(schema.resources).sort());
    assert.ok(JSON.stringify(variables).includes("fn::invoke"));
  });
});

describe("the check of a YAML program", () => {
  for (const [title, part, replacement, issue] of [
    [
      "an unknown resource",
      "CancellationRequest",
      "CancelRequest",
      /the schema has no resource cancellation:index:Canc/,
    ],
    ["an unknown function", "listOperations", "list", /the schema has no function cancellation:index:list$/],
    ["an unknown argument", "expect: [", "expects: [", /stuck-entitlement: expects isn't in the schema/],
    ["an unknown argument within another", "    operationTypes: $", "    types: $", /match: types isn't in the schema/],
    [
      "an unknown argument of a function",
      "arguments:\n        match",
      "arguments:\n        matches",
      /: matches isn't/,
    ],
    ["a missing argument", "operation: ${operation}", "cancelOn: create", /stuck-entitlement: operation is required/],
    ["a word for a number", "limit: 200", "limit: many", /limit: "many" isn't of the type integer/],
    ["a fraction", "limit: 200", "limit: 0.5", /limit: 0\.5 isn't of the type integer/],
    ["a word for a list", "expect: [cancelled]", "expect: cancelled", /expect: "cancelled" isn't a list/],
    ["an unknown value of an enum", "[cancelled]", "[canceled]", /expect\[0\]: "canceled" isn't one of cancelled, suc/],
    ["a variable of another type", "limit: 200", "limit: ${operationTypes}", /limit: \[.*\] isn't of the type integer/],
    ["config of another type", "limit: 200", "limit: ${operation}", /limit: \$\{operation\} has another type/],
    ["an output of another type", "limit: 200", "limit: ${stuck-entitlement.outcome}", /limit: .* has another type/],
    ["an unknown name", "${operation}", "${name}", /operation: \$\{name\} refers to nothing/],
    ["an unknown output", "t.outcome}", "t.result}", /outcome: \$\{stuck-entitlement\.result\} refers to nothing/],
    ["an unknown result of a function", "${listing.operations}", "${listing.names}", /\$\{listing\.names\} refers to/],
    [
      "an unknown name in a text",
      "${teardown.matched}",
      "${sweep.matched} left",
      /\$\{sweep\.matched\} refers to noth/,
    ],
  ] as const) {
    it(`finds ${title}`, () => {
      const changed = text.replace(part, () => replacement);
      assert.notEqual(changed, text);
      const issues = issuesOf(parse(changed));
      assert.ok(
        issues.some((each) => issue.test(each)),
        issues.join("\n") || "there are no issues",
      );
    });
  }

  it("knows the results of functions and resources, and their parts", () => {
    const changed = text.replace("${listing.operations}", () => "${listing.operations[0].outcome} ${teardown.id}");
    assert.deepEqual(issuesOf(parse(changed)), []);
  });
});
