import { allDependencies, type State } from "./resourceState";
import type { EngineStep } from "./steps";

/**
 * Groups of deletions: those in a group may run at the same time, and a group only once the ones before it are done, so
 * that nothing is deleted before what needs it.
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

/** Several states may bear one URN: a resource needs all of them that come before it. */
function dependenciesOf(state: State, states: readonly State[]): readonly State[] {
  const urns = new Set(allDependencies(state));
  return states.slice(0, states.indexOf(state)).filter((candidate) => urns.has(candidate.urn));
}
