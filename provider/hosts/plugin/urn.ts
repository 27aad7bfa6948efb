/** Returns the parts of a URN: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. A name may contain `::`. */
export function parseUrn(urn: string): { readonly project: string; readonly type: string; readonly name: string } {
  const [, project = "", types = "", ...name] = urn.split("::");
  return { project, type: types.split("$").at(-1) ?? "", name: name.join("::") };
}
