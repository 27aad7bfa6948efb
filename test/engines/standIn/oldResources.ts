import { makeUrn, nameOf, qualifiedType, stackType, typeOf } from "../urns";
import type { AliasSpec, Goal } from "./goal";
import type { State } from "./resourceState";

/** Finds what a resource of the program was in the state before, under its own name or a former one. */
export class OldResources {
  private readonly byUrn: ReadonlyMap<string, State>;
  /** Former URNs that were found in the state, by present ones, and the other way round. */
  private readonly formerOf = new Map<string, string>();
  private readonly presentOf = new Map<string, string>();

  constructor(
    states: readonly State[],
    private readonly stack: string,
    private readonly project: string,
  ) {
    this.byUrn = new Map(states.filter((state) => !state.delete).map((state) => [state.urn, state]));
  }

  get(urn: string): State | undefined {
    return this.byUrn.get(urn);
  }

  presentName(urn: string): string {
    return this.presentOf.get(urn) ?? urn;
  }

  find(
    urn: string,
    goal: Pick<Goal, "name" | "type" | "parent"> & { readonly aliases: readonly AliasSpec[] },
  ): { readonly old: State | undefined; readonly alias: string } {
    const formerUrns = this.formerUrns(goal);
    const found = [urn, ...formerUrns].find((candidate) => this.byUrn.has(candidate));
    if (found === undefined || found === urn) return { old: this.byUrn.get(urn), alias: "" };
    const claimant = this.presentOf.get(found);
    if (claimant !== undefined) {
      throw new Error(
        `Duplicate resource alias '${found}' applied to resource with URN '${urn}' conflicting with resource with URN '${claimant}'`,
      );
    }
    this.formerOf.set(urn, found);
    this.presentOf.set(found, urn);
    return { old: this.byUrn.get(found), alias: found };
  }

  private formerUrns(goal: Parameters<OldResources["find"]>[1]): readonly string[] {
    const own = goal.aliases.map((alias) => this.urnOf(alias, goal));
    const formerParent = this.formerOf.get(goal.parent);
    if (formerParent === undefined) return own;
    // The children of a renamed resource are renamed with it.
    const parentName = nameOf(goal.parent);
    const inherited = (type: string, name: string) =>
      makeUrn(this.stack, this.project, formerParent, type, renamed(name, parentName, nameOf(formerParent)));
    return [...own, inherited(goal.type, goal.name), ...own.map((urn) => inherited(typeOf(urn), nameOf(urn)))];
  }

  private urnOf(alias: AliasSpec, goal: Pick<Goal, "name" | "type" | "parent">): string {
    if ("urn" in alias) return alias.urn;
    const given = alias.parent === "" ? goal.parent : (this.formerOf.get(alias.parent) ?? alias.parent);
    const parent = alias.noParent || qualifiedType(given) === stackType ? "" : given;
    const { stack, project } = { stack: alias.stack || this.stack, project: alias.project || this.project };
    return makeUrn(stack, project, parent, alias.type || goal.type, alias.name || goal.name);
  }
}

/** A child whose name begins with its parent's takes on the parent's former name there. */
function renamed(name: string, parentName: string, formerParentName: string): string {
  return name.startsWith(parentName) ? formerParentName + name.slice(parentName.length) : name;
}
