import ts from "typescript";
import type { Declarations, DeclaredProperty } from "./declarations";
import { describedValues } from "./description";
import type { EnumSpec, ObjectSpec, PropertySpec, TypeSpec } from "./spec";

/** The package's namespace and module in tokens. */
export const tokenPrefix = "cancellation:index:";

/** What the declarations don't say about properties: their names, by the names of the types that have them. */
export interface Flags {
  readonly secret: Readonly<Record<string, readonly string[]>>;
  /** Those whose change replaces the resource. */
  readonly replacing: Readonly<Record<string, readonly string[]>>;
}

const anyJson: TypeSpec = { $ref: "pulumi.json#/Any" };

/** Pulumi's types around a type, which a schema doesn't have, and the one that makes properties optional. */
const wrappers = ["Input", "Output", "Unwrap", "Partial"];

/** Converts TypeScript types to those of a schema. */
export class SchemaTypes {
  /** The named types that were converted, by their tokens. */
  readonly named: Record<string, ObjectSpec | EnumSpec> = {};

  constructor(
    private readonly declarations: Declarations,
    private readonly flags: Flags,
  ) {}

  /** Converts a class, an interface or another object type. */
  objectOf(symbol: ts.Symbol): ObjectSpec {
    const declared = this.declarations.properties(symbol);
    const properties = declared.map((property) => [property.name, this.property(symbol.name, property)] as const);
    const required = declared.filter((each) => each.isRequired && !each.types.some(isNullable)).map(({ name }) => name);
    return {
      description: this.declarations.describe(symbol),
      type: "object",
      properties: Object.fromEntries(properties),
      required: required.length === 0 ? undefined : required,
    };
  }

  private property(owner: string, { name, description, types }: DeclaredProperty): PropertySpec {
    const isOneOf = (names: Readonly<Record<string, readonly string[]>>) => names[owner]?.includes(name) === true;
    return {
      ...this.typeOf(types),
      description,
      ...(isOneOf(this.flags.secret) ? { secret: true } : {}),
      ...(isOneOf(this.flags.replacing) ? { willReplaceOnChanges: true } : {}),
    };
  }

  /** Returns the type that all values of these types have. */
  private typeOf(nodes: readonly ts.TypeNode[]): TypeSpec {
    const parts = nodes.flatMap(partsOf);
    const texts = parts.map((part) => this.valuesOf(part));
    if (texts.every((values) => values !== undefined)) {
      const all = new Set(texts.flat());
      // The part with all values has a name.
      return this.enumeration(
        parts.find((_, index) => texts[index]?.length === all.size),
        all,
      );
    }
    const [type, ...others] = new Set(parts.map((part) => JSON.stringify(this.partType(part))));
    if (type === undefined || others.length > 0) {
      throw new Error(`A schema has no type for ${nodes.map((node) => node.getText()).join(" | ")}.`);
    }
    return JSON.parse(type) as TypeSpec;
  }

  /** Returns the values of a type that has only literal strings. */
  private valuesOf(node: ts.TypeNode): string[] | undefined {
    const type = this.declarations.checker.getTypeFromTypeNode(node);
    const types = type.isUnion() ? type.types : [type];
    const values = types.flatMap((each) => (each.isStringLiteral() ? [each.value] : []));
    return values.length === types.length ? values : undefined;
  }

  private partType(node: ts.TypeNode): TypeSpec {
    if (ts.isArrayTypeNode(node)) return { type: "array", items: this.typeOf([node.elementType]) };
    if (ts.isTypeReferenceNode(node)) return this.referenceType(node);
    const { flags } = this.declarations.checker.getTypeFromTypeNode(node);
    if (flags & ts.TypeFlags.String) return { type: "string" };
    // All numbers of the package are counts and codes.
    if (flags & ts.TypeFlags.Number) return { type: "integer" };
    if (flags & ts.TypeFlags.BooleanLike) return { type: "boolean" };
    if (flags & ts.TypeFlags.Unknown) return anyJson;
    throw new Error(`A schema has no type for ${node.getText()}.`);
  }

  private referenceType(node: ts.TypeReferenceNode): TypeSpec {
    const [, element] = node.typeArguments ?? [];
    if (nameOf(node) === "Record" && element) return { type: "object", additionalProperties: this.typeOf([element]) };
    const symbol = this.declarations.symbolAt(node.typeName);
    const [declaration] = symbol.declarations ?? [];
    if (declaration && ts.isTypeAliasDeclaration(declaration)) return this.typeOf([declaration.type]);
    return this.reference(symbol, () => this.objectOf(symbol));
  }

  private enumeration(node: ts.TypeNode | undefined, values: ReadonlySet<string>): TypeSpec {
    const names = [...values].join(", ");
    if (!node || !ts.isTypeReferenceNode(node)) throw new Error(`The values ${names} have no named type.`);
    const symbol = this.declarations.symbolAt(node.typeName);
    return this.reference(symbol, () => {
      const { description, values: described } = describedValues(this.declarations.describe(symbol));
      if (described.length !== values.size || !described.every(({ value }) => values.has(value))) {
        throw new Error(`The doc comment of ${symbol.name} must list the values ${names}.`);
      }
      return { description, type: "string", enum: described };
    });
  }

  /** Returns a reference to a named type. Converts the type at its first use. */
  private reference(symbol: ts.Symbol, convert: () => ObjectSpec | EnumSpec): TypeSpec {
    const token = `${tokenPrefix}${symbol.name.replace(/(Args|Result)$/, "")}`;
    this.named[token] ??= convert();
    return { $ref: `#/types/${token}` };
  }
}

/** Returns the types in a union, without Pulumi's types around them. A schema says otherwise that a value is absent. */
function partsOf(node: ts.TypeNode): ts.TypeNode[] {
  const inner = unwrapped(node);
  if (inner !== node) return partsOf(inner);
  if (ts.isUnionTypeNode(node)) return node.types.flatMap(partsOf);
  return isAbsence(node) ? [] : [node];
}

function isNullable(node: ts.TypeNode): boolean {
  const inner = unwrapped(node);
  if (inner !== node) return isNullable(inner);
  return ts.isUnionTypeNode(node) ? node.types.some(isNullable) : isAbsence(node);
}

function isAbsence(node: ts.TypeNode): boolean {
  const isNull = ts.isLiteralTypeNode(node) && node.literal.kind === ts.SyntaxKind.NullKeyword;
  return isNull || node.kind === ts.SyntaxKind.UndefinedKeyword;
}

/** Returns the type inside one of Pulumi's types. Returns other types unchanged. */
function unwrapped(node: ts.TypeNode): ts.TypeNode {
  const [inner] = (ts.isTypeReferenceNode(node) && wrappers.includes(nameOf(node)) && node.typeArguments) || [];
  return inner ?? node;
}

/** Returns the name of a type, without the module that it's in. */
function nameOf({ typeName }: ts.TypeReferenceNode): string {
  return ts.isIdentifier(typeName) ? typeName.text : typeName.right.text;
}
