/** Returns the type and the name in a URN: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. A name may contain `::`. */
export function parseUrn(urn: string): { readonly type: string; readonly name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.split("$").at(-1) ?? "", name: name.join("::") };
}
