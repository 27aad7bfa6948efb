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

/** Returns whether the program declared the resource. The stack itself and default providers belong to the engine. */
export function isOfTheProgram(urn: string): boolean {
  const type = typeOf(urn);
  return type !== stackType && !type.startsWith("pulumi:providers:");
}
