/** `urn:pulumi:STACK::PROJECT::PARENT TYPES$TYPE::NAME`; a name may hold `::` itself. */
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

/** The type of a resource, with those of its parents before it. */
export function qualifiedType(urn: string): string {
  return urn.split("::")[2] ?? "";
}

export function typeOf(urn: string): string {
  return qualifiedType(urn).split("$").at(-1) ?? "";
}

export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** Whether the program declared the resource: the stack itself and default providers are the engine's own. */
export function isOfTheProgram(urn: string): boolean {
  const type = typeOf(urn);
  return type !== stackType && !type.startsWith("pulumi:providers:");
}
