import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { EnumSpec, ObjectSpec, PackageSpec, Properties, ResourceSpec, TypeSpec } from "../../scripts/schema/spec";

export const schemaFile = join(__dirname, "..", "..", "schema.json");

/** The schema that is committed. */
export const schema = JSON.parse(readFileSync(schemaFile, "utf8")) as PackageSpec;

export const request = resource("CancellationRequest");
export const sweep = resource("CancellationSweep");

function resource(name: string): ResourceSpec & { properties: Properties } {
  const found = schema.resources[`cancellation:index:${name}`];
  if (!found?.properties) throw new Error(`schema.json has no resource ${name} with properties`);
  return { ...found, properties: found.properties };
}

/** Returns the type with this name, for example `Service`. */
export function namedType(name: string): ObjectSpec | EnumSpec {
  const found = schema.types[`cancellation:index:${name}`];
  if (!found) throw new Error(`schema.json has no type ${name}`);
  return found;
}

/** A type without names: a list of values, a list, a map, an object, or a word for another type. */
export type PlainType =
  | string
  | { readonly values: readonly string[] }
  | { readonly list: PlainType }
  | { readonly map: PlainType }
  | { readonly object: Readonly<Record<string, PlainType>> };

/** Returns a type of the schema with the types that it names. */
export function plainType(type: TypeSpec): PlainType {
  if ("$ref" in type) {
    if (type.$ref === "pulumi.json#/Any") return "any";
    const named = namedType(type.$ref.replace("#/types/cancellation:index:", ""));
    return "enum" in named
      ? { values: named.enum.map(({ value }) => value).sort() }
      : { object: plainTypes(named.properties) };
  }
  if (type.type === "array") return { list: plainType(type.items) };
  return type.type === "object" ? { map: plainType(type.additionalProperties) } : type.type;
}

export function plainTypes(properties: Properties): Record<string, PlainType> {
  return Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, plainType(property)]));
}
