/** The parts of a Pulumi schema that the package uses. Source: Pulumi's metaschema, `pkg/codegen/schema/pulumi.json`. */
export interface PackageSpec extends Metadata {
  readonly config: { readonly variables: Properties };
  readonly types: Readonly<Record<string, ObjectSpec | EnumSpec>>;
  readonly provider: ResourceSpec;
  readonly resources: Readonly<Record<string, ResourceSpec>>;
  readonly functions: Readonly<Record<string, FunctionSpec>>;
  readonly language: Readonly<Record<string, unknown>>;
}

/** What a registry shows of the package. */
export interface Metadata {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly license: string;
  readonly repository?: string;
  /** Where the CLI downloads the plugin. */
  readonly pluginDownloadURL?: string;
}

export type TypeSpec =
  | { readonly type: "string" | "integer" | "boolean" }
  | { readonly type: "array"; readonly items: TypeSpec }
  | { readonly type: "object"; readonly additionalProperties: TypeSpec }
  | { readonly $ref: string };

export type PropertySpec = TypeSpec & {
  readonly description: string;
  readonly secret?: true;
  readonly willReplaceOnChanges?: true;
};

export type Properties = Readonly<Record<string, PropertySpec>>;

/** The properties of an object. */
export interface ObjectSpec {
  readonly description: string;
  readonly type: "object";
  readonly properties: Properties;
  readonly required?: readonly string[] | undefined;
}

export interface EnumSpec {
  readonly description: string;
  readonly type: "string";
  readonly enum: readonly { readonly value: string; readonly description: string }[];
}

export interface ResourceSpec {
  readonly description: string;
  readonly inputProperties: Properties;
  readonly requiredInputs?: readonly string[] | undefined;
  readonly properties?: Properties;
  readonly required?: readonly string[] | undefined;
  /** The arguments of a lookup by the id. */
  readonly stateInputs?: ObjectSpec;
  readonly aliases?: readonly { readonly type: string }[];
}

export interface FunctionSpec {
  readonly description: string;
  readonly inputs: ObjectSpec;
  readonly outputs: ObjectSpec;
}
