import { allDependencies, type State } from "./resourceState";
import type { EngineStep } from "./steps";

/**
 * Returns deletions in groups. The deletions of a group can run at the same time, after all groups before it. A
 * resource is in a later group than its dependents.
 */
export function deletionOrder(steps: readonly EngineStep[], states: readonly State[]): readonly EngineStep[][] {
  const condemned = new Map(steps.map((step) => [step.state, step]));
  const groups: EngineStep[][] = [];
  while (condemned.size > 0) {
    const free = [...condemned.keys()].filter(
      (state) => !dependenciesOf(state, states).some((dependency) => condemned.has(dependency)),
    );
    if (free.length === 0) throw new Error("The resources of the state need each other in a circle.");
    groups.unshift(free.flatMap((state) => condemned.get(state) ?? []));
    for (const state of free) condemned.delete(state);
  }
  return groups;
}

/** Several states can have the same URN. A resource depends on all of them that come before it. */
function dependenciesOf(state: State, states: readonly State[]): readonly State[] {
  const urns = new Set(allDependencies(state));
  return states.slice(0, states.indexOf(state)).filter((candidate) => urns.has(candidate.urn));
}
