import assert from "node:assert/strict";
import { functions } from "../../provider/hosts/plugin/functions";
import { stepsOf } from "../../provider/hosts/plugin/resources";
import { schema } from "./schema";

/** Returns the values of properties with one of these names, at any depth. */
function valuesOf(value: unknown, names: readonly string[]): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => [
    ...(names.includes(name) ? [inner] : []),
    ...valuesOf(inner, names),
  ]);
}

describe("schema.json", () => {
  it("has no version, because the plugin adds its own", () => {
    assert.ok(!("version" in schema));
  });

  it("has the resources and the functions that the plugin serves", () => {
    assert.deepEqual(Object.keys(schema.functions), Object.keys(functions));
    for (const token of Object.keys(schema.resources)) assert.ok(stepsOf(token));
    assert.throws(() => stepsOf("cancellation:index:Other"), {
      message: new RegExp(`It has ${Object.keys(schema.resources).join(" and ")}\\.$`),
    });
  });

  it("takes over the state of the dynamic provider's resources with aliases", () => {
    assert.deepEqual(
      Object.entries(schema.resources).map(([token, { aliases }]) => [token, aliases]),
      ["CancellationRequest", "CancellationSweep"].map((name) => [
        `cancellation:index:${name}`,
        [{ type: `pulumi-nodejs:dynamic/cancellation:${name}` }],
      ]),
    );
  });

  it("has no default values, because those would become arguments and differ from omitted ones", () => {
    assert.deepEqual(valuesOf(schema, ["default", "defaultInfo", "const"]), []);
  });

  it("describes everything in words that fit all languages", () => {
    const descriptions = valuesOf(schema, ["description"]) as string[];
    assert.ok(descriptions.length > 100);
    assert.deepEqual(
      descriptions.filter((text) => text === "" || /\{@|@\w+ |```|\bnew [A-Z]|TypeScript|undefined/.test(text)),
      [],
    );
  });
});
