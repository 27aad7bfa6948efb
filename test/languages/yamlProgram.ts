import { isDeepStrictEqual } from "node:util";
import type { Properties, TypeSpec } from "../../scripts/schema/spec";
import { namedType, plainType, schema } from "../schema/schema";

/** The part of a Pulumi YAML program that the package's schema says something about. */
export interface YamlProgram {
  readonly config?: Readonly<Record<string, TypeSpec>>;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly resources?: Readonly<Record<string, YamlResource>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

interface YamlResource {
  readonly type: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly options?: unknown;
}

interface Invoke {
  readonly function: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
}

/** What an expression stands for: a value of the program, or one that only a deployment knows. */
type Meaning = { readonly value: unknown } | { readonly type: TypeSpec } | { readonly properties: Properties };

/** Checks a program against the schema. Returns an issue for each part that the schema doesn't allow. */
export function issuesOf(program: YamlProgram): string[] {
  return new Checker(program).issues();
}

class Checker {
  private readonly found: string[] = [];

  constructor(private readonly program: YamlProgram) {}

  issues(): string[] {
    const { variables = {}, resources = {}, outputs = {} } = this.program;
    for (const [name, value] of Object.entries(variables)) {
      const invoke = invokeIn(value);
      if (invoke) this.checkInvoke(invoke, `variables.${name}`);
      else this.checkExpressions(value, `variables.${name}`);
    }
    for (const [name, { type, properties = {}, options }] of Object.entries(resources)) {
      const where = `resources.${name}`;
      const spec = schema.resources[type];
      if (spec) this.checkObject(properties, spec.inputProperties, spec.requiredInputs, where);
      else this.found.push(`${where}: the schema has no resource ${type}`);
      this.checkExpressions(options, `${where}.options`);
    }
    for (const [name, value] of Object.entries(outputs)) this.checkExpressions(value, `outputs.${name}`);
    return this.found;
  }

  private checkInvoke({ function: token, arguments: args = {} }: Invoke, where: string): void {
    const spec = schema.functions[token];
    if (spec) this.checkObject(args, spec.inputs.properties, spec.inputs.required, where);
    else this.found.push(`${where}: the schema has no function ${token}`);
  }

  private checkObject(value: unknown, properties: Properties, required: readonly string[] = [], where = ""): void {
    if (!isObject(value)) {
      this.found.push(`${where}: ${JSON.stringify(value)} isn't an object`);
      return;
    }
    for (const name of required) if (!(name in value)) this.found.push(`${where}: ${name} is required`);
    for (const [name, each] of Object.entries(value)) {
      const property = properties[name];
      if (property) this.checkValue(each, property, `${where}.${name}`);
      else this.found.push(`${where}: ${name} isn't in the schema`);
    }
  }

  private checkValue(value: unknown, type: TypeSpec, where: string): void {
    const expression = wholeExpression(value);
    if (expression !== undefined) {
      const meaning = this.meaningOf(expression, where);
      if (meaning === undefined) return;
      if ("value" in meaning) this.checkValue(meaning.value, type, where);
      else if (!("type" in meaning && isAssignable(meaning.type, type))) {
        this.found.push(`${where}: \${${expression}} has another type`);
      }
      return;
    }
    if ("$ref" in type) {
      if (type.$ref === "pulumi.json#/Any") {
        this.checkExpressions(value, where);
        return;
      }
      const named = namedType(type.$ref.replace("#/types/cancellation:index:", ""));
      if (!("enum" in named)) {
        this.checkObject(value, named.properties, named.required, where);
        return;
      }
      const values = named.enum.map((each) => each.value);
      if (!values.some((each) => each === value)) {
        this.found.push(`${where}: ${JSON.stringify(value)} isn't one of ${values.join(", ")}`);
      }
    } else if (type.type === "array") {
      if (Array.isArray(value))
        value.forEach((each, index) => {
          this.checkValue(each, type.items, `${where}[${index}]`);
        });
      else this.found.push(`${where}: ${JSON.stringify(value)} isn't a list`);
    } else if (type.type === "object") {
      if (!isObject(value)) this.found.push(`${where}: ${JSON.stringify(value)} isn't an object`);
      else
        for (const [key, each] of Object.entries(value))
          this.checkValue(each, type.additionalProperties, `${where}.${key}`);
    } else {
      const matches = type.type === "integer" ? Number.isInteger(value) : typeof value === type.type;
      if (!matches) this.found.push(`${where}: ${JSON.stringify(value)} isn't of the type ${type.type}`);
      this.checkExpressions(value, where);
    }
  }

  /** Checks that each expression in a value refers to something that exists. */
  private checkExpressions(value: unknown, where: string): void {
    if (typeof value === "string") {
      for (const [, expression = ""] of value.matchAll(/\$\{([^}]*)\}/g)) this.meaningOf(expression, where);
    } else if (typeof value === "object" && value !== null) {
      for (const [key, each] of Object.entries(value)) this.checkExpressions(each, `${where}.${key}`);
    }
  }

  private meaningOf(expression: string, where: string): Meaning | undefined {
    const [name = "", ...path] = expression.split(/\.|\[|\]\.?/).filter((part) => part !== "");
    let meaning = this.meaningOfName(name);
    for (const part of path) meaning = meaning && partOf(meaning, part);
    if (meaning === undefined) this.found.push(`${where}: \${${expression}} refers to nothing`);
    return meaning;
  }

  private meaningOfName(name: string): Meaning | undefined {
    const { config = {}, variables = {}, resources = {} } = this.program;
    const resource = resources[name];
    if (resource) {
      const { properties } = schema.resources[resource.type] ?? {};
      return properties && { properties: { ...properties, id: { type: "string", description: "The id." } } };
    }
    if (name in variables) {
      const invoke = invokeIn(variables[name]);
      if (invoke === undefined) return { value: variables[name] };
      const spec = schema.functions[invoke.function];
      return spec && { properties: spec.outputs.properties };
    }
    const type = config[name];
    return type && { type };
  }
}

/** Returns what a property or an element of an expression's value is, or `undefined` if there is none. */
function partOf(meaning: Meaning, part: string): Meaning | undefined {
  if ("value" in meaning) {
    const value = (meaning.value as Readonly<Record<string, unknown>> | null)?.[part];
    return value === undefined ? undefined : { value };
  }
  if ("properties" in meaning) {
    const type = meaning.properties[part];
    return type && { type };
  }
  const { type } = meaning;
  if ("$ref" in type) {
    if (type.$ref === "pulumi.json#/Any") return meaning;
    const named = namedType(type.$ref.replace("#/types/cancellation:index:", ""));
    return "enum" in named ? undefined : partOf({ properties: named.properties }, part);
  }
  if (type.type === "array") return /^\d+$/.test(part) ? { type: type.items } : undefined;
  return type.type === "object" ? { type: type.additionalProperties } : undefined;
}

/** Returns whether a value of one type can be an argument of another. The plugin checks the values of an enum. */
function isAssignable(from: TypeSpec, to: TypeSpec): boolean {
  const [source, target] = [plainType(from), plainType(to)];
  if (target === "any" || isDeepStrictEqual(source, target)) return true;
  return source === "string" && typeof target === "object" && "values" in target;
}

function invokeIn(value: unknown): Invoke | undefined {
  return isObject(value) ? (value["fn::invoke"] as Invoke | undefined) : undefined;
}

function wholeExpression(value: unknown): string | undefined {
  return typeof value === "string" ? /^\$\{([^}]*)\}$/.exec(value)?.[1] : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
