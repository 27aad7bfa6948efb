/** Returns `urn:pulumi:STACK::PROJECT::PARENT TYPES$TYPE::NAME`. A name may contain `::`. */
export function makeUrn(
  stack: string,
  project: string,
  parent: string | undefined,
  type: string,
  name: string,
): string {
  const parentTypes = parent === undefined || parent === "" ? "" : qualifiedType(parent);
  const prefix = parentTypes === "" || parentTypes === stackType ? "" : `${parentTypes}$`;
  return `urn:pulumi:${stack}::${project}::${prefix}${type}::${name}`;
}

export const stackType = "pulumi:pulumi:Stack";

/** Returns the type of a resource, after the types of its parents. */
export function qualifiedType(urn: string): string {
  return urn.split("::")[2] ?? "";
}

export function typeOf(urn: string): string {
  return qualifiedType(urn).split("$").at(-1) ?? "";
}

export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

const providerTypePrefix = "pulumi:providers:";

/** Returns the type of a package's provider resources. */
export function providerType(packageName: string): string {
  return providerTypePrefix + packageName;
}

export function isProviderType(type: string): boolean {
  return type.startsWith(providerTypePrefix);
}

/** Returns the package that a type or a function's token belongs to. */
export function packageOf(token: string): string {
  return isProviderType(token) ? token.slice(providerTypePrefix.length) : (token.split(":")[0] ?? "");
}

/** The name of the provider that the engine adds to a stack for the resources without an explicit one. */
export const defaultProviderName = "default";

export function isDefaultProvider(urn: string): boolean {
  return isProviderType(typeOf(urn)) && nameOf(urn) === defaultProviderName;
}

/** Returns whether a resource is neither the stack itself nor a provider. */
export function isOfTheProgram(urn: string): boolean {
  const type = typeOf(urn);
  return type !== stackType && !isProviderType(type);
}
